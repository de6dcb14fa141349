"""The simulator's answers against Walmart's own OpenAPI files, where these are at hand."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from .world import Got, World, units

SPECS = Path(__file__).parents[3].parent / "shared" / "specs"
DEVIATIONS = {
    "'nextCursor' is a required property": "absent on the last page (4.2)",
    "'unitOfMeasure' is a required property": "left out in refundChannels, as in the official example (4.3)",
}

pytestmark = pytest.mark.skipif(not SPECS.is_dir(), reason=f"the official specifications are not there: {SPECS}")


def schema_of(name: str, method: str, path: str) -> Any:
    text = (SPECS / f"walmart-marketplace-{name}-openapi-original.yml").read_text()
    answers = yaml.load(text, Loader=yaml.CSafeLoader)["paths"][path][method]["responses"]
    return answers["200"]["content"]["application/json"]["schema"]


def check(got: Got, name: str, method: str, path: str) -> None:
    """Types and required fields hold but for the named deviations; no field is invented."""
    assert got.status == 200, got.text
    schema = schema_of(name, method, path)
    errors = jsonschema.Draft4Validator(schema).iter_errors(got.body)
    assert [error.message for error in errors if error.message not in DEVIATIONS] == []
    assert list(invented(got.body, schema, "")) == []


def invented(value: Any, schema: Any, where: str) -> Iterator[str]:
    """Fields that the schema does not name."""
    if isinstance(value, list):
        for part in value:
            yield from invented(part, schema.get("items", {}), where)
    elif isinstance(value, dict) and "properties" in schema:
        for key, part in value.items():
            if key not in schema["properties"]:
                yield f"{where}.{key}"
            else:
                yield from invented(part, schema["properties"][key], f"{where}.{key}")


async def test_tokens(world: World) -> None:
    check(await world.sign_in(), "authentication", "post", "/v3/token")
    check(await world.api("GET", "/v3/token/detail"), "authentication", "get", "/v3/token/detail")


async def test_returns_in_every_state(world: World) -> None:
    await world.control("bulk", {"count": 20})
    made = await world.open(
        {"quantity": 3}, {"exception_type": "FREIGHT", "sku": "X"}, kind="REPLACEMENT", labels_per_group=2
    )
    refund = await world.refund(made, units(1, 1, "EACH"))
    check(refund, "returns", "post", "/v3/returns/{returnOrderId}/refund")
    await world.wait(301)
    await world.refund(made, units(1, 1))
    await world.control(f"returns/{made['return_order_id']}/deliver")
    await world.control(f"returns/{made['return_order_id']}/cancel")
    for query in ("?replacementInfo=true&limit=200", "", "?returnOrderId=1", "?limit=10"):
        check(await world.api("GET", f"/v3/returns{query}"), "returns", "get", "/v3/returns")


async def test_webhooks(world: World) -> None:
    path = "/v3/webhooks/subscriptions"
    auth = {"authMethod": "HMAC", "authHeaderName": "X-Signature", "clientSecret": "made-up"}
    event = {
        "eventType": "RETURN_CREATED",
        "eventVersion": "V1",
        "resourceName": "RETURNS",
        "eventUrl": "https://hub.example.org/hooks",
        "status": "ACTIVE",
        "authDetails": auth,
    }
    made = await world.api("POST", path, {"events": [event]})
    check(made, "notifications", "post", path)
    one = f"{path}/{made.body['event'][0]['subscriptionId']}"
    check(await world.api("GET", path), "notifications", "get", path)
    check(await world.api("PATCH", one, {"status": "INACTIVE"}), "notifications", "patch", f"{path}/{{subscriptionId}}")
    check(await world.api("DELETE", one), "notifications", "delete", f"{path}/{{subscriptionId}}")
    types = await world.api("GET", "/v3/webhooks/eventTypes")
    check(types, "notifications", "get", "/v3/webhooks/eventTypes")
