"""Whatever is sent, the answer is one that the contract knows: never a 500, always JSON, always a known body."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from retour.channable_api.limits import Buckets
from retour.core.model import OrderLine
from tests.channable_api.house import House, later, line

SETTINGS = settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None
)
DATES = st.one_of(
    st.datetimes().map(str), st.dates().map(str), st.datetimes(timezones=st.timezones()).map(lambda at: at.isoformat())
)
NUMBERS = st.one_of(st.integers(), st.integers(-1, 105), st.sampled_from([2**31, 2**63 - 1, 2**63, 2**64, 10**400]))
WORDS = st.one_of(
    st.text(max_size=20), st.sampled_from(["", "Mug", "C000TEST01", "%", "_", "\0", "'", '"', "blue Mug"])
)
PARAMETERS = {
    "limit": NUMBERS.map(str),
    "offset": NUMBERS.map(str),
    "search": WORDS,
    "errors": st.sampled_from(["true", "false", "1", "0", "perhaps", ""]),
    "download": st.sampled_from(["true", "false", "yes", "x"]),
    **{
        name: st.one_of(DATES, WORDS)
        for name in (
            "start_date",
            "end_date",
            "retrieved_at_start",
            "retrieved_at_end",
            "last_modified_after",
            "last_modified_before",
        )
    },
    "unknown": WORDS,
}
QUERIES = st.fixed_dictionaries({}, optional=PARAMETERS)
LIKELY = st.fixed_dictionaries(
    {}, optional={**PARAMETERS, "limit": st.integers(1, 100), "offset": st.integers(0, 9), "search": st.just("Mug")}
)
JSON: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), WORDS),
    lambda inner: st.lists(inner) | st.dictionaries(WORDS, inner),
)
BODIES: st.SearchStrategy[Any] = st.one_of(
    JSON,
    st.fixed_dictionaries({"status": JSON | st.sampled_from(["accepted", "keeps", "new"])}),
    st.fixed_dictionaries({"order_id": JSON | NUMBERS}),
    st.fixed_dictionaries(
        {
            "products": st.lists(st.fixed_dictionaries({"id": WORDS | JSON, "quantity": NUMBERS | JSON}), max_size=3)
            | JSON
        }
    ),
)


@pytest.fixture
def house(acme: House, allow: Callable[[Buckets], None]) -> House:
    allow(Buckets(1e9, 10**9))
    for number in range(3):
        acme.offer_one(f"4100000{number}", later(days=number))
    acme.offer("41000009", line("70000091"), line("70000092"))
    acme.order("C000TEST01", "8355", OrderLine("1", 1, sku="MUG-BLUE"))
    return acme


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
@given(path=st.sampled_from(["/returns", "/anonymous_returns"]), query=st.one_of(QUERIES, LIKELY))
def test_lists(house: House, path: str, query: dict[str, Any]) -> None:
    answer = house.client().get(path, query)
    check(answer)
    if answer.status_code == 200:
        found = answer.json()
        assert found.keys() == {"total", "error_count", "returns"}
        assert found["total"] == len(found["returns"]) <= 100


@SETTINGS
@given(
    path=st.sampled_from(["/returns/{}/status", "/returns/test", "/orders/{}/return"]),
    number=st.one_of(NUMBERS.map(str), st.text(st.characters(codec="ascii", exclude_characters="/?#\\"), max_size=5)),
    body=BODIES,
)
def test_bodies(house: House, path: str, number: str, body: Any) -> None:
    check(house.client().post(path.format(number), json.dumps(body)))


@SETTINGS
@given(body=st.binary(max_size=200), accept=st.sampled_from(["", "*/*", "x", "application/json", ";q=x,,"]))
def test_bytes(house: House, body: bytes, accept: str) -> None:
    client = Client(headers={"Authorization": f"Bearer {house.token}", "Accept": accept}, raise_request_exception=False)
    check(client.generic("POST", f"{house.path}/returns/1/status", body, "application/json"))


@SETTINGS
@given(first=st.one_of(NUMBERS.map(str), WORDS), second=NUMBERS.map(str), third=st.one_of(NUMBERS.map(str), WORDS))
def test_paths(house: House, first: str, second: str, third: str) -> None:
    client = Client(headers={"Authorization": f"Bearer {house.token}"}, raise_request_exception=False)
    path = f"/v1/companies/{quote(first, safe='')}/projects/{second}/returns/{quote(third, safe='')}"
    answer = client.get(path)
    if answer.status_code != 403:
        check(answer)
