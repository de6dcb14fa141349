"""What is no document at all is answered as the contract says: never a 500, always JSON, always a known body."""

import json
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.channable_api.house import House

SETTINGS = settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None
)


def check(answer: Any) -> None:
    assert answer.status_code in {200, 201, 400, 404, 405, 406, 409, 422}, (answer.status_code, answer.content[:500])
    assert answer.headers["Content-Type"] == "application/json"
    body = json.loads(answer.content, parse_constant=pytest.fail)
    if answer.status_code == 422:
        assert body.keys() == {"detail"}
        for flaw in body["detail"]:
            assert {"loc", "msg", "type"} <= flaw.keys() <= {"loc", "msg", "type", "input", "ctx"}
            assert all(isinstance(part, str | int) for part in flaw["loc"])
    elif answer.status_code >= 400:
        assert body.keys() == {"status", "message"}
        assert body["status"] == "error"


@SETTINGS
@given(body=st.binary(max_size=200), accept=st.sampled_from(["", "*/*", "x", "application/json", ";q=x,,"]))
def test_bytes(acme: House, body: bytes, accept: str) -> None:
    client = Client(headers={"Authorization": f"Bearer {acme.token}", "Accept": accept}, raise_request_exception=False)
    check(client.generic("POST", f"{acme.path}/returns/1/status", body, "application/json"))
