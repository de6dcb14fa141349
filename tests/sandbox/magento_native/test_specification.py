"""What the shop answers, held against Adobe's published schema, which is not part of the project."""

from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft4Validator

from tests.sandbox.magento_native.conftest import EVERYTHING, Client, paged

FILE = Path(__file__).parents[3].parent / "shared" / "specs" / "adobe-commerce-admin-schema-2.4.8.yaml"

pytestmark = pytest.mark.skipif(not FILE.exists(), reason=f"the official schema is not there: {FILE}")

GUEST = "'customer_id' is a required property"
"""The one deviation: Magento leaves out what has no value, and a guest's order has no customer."""


@cache
def definitions() -> Any:
    return yaml.load(FILE.read_text("utf-8"), Loader=yaml.CSafeLoader)["definitions"]


def flaws(name: str, answer: Any) -> list[str]:
    """What the schema has against an answer, fields it does not know among them."""
    validator = Draft4Validator({"definitions": definitions(), "$ref": f"#/definitions/{name}"})
    found = [error.message for error in validator.iter_errors(answer)]
    return found + [f"unknown field {field}" for field in _unknown(name, answer)]


def _unknown(name: str, answer: Any) -> list[str]:
    properties = definitions()[name].get("properties", {})
    found = []
    for field, value in answer.items():
        if field not in properties:
            found.append(f"{name}.{field}")
            continue
        kind = properties[field]
        rows = value if kind.get("type") == "array" else [value]
        reference = (kind.get("items", {}) if kind.get("type") == "array" else kind).get("$ref", "")
        for row in rows if isinstance(rows, list) else []:
            if reference and isinstance(row, dict):
                found += _unknown(reference.rpartition("/")[2], row)
    return found


@pytest.fixture
async def stocked(shop: Client) -> Client:
    """One of each kind."""
    await shop.made(shop.an_item(2), shop.an_item(3), order_id=2)
    await shop.control("returns/1/comment", {"text": "x"})
    track = {"carrier_code": "custom", "carrier_title": "Fiets", "track_number": "3S1"}
    await shop.api("POST", "/returns/1/tracking-numbers", body={"track": track})
    await shop.control("returns/1/decide", {"status": "approved", "item_id": 1})
    await shop.control("orders/2/comment", {"text": "#reject", "status": "return_rejected"})
    await shop.control("orders/2/credit-memo", {"lines": {"GLASS-6": 2}, "comment": "x"})
    return shop


@pytest.mark.parametrize(
    ("path", "query", "name"),
    [
        ("/returns", paged(5), "rma-data-rma-search-result-interface"),
        ("/returns/1", [], "rma-data-rma-interface"),
        ("/returns/1/comments", [], "rma-data-comment-search-result-interface"),
        ("/returns/1/tracking-numbers", [], "rma-data-track-search-result-interface"),
        ("/returnsAttributeMetadata/resolution", [], "customer-data-attribute-metadata-interface"),
        ("/orders", EVERYTHING, "sales-data-order-search-result-interface"),
        ("/orders/3", [], "sales-data-order-interface"),
        ("/orders/2/comments", [], "sales-data-order-status-history-search-result-interface"),
        ("/creditmemos", paged(5), "sales-data-creditmemo-search-result-interface"),
        ("/creditmemo/1", [], "sales-data-creditmemo-interface"),
    ],
)
async def test_answers(stocked: Client, path: str, query: list[tuple[str, str]], name: str) -> None:
    assert flaws(name, await stocked.api("GET", path, query)) == []


async def test_a_guests_return_has_no_customer(stocked: Client) -> None:
    rma = await stocked.made()
    assert flaws("rma-data-rma-interface", rma) == [GUEST]
    await stocked.switch(guest_customer_id=True)
    assert flaws("rma-data-rma-interface", await stocked.api("GET", "/returns/2")) == []


async def test_errors(stocked: Client) -> None:
    """`parameters` is an object or a list of texts, as Magento sends it; the schema has a list of objects."""
    await stocked.switch(developer_mode=True)
    for method, path in (("GET", "/orders"), ("GET", "/orders/99"), ("GET", "/nothing"), ("POST", "/returns")):
        status, problem = await stocked.call(method, path)
        problem.pop("parameters", None)
        assert (status >= 400, flaws("error-response", problem)) == (True, [])


async def test_a_create_as_the_schema_has_it_is_taken(stocked: Client) -> None:
    """Every field of the schema, the server's own among them."""
    sent: dict[str, Any] = {"entity_id": 0, "increment_id": "", "customer_id": 0, "extension_attributes": {}}
    status, answer = await stocked.create(stocked.an_item(1, entity_id=0, rma_entity_id=0), **sent)
    assert (status, answer["entity_id"]) == (200, 2)
