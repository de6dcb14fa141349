"""The API's own description. That the answers are as it says, `test_schemathesis` shows."""

from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern
from jsonschema import Draft202012Validator

from retour.channable_api import openapi, urls


@pytest.fixture
def described() -> Any:
    """As it is served: to anybody, and without a look into the database."""
    answer = Client().get("/v1/openapi")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")
    return answer.json()


def test_it_describes_every_address(described: Any) -> None:
    served = {f"/{urls.PROJECT}{pattern.pattern}" for pattern in urls.project if isinstance(pattern, URLPattern)}
    assert {path.replace("{", "<").replace("}", ">") for path in described["paths"]} == served


def test_its_schemas_are_schemas(described: Any) -> None:
    for schema in described["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_a_filter_is_never_null(described: Any) -> None:
    [operation] = [one["get"] for path, one in described["paths"].items() if path.endswith("/returns")]
    assert "null" not in str(operation["parameters"])
    assert {one["name"] for one in operation["parameters"]} >= {"limit", "search", "retrieved_at_end", "download"}


def test_it_is_read_only(described: Any) -> None:
    answer = Client(enforce_csrf_checks=True).post("/v1/openapi", {})
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET")
    assert answer.json()["status"] == "error"
    assert openapi.document() == described
