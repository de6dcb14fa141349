"""Which order of the shop is it."""

import json
from typing import Any

import pytest

from retour.connectors.errors import ConnectorError, Misconfigured, Transient, Unauthorized
from retour.connectors.shops.magento2 import MANIFEST
from retour.core.model import Order
from retour.testing.opened import opened

from .conftest import Shop
from .simulated import SIGNED

ITEMS = (
    {"sku": "MUG-BLUE", "product_id": 11},
    {"sku": "MUG-RED", "product_id": 12},
)


async def place(shop: Shop, number: str, ext: str | None = None, **more: Any) -> None:
    ext_order_id = {"ext_order_id": ext} if ext else {}
    await shop.command("POST", "/_sandbox/orders", {"increment_id": number, **ext_order_id, **more})


async def search(shop: Shop, order: Order, **settings: Any) -> Any:
    async with opened(MANIFEST, shop.settings() | settings) as hub:
        return await hub.connector.order(order)


async def test_with_its_products(shop: Shop) -> None:
    await place(shop, "000000012", "C000TEST01", items=list(ITEMS))
    found = await search(shop, Order(ref="C000TEST01"))
    assert (found.number, found.id) == ("000000012", "1")
    assert found.products == (("MUG-BLUE", "11"), ("MUG-RED", "12"))


async def test_by_its_own_number_with_a_prefix(shop: Shop) -> None:
    await place(shop, "BOL-C000TEST01")
    assert await search(shop, Order(ref="C000TEST01")) is None
    found = await search(shop, Order(ref="C000TEST01"), order_prefixes=["", "BOL-"])
    assert found.number == "BOL-C000TEST01"


async def test_by_another_number_of_the_marketplace(shop: Shop) -> None:
    await place(shop, "000000012", "77")
    assert (await search(shop, Order(ref="C000TEST01", numbers=("76", "77")))).number == "000000012"


async def test_only_in_the_fields_that_are_set(shop: Shop) -> None:
    await place(shop, "000000012", "C000TEST01")
    assert await search(shop, Order(ref="C000TEST01"), order_search_fields=["increment_id"]) is None


async def test_one_order_that_matches_twice_is_one(shop: Shop) -> None:
    await place(shop, "C000TEST01", "C000TEST01")
    assert (await search(shop, Order(ref="C000TEST01"))).number == "C000TEST01"


async def test_more_than_anyone_can_tell_apart(shop: Shop) -> None:
    await shop.command("POST", "/_sandbox/orders/bulk", {"count": 30})
    numbers = tuple(f"B{number:06d}" for number in range(1, 31))
    assert await search(shop, Order(ref="x", numbers=numbers)) is None
    assert (await search(shop, Order(ref=numbers[4]))).number == numbers[4]


async def test_one_of_more_than_were_shown_is_not_certain(shop: Shop) -> None:
    answer = {"items": [{"entity_id": 1, "increment_id": "C1", "items": []}], "total_count": 2}
    shop.fault("answer", "GET .*/rest/", status=200, body=json.dumps(answer))
    assert await search(shop, Order(ref="C1")) is None


async def test_a_database_that_ignores_case_is_not_believed(shop: Shop) -> None:
    answer = {"items": [{"entity_id": 1, "increment_id": "c000test01", "items": []}], "total_count": 1}
    shop.fault("answer", "GET .*/rest/", status=200, body=json.dumps(answer))
    assert await search(shop, Order(ref="C000TEST01")) is None


async def test_a_configurable_product_is_the_simple_one_below(shop: Shop) -> None:
    rows = [
        {"item_id": 8, "sku": "SHIRT-M", "product_id": 502, "parent_item_id": 7},
        {"item_id": 7, "sku": "SHIRT-M", "product_id": 500},
        {"item_id": 9, "sku": "CAP", "product_id": 600},
    ]
    answer = {"items": [{"entity_id": 1, "increment_id": "C1", "items": rows}], "total_count": 1}
    shop.fault("answer", "GET .*/rest/", status=200, body=json.dumps(answer))
    found = await search(shop, Order(ref="C1"))
    assert dict(found.products) == {"SHIRT-M": "502", "CAP": "600"}


async def test_a_comma_would_search_for_something_else(shop: Shop, magento: Any) -> None:
    assert await magento.order(Order(ref="1,2")) is None
    assert await shop.all_calls() == {}


