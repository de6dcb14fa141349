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
from retour.connectors.shops.magento1 import MANIFEST
from retour.core.model import Resolution, ShopSays
from retour.sandbox.app import start
from retour.sandbox.magento1 import SANDBOX, TOKEN
from retour.testing.opened import opened
from retour.testing.samples import full_request
from tests.connectors.asked import read
from tests.connectors.loopback import virtual_time

from .conftest import CREATE, Shop

HOUR = {"Retry-After": "3600"}


async def test_the_row_in_the_shop(shop: Shop, magento: Any) -> None:
    await shop.command("POST", "/_sandbox/orders", {"hub_order_id": 812, "increment_id": "100000812"})
    said = await magento.create(full_request(shop_order="812", shop_product="1204"), "r-1:86000001:create")
    [row] = await shop.rows()
    assert said == ShopSays(ref=str(row["entity_id"]), word="new", resolution=None)
    expected = {
        "store_id": 1,
        "channel_name": "bol",
        "channel_id": 86000001,
        "channable_id": 1,
        "order_id": 812,
        "magento_increment_id": "100000812",
        "customer_name": "Noor Example",
        "reason": "Te klein",
        "comment": "Fits tight at the shoulders",
        "status": "new",
    }
    assert {name: row[name] for name in expected} == expected
    item = json.loads(row["item"])
    assert (item["key"], item["quantity"], item["sku"]) == ("r-1:86000001:create", 2, "JACKET-GREEN-M")
    assert (item["channel_return_id"], item["channel_order_id"]) == ("31000001", "C000TEST01"), "meta is ignored"
    address = json.loads(row["address"])
    assert (address["address1"], address["billing"]["company"]) == ("Kanaalweg 12 B", "Example Holding")


async def test_what_the_marketplace_settled_arrives_accepted(shop: Shop, magento: Any) -> None:
    said = await magento.create(full_request(status="accepted"), "k")
    assert (said.word, said.resolution) == ("accepted", Resolution.ACCEPT)
    assert [row["status"] for row in await shop.rows()] == ["accepted"]


class TestOrders:
    """Contract magento.md, B, E3, E6, E7: by the hub's number of the order, which the shop keeps as an integer."""

    @pytest.mark.parametrize(
        ("reference", "changes", "linked"),
        [
            ("hub_order_id", {"shop_order": "315"}, "100000315"),
            ("hub_order_id", {"shop_order": " 315 "}, "100000315"),
            ("hub_order_id", {"shop_order": "100000315"}, None),
            ("hub_order_id", {"shop_order": str(2**63 - 1)}, None),
            ("hub_order_id", {"order_ref": "315"}, None),
            ("marketplace_order", {"order_ref": "315"}, "100000315"),
            ("marketplace_order", {"order_ref": "316", "shop_order": "315"}, "100000315"),
            ("marketplace_order", {"order_ref": "C000TEST01"}, None),
            ("marketplace_order", {"order_ref": "0315"}, None),
        ],
    )
    async def test_which_order_it_is_linked_to(
        self, shop: Shop, reference: str, changes: dict[str, Any], linked: str | None
    ) -> None:
        async with opened(MANIFEST, shop.settings() | {"order_reference": reference}) as hub:
            said = await hub.connector.create(full_request(**changes), "k")
        assert said.resolution is None, "an order that the shop does not know is no failure"
        assert [row["magento_increment_id"] for row in await shop.rows()] == [linked]

    @pytest.mark.parametrize(
        "number", ["BOL-315", "000000315", "0", "-315", "3.15e2", "315abc", "٣١٥", "0x13b", "9223372036854775808"]
    )
    async def test_a_number_that_would_become_another_one_is_refused(
        self, shop: Shop, magento: Any, number: str
    ) -> None:
        with pytest.raises(Refused, match="Channable id") as caught:
            await magento.create(full_request(shop_order=number), "k")
        assert caught.value.words == number
        assert await shop.posted() == 0, "nothing was sent"

    @pytest.mark.parametrize(
        ("line_ref", "kept"),
        [
            ("86127131", 86127131),
            (str(2**63 - 1), 2**63 - 1),
            (str(2**63), 7),
            ("RMA-1", 7),
            ("0", 7),
            ("a0a80000-0000-4000-8000-000000000001", 7),
        ],
    )
    async def test_a_lines_id_that_is_no_number_gives_way_to_ours(
        self, shop: Shop, magento: Any, line_ref: str, kept: int
    ) -> None:
        await magento.create(full_request(7, line_ref=line_ref), "k")
        [row] = await shop.rows()
        assert (row["channel_id"], row["channable_id"]) == (kept, 7)
        assert json.loads(row["item"])["channel_id"] == line_ref


