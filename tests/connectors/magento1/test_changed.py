"""How return requests stand, row by row."""

from datetime import UTC, datetime
from typing import Any

import pytest

from retour.connectors.contract import ShopPage
from retour.connectors.errors import ConnectorError, Misconfigured, Transient, Unauthorized, Unavailable
from retour.connectors.shops.magento1 import PARALLEL
from retour.core.merge import shop_says
from retour.core.model import Handler, Line, Resolution, Return, SeenLine, ShopSays
from tests.connectors.asked import make, read
from tests.connectors.magento_plugin import WORDS, unreadable

from .conftest import Shop

NOW = datetime(2026, 3, 2, 9, 15, 30, tzinfo=UTC)


class TestDelete:
    """The row action "Delete" makes the status null, the mass action deletes (contract magento.md, B, E12)."""

    @pytest.mark.parametrize("resolution", Resolution)
    async def test_an_emptied_status_leaves_the_decision_as_it_was(
        self, shop: Shop, magento: Any, resolution: Resolution
    ) -> None:
        [ref] = await make(magento)
        item = SeenLine(ref="86000001", order_ref="C000TEST01", quantity=1, awaits=True)
        known = Return("r-1", "31000001", NOW, Handler.MERCHANT, complete=True, lines=(Line(item, NOW),))
        await shop.decide(ref, resolution)
        known = shop_says(known, item.ref, await self._said(magento, ref), NOW)
        await shop.clear(ref)
        assert [row["status"] for row in await shop.rows()] == [None]
        known = shop_says(known, item.ref, await self._said(magento, ref), NOW)
        assert [decision.resolution for decision in known.lines[0].standing] == [resolution]
        assert known.lines[0].shop == ShopSays(ref, WORDS[resolution], resolution, gone=True)

    async def test_emptied_before_anybody_asked_is_no_decision(self, shop: Shop, magento: Any) -> None:
        refs = await make(magento, 2)
        await shop.decide(refs[0], Resolution.ACCEPT)
        await shop.clear(refs[0])
        pages, error = await read(magento, refs)
        assert error is None
        assert pages == [ShopPage((ShopSays(refs[0], None, None, gone=True), ShopSays(refs[1], "new", None)))]

    async def test_really_deleted(self, shop: Shop, magento: Any) -> None:
        refs = await make(magento, 2)
        await shop.remove(refs[1])
        pages, _ = await read(magento, refs)
        assert pages == [ShopPage((ShopSays(refs[0], "new", None), ShopSays(refs[1], None, None, gone=True)))]

    async def _said(self, magento: Any, ref: str) -> ShopSays:
        [page], error = await read(magento, [ref])
        assert error is None
        return page.returns[0]


async def test_the_mass_action_decides_only_what_is_new(shop: Shop, magento: Any) -> None:
    refs = await make(magento, 3)
    await shop.decide(refs[0], Resolution.REJECT)
    await shop.command("POST", "/_sandbox/returns/decide-all", {"status": "keeps"})
    pages, _ = await read(magento, refs)
    assert [said.resolution for said in pages[0].returns] == [Resolution.REJECT, Resolution.KEEP, Resolution.KEEP]


async def test_complete_is_no_word_of_this_plugin(shop: Shop, magento: Any) -> None:
    [ref] = await make(magento)
    await shop.say(ref, "complete")
    pages, _ = await read(magento, [ref])
    assert pages == [ShopPage((ShopSays(ref, "complete", None, unclear=True),))]


@pytest.mark.parametrize("flaw", ["no_id", "no_status", "number_status", "list", "html"])
async def test_one_garbled_row_hides_no_other(shop: Shop, magento: Any, flaw: str) -> None:
    refs = await make(magento, PARALLEL + 3)
    await shop.decide(refs[1], Resolution.ACCEPT)
    await shop.garble(refs[1], flaw)
    pages, error = await read(magento, refs)
    assert error is None
    assert [row.ref for page in pages for row in page.unreadable] == [refs[1]]
    assert {said.ref for page in pages for said in page.returns} == set(refs) - {refs[1]}
    await shop.garble(refs[1], None)
    pages, _ = await read(magento, [refs[1]])
    assert [said.resolution for said in pages[0].returns] == [Resolution.ACCEPT]


@pytest.mark.parametrize(
    ("answer", "raw"),
    [
        ('{"validated": "true", "return_id": "2", "status": "accepted"}', "return 2"),
        ('{"validated": "false", "errors": "Notice: Undefined index: id in /var/www/shop/Returns.php"}', "[path]"),
        ('{"validated": "false", "errors": "Return with id 2 not found"}', "id 2 not found"),
        ('{"validated": "false", "errors": "Missing ID"}', "Missing ID"),
    ],
)
async def test_an_answer_that_is_no_answer(shop: Shop, magento: Any, answer: str, raw: str) -> None:
    assert raw in (await unreadable(shop, magento, answer)).raw


@pytest.mark.parametrize(
    ("switches", "kind"),
    [
        ({"token": None}, Misconfigured),
        ({"token": "another"}, Unauthorized),
        ({"extension_enabled": False}, Misconfigured),
        ({"base_url": "https://www.shop.example.org/"}, Misconfigured),
        ({"plugin_missing": True}, Misconfigured),
        ({"maintenance": True}, Unavailable),
        ({"database_down": True}, Unavailable),
        ({"missing_table": True}, Unavailable),
        ({"php_down": True}, Transient),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
async def test_a_failing_shop(shop: Shop, magento: Any, switches: dict[str, Any], kind: type[ConnectorError]) -> None:
    refs = await make(magento, 4 * PARALLEL)
    await shop.switch(**switches)
    pages, error = await read(magento, refs)
    assert type(error) is kind
    assert not pages
    assert await shop.asked() <= 3 * PARALLEL, "one round, and each call at most three times"


async def test_only_numbers_are_asked_about(shop: Shop, magento: Any) -> None:
    await make(magento, 2)
    pages, _ = await read(magento, ["1abc", "0", "", "2", "2"])
    assert [row.ref for page in pages for row in page.unreadable] == ["1abc", "0", ""]
    assert [said.ref for page in pages for said in page.returns] == ["2"]
    assert await shop.asked() == 1
