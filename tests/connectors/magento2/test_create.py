"""What goes into the shop, and what its failures mean."""

import json
from contextlib import nullcontext
from typing import Any

import pytest

from retour.connectors.errors import (
    ConnectorError,
    Misconfigured,
    OutcomeUnknown,
    Refused,
    Transient,
    Unauthorized,
    Unavailable,
)
from retour.connectors.shops.magento2 import MANIFEST
from retour.core.model import Resolution, ShopSays
from retour.sandbox.app import start
from retour.sandbox.magento2 import SANDBOX
from retour.testing.opened import opened
from retour.testing.samples import full_request
from tests.connectors.loopback import virtual_time

from .conftest import HOOK, Shop


async def test_the_row_in_the_shop(shop: Shop, magento: Any) -> None:
    await shop.command("POST", "/_sandbox/orders", {"increment_id": "000000012"})
    said = await magento.create(full_request(shop_order="000000012", shop_product="1204"), "r-1:86000001:create")
    [row] = await shop.rows()
    assert said == ShopSays(ref=str(row["entity_id"]), word="new", resolution=None)
    expected = {
        "store_id": 1,
        "channel_name": "bol",
        "channel_id": "86000001",
        "channable_id": 1,
        "magento_increment_id": "000000012",
        "customer_name": "Noor Example",
        "reason": "Te klein",
        "comment": "Fits tight at the shoulders",
        "status": "new",
        "channel_return_id": "31000001",
        "channel_order_id": "C000TEST01",
        "platform_order_id": "000000012",
    }
    assert {name: row[name] for name in expected} == expected
    assert row["magento_order_id"], "the plugin has linked the shop's order"
    address = json.loads(row["address"])
    assert (address["address1"], address["billing"]["company"]) == ("Kanaalweg 12 B", "Example Holding")


@pytest.mark.parametrize(
    ("setting", "word", "resolution"), [("accepted", "accepted", Resolution.ACCEPT), ("complete", "complete", None)]
)
async def test_what_the_marketplace_settled(shop: Shop, setting: str, word: str, resolution: Resolution | None) -> None:
    async with opened(MANIFEST, shop.settings() | {"settled_status": setting}) as hub:
        said = await hub.connector.create(full_request(status="accepted"), "k")
    assert (said.word, said.resolution) == (word, resolution)
    assert [row["status"] for row in await shop.rows()] == [word]


@pytest.mark.parametrize(
    ("switches", "kind"),
    [
        ({"token": None}, Misconfigured),
        ({"token": "another"}, Unauthorized),
        ({"extension_enabled": False}, Misconfigured),
        ({"returns_enabled": {"1": False, "2": True}}, Misconfigured),
        ({"post_redirects": True}, Misconfigured),
        ({"plugin_missing": True}, Misconfigured),
        ({"maintenance": True}, Unavailable),
        ({"php_down": True}, OutcomeUnknown),
        ({"database_down": True}, OutcomeUnknown),
        ({"missing_table": True}, Transient),
        ({"save_error": "SQLSTATE[HY000]: General error: 1205 Lock wait timeout exceeded"}, Transient),
        ({"body_limit": 100}, Refused),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
async def test_a_failing_shop(shop: Shop, magento: Any, switches: dict[str, Any], kind: type[ConnectorError]) -> None:
    await shop.switch(**switches)
    with pytest.raises(ConnectorError) as caught:
        await magento.create(full_request(), "k")
    assert type(caught.value) is kind
    assert not await shop.journal("created")


async def test_an_unknown_store_view(shop: Shop) -> None:
    async with opened(MANIFEST, shop.settings() | {"store_id": "99"}) as hub:
        with pytest.raises(OutcomeUnknown):
            await hub.connector.create(full_request(), "k")
        [hook] = [check for check in await hub.connector.check() if check.name == "Returns hook"]
    assert not hook.ok
    assert "store_id" in hook.words


@pytest.mark.parametrize(
    "answer",
    [
        '{"validated": "true"}',
        '{"validated": "true", "return_id": null}',
        '{"validated": "true", "return_id": 0}',
        '{"validated": "true", "return_id": true}',
        '{"return_id": 57}',
        '"true"',
        "",
        '<br /><b>Warning</b>{"validated": "true", "return_id": 57}',
    ],
)
async def test_a_success_without_a_number_is_unknown(shop: Shop, magento: Any, answer: str) -> None:
    shop.fault("answer", HOOK, status=200, body=answer)
    with pytest.raises(OutcomeUnknown):
        await magento.create(full_request(), "k")


@pytest.mark.parametrize("answer", ['{"validated": true, "return_id": 57}', '{"validated": "true", "return_id": "57"}'])
async def test_either_spelling_of_an_answer(shop: Shop, magento: Any, answer: str) -> None:
    shop.fault("answer", HOOK, status=200, body=answer)
    assert (await magento.create(full_request(), "k")).ref == "57"


@pytest.mark.parametrize(("seconds", "made"), [(12, True), (59, True), (61, False)])
@virtual_time
async def test_a_shop_whose_cache_was_emptied_is_slow(seconds: float, made: bool) -> None:
    running = await start(SANDBOX.create(0))
    shop = Shop(running)
    await shop.switch(first_call_seconds=seconds)
    async with opened(MANIFEST, shop.settings()) as hub:
        with nullcontext() if made else pytest.raises(OutcomeUnknown):
            assert (await hub.connector.create(full_request(), "k")).ref
    await running.stop()