@pytest.mark.parametrize(
    ("status", "body", "kind", "words"),
    [
        (
            401,
            '{"message": "The consumer isn\'t authorized to access %resources.", "parameters": {"resources": "X"}}',
            Unauthorized,
            "access X.",
        ),
        (404, '{"message": "Request does not match any route."}', Misconfigured, "route"),
        (400, '{"message": "Invalid field"}', Misconfigured, "Invalid field"),
        (200, "<html>", Transient, None),
        (500, '{"message": "Internal Error"}', Transient, "Internal Error"),
    ],
)
async def test_a_failing_search(
    shop: Shop,
    magento: Any,
    status: int,
    body: str,
    kind: type[ConnectorError],
    words: str | None,
) -> None:
    shop.fault("answer", "GET .*/rest/", status=status, body=body, times=None)
    with pytest.raises(ConnectorError) as caught:
        await magento.order(Order(ref="C1"))
    assert type(caught.value) is kind
    assert words is None or words in (caught.value.words or "")


async def test_the_rest_interface_may_stand_elsewhere(shop: Shop) -> None:
    await place(shop, "000000012", "C000TEST01")
    elsewhere = f"{shop.url}/rest/all/V1"
    assert (await search(shop, Order(ref="C000TEST01"), rest_url=elsewhere)).number == "000000012"
    with pytest.raises(Misconfigured, match="rest_url"):
        await search(shop, Order(ref="C000TEST01"), rest_url=f"{shop.url}/nowhere")


class TestSigned:
    """OAuth 1.0a, as a shop wants it that takes no token alone (contract magento-native.md, A1)."""

    @pytest.mark.parametrize("number", ["C000TEST01", "C 000/TEST+01&x=1~", "Élise 返"])
    async def test_the_order_is_found(self, shop: Shop, number: str) -> None:
        await shop.switch(bearer_enabled=False)
        await place(shop, "000000012", number)
        assert (await search(shop, Order(ref=number), **SIGNED)).number == "000000012"
        with pytest.raises(Unauthorized, match="standalone bearer tokens"):
            await search(shop, Order(ref=number))

    @pytest.mark.parametrize("key", SIGNED)
    async def test_a_wrong_key_is_not_accepted(self, shop: Shop, key: str) -> None:
        with pytest.raises(Unauthorized, match="four keys") as caught:
            await search(shop, Order(ref="C000TEST01"), **SIGNED | {key: "another"})
        assert not any(secret in str(vars(caught.value)) for secret in SIGNED.values())

    async def test_an_integration_that_was_switched_off(self, shop: Shop) -> None:
        await shop.command("POST", "/_sandbox/integration/revoke", {})
        with pytest.raises(Unauthorized, match="whether it is active") as caught:
            await search(shop, Order(ref="C000TEST01"), **SIGNED)
        assert caught.value.words == "Access token has been revoked"

    async def test_keys_that_were_made_anew(self, shop: Shop) -> None:
        await place(shop, "000000012", "C000TEST01")
        made = await shop.command("POST", "/_sandbox/integration/reauthorize", {})
        fresh = {"integration_token": made["access_token"], "integration_token_secret": made["access_token_secret"]}
        assert (await search(shop, Order(ref="C000TEST01"), **SIGNED | fresh)).number == "000000012"

    async def test_rights_that_are_missing_are_told_apart(self, shop: Shop) -> None:
        await shop.switch(resources=[])
        with pytest.raises(Unauthorized, match="the resource Sales"):
            await search(shop, Order(ref="C000TEST01"), **SIGNED)

    async def test_a_clock_that_is_wrong(self, shop: Shop) -> None:
        await shop.command("POST", "/_sandbox/clock", {"seconds": 3600})
        with pytest.raises(Unauthorized, match="clock") as caught:
            await search(shop, Order(ref="C000TEST01"), **SIGNED)
        assert "oauth_timestamp" in (caught.value.words or "")

    async def test_a_read_that_failed_is_signed_anew(self, shop: Shop) -> None:
        """A nonce serves once: the same signature twice would be refused."""
        await place(shop, "000000012", "C000TEST01")
        shop.fault("drop_after", "GET .*/rest/", times=2)
        assert (await search(shop, Order(ref="C000TEST01"), **SIGNED)).number == "000000012"