class TestFailures:
    @pytest.mark.parametrize(
        ("switches", "kind"),
        [
            ({"token": None}, Misconfigured),
            ({"token": "another"}, Unauthorized),
            ({"extension_enabled": False}, Misconfigured),
            ({"ip_whitelist": ["192.0.2.7"]}, Misconfigured),
            ({"plugin_missing": True}, Misconfigured),
            ({"maintenance": True}, Unavailable),
            ({"database_down": True}, OutcomeUnknown),
            ({"php_down": True}, OutcomeUnknown),
            ({"missing_table": True}, Transient),
            ({"body_limit": 100}, Refused),
        ],
        ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
    )
    async def test_a_failing_shop(
        self, shop: Shop, magento: Any, switches: dict[str, Any], kind: type[ConnectorError]
    ) -> None:
        await shop.switch(**switches)
        with pytest.raises(ConnectorError) as caught:
            await magento.create(full_request(), "k")
        assert type(caught.value) is kind
        assert await shop.posted() == 1
        assert not await shop.journal("created")
        assert not await shop.rows()
        shown = f"{caught.value.message} {caught.value.words}"
        assert not any(secret in shown for secret in (TOKEN, "INSERT", "Noor", "/var/", ".php"))

    async def test_the_whitelist_says_how_to_mend_it(self, shop: Shop, magento: Any) -> None:
        ref = (await magento.create(full_request(), "k")).ref
        await shop.switch(ip_whitelist=["192.0.2.7"])
        with pytest.raises(Misconfigured) as caught:
            await magento.create(full_request(2), "k2")
        assert "IP addresses in the Channable API plugin's settings" in caught.value.message
        assert caught.value.words == "Not Access (ip restriction)"
        pages, error = await read(magento, [ref])
        assert error is None, "status is not guarded (E18)"
        assert [said.word for page in pages for said in page.returns] == ["new"]

    async def test_a_503_that_is_not_maintenance_may_have_come_too_late(self, shop: Shop, magento: Any) -> None:
        report = "<h1>There has been an error processing your request</h1><p>Error log record number: 1234</p>"
        shop.fault("answer", CREATE, status=503, headers={"Content-Type": "text/html"} | HOUR, body=report)
        with pytest.raises(OutcomeUnknown) as caught:
            await magento.create(full_request(), "k")
        assert caught.value.code == "503"
        assert caught.value.__cause__ is caught.value.__context__ is None

    async def test_the_maintenance_page_is_certain_that_nothing_happened(self, shop: Shop, magento: Any) -> None:
        page = "<html><head><title>503</title></head><body><h1>Service Temporarily Unavailable</h1></body></html>"
        shop.fault("answer", CREATE, status=503, headers={"Content-Type": "text/html"} | HOUR, body=page)
        with pytest.raises(Unavailable) as caught:
            await magento.create(full_request(), "k")
        assert caught.value.retry_after.total_seconds() > 0
        assert (await magento.create(full_request(), "k")).ref
        assert len(await shop.journal("created")) == 1

    async def test_another_base_url(self, shop: Shop, magento: Any) -> None:
        await shop.switch(base_url="https://www.shop.example.org/")
        ref = (await magento.create(full_request(), "k")).ref  # a POST works all the same (E10)
        _, error = await read(magento, [ref])
        assert type(error) is Misconfigured
        assert "base URL differs" in error.message
        assert TOKEN not in f"{error.message} {error.words}"

    async def test_an_unknown_store_view(self, shop: Shop) -> None:
        async with opened(MANIFEST, shop.settings() | {"store_id": "99"}) as hub:
            with pytest.raises(Misconfigured, match="store_id"):
                await hub.connector.create(full_request(), "k")
            checks = {check.name: check for check in await hub.connector.check()}
        assert not checks["Returns hook"].ok
        assert "store_id" in checks["Returns hook"].words

    async def test_developer_mode_finds_every_key(self, shop: Shop, magento: Any) -> None:
        await shop.switch(developer_mode=True)
        assert (await magento.create(full_request(), "k")).ref

    @pytest.mark.parametrize(
        "answer",
        [
            '{"validated": "true"}',
            '{"validated": "true", "return_id": null}',
            '{"validated": "true", "return_id": "0"}',
            '{"validated": "true", "return_id": true}',
            '{"return_id": "57"}',
            '"true"',
            "",
            '<br /><b>Warning</b>{"validated": "true", "return_id": "57"}',
        ],
    )
    async def test_a_success_without_a_number_is_unknown(self, shop: Shop, magento: Any, answer: str) -> None:
        shop.fault("answer", CREATE, status=200, body=answer)
        with pytest.raises(OutcomeUnknown):
            await magento.create(full_request(), "k")

    @pytest.mark.parametrize(("fault", "rows"), [("drop_after", 1), ("drop_before", 0)])
    async def test_a_lost_answer_is_never_sent_again(self, shop: Shop, magento: Any, fault: Any, rows: int) -> None:
        shop.fault(fault, CREATE)
        with pytest.raises(OutcomeUnknown):
            await magento.create(full_request(), "k")
        assert len(await shop.rows()) == len(await shop.journal("created")) == rows
        assert await shop.posted() == 1


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
