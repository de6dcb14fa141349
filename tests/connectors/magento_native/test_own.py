"""Returns that were made in the shop itself (contract magento-native.md, A2)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from retour.connectors.contract import OwnReturn, Unreadable
from retour.connectors.errors import OutcomeUnknown
from retour.connectors.memory import Notebook
from retour.connectors.shops.magento_native.notes import Note, Notes
from retour.core.model import Reason, Resolution
from retour.sandbox.magento_native import Bought

from .conftest import KEY, Shop
from .simulated import full

ON = {"report_shop_returns": True}


async def all_of(connector: Any, since: datetime | None = None) -> tuple[list[OwnReturn], list[Unreadable]]:
    since = since or datetime.now(UTC) - timedelta(minutes=10)
    pages = [page async for page in connector.own(since)]
    return [one for page in pages for one in page.returns], [row for page in pages for row in page.unreadable]


async def own(connector: Any, since: datetime | None = None) -> list[OwnReturn]:
    made, unreadable = await all_of(connector, since)
    assert not unreadable
    return made


def returned(shop: Shop, order: Any, reason: str = "Wrong Size", **quantities: int) -> str:
    desk = shop.simulator.desk
    return str(desk.open_by_sku(order, quantities or {"MUG": 1}, reason, "Refund").entity_id)


def ordered(shop: Shop, number: str = "000000301", **details: Any) -> Any:
    return shop.add_order(number, Bought("MUG", "Mug", 5), Bought("LAMP", "Lamp", 2), **details)


async def test_it_tells_order_products_reason_and_how_it_stands(shop: Shop) -> None:
    async with shop.connector(**ON) as magento:
        assert await own(magento) == []
        ref = returned(shop, ordered(shop, ext_order_id="C000TEST01"), MUG=2, LAMP=1)
        await shop.decide(ref, Resolution.REJECT)
        [made] = await own(magento)
    assert (made.says.ref, made.says.resolution, made.shop_order) == (ref, Resolution.REJECT, "000000301")
    assert made.order_refs == ("000000301", "C000TEST01")
    assert [(one.sku, one.quantity, one.reason, one.reason_text) for one in made.units] == [
        ("MUG", 2, Reason.WRONG_SIZE_FIT, "Wrong Size"),
        ("LAMP", 1, Reason.WRONG_SIZE_FIT, "Wrong Size"),
    ]


async def test_a_reason_that_stands_for_several_is_none_of_them(shop: Shop) -> None:
    async with shop.connector(**ON) as magento:
        await own(magento)
        returned(shop, ordered(shop), reason="Out of Service")
        [made] = await own(magento)
    assert [(one.reason, one.reason_text) for one in made.units] == [(None, "Out of Service")]


async def test_what_the_shop_puts_before_a_number_is_left_out(shop: Shop) -> None:
    async with shop.connector(**ON, order_prefixes=["BOL-"]) as magento:
        await own(magento)
        returned(shop, ordered(shop, "BOL-C000TEST01", ext_order_id="17"))
        [made] = await own(magento)
    assert (made.shop_order, made.order_refs) == ("BOL-C000TEST01", ("C000TEST01",))


@pytest.mark.parametrize("search_by_id", [True, False])
async def test_each_is_told_once_and_nothing_from_before(shop: Shop, search_by_id: bool) -> None:
    order = ordered(shop)
    returned(shop, order)
    async with shop.connector(**ON, search_by_id=search_by_id) as magento:
        assert await own(magento) == [], "it was there before"
        refs = [returned(shop, order) for _ in range(2)]
        assert [made.says.ref for made in await own(magento)] == refs
        assert await own(magento) == []


async def test_over_many_pages(shop: Shop) -> None:
    order = shop.add_order("000000301", Bought("MUG", "Mug", 500))
    async with shop.connector(**ON) as magento:
        await own(magento)
        refs = [returned(shop, order) for _ in range(205)]
        assert [made.says.ref for made in await own(magento)] == refs


async def test_what_was_not_taken_is_told_again(shop: Shop) -> None:
    async with shop.connector(**ON) as magento:
        await own(magento)
        ref = returned(shop, ordered(shop))
        async for page in magento.own(datetime.now(UTC)):
            assert [made.says.ref for made in page.returns] == [ref]
            break  # the hub dies before it has taken it in
        assert [made.says.ref for made in await own(magento)] == [ref]


async def test_what_was_made_long_before_it_was_switched_on_again_is_not_told(shop: Shop) -> None:
    async with shop.connector(**ON) as magento:
        await own(magento)
        returned(shop, ordered(shop))
        assert await own(magento, datetime.now(UTC) + timedelta(days=2)) == []


async def test_ours_is_never_told_not_even_without_its_comment(shop: Shop) -> None:
    memory = Notebook()
    async with shop.connector(memory, **ON) as magento:
        await own(magento)
        await magento.create(full(opened_at=datetime.now(UTC)), KEY)
        assert await own(magento) == []
        shop.fault("answer", r"POST /rest/all/V1/returns/\d+/comments", status=500)
        with pytest.raises(OutcomeUnknown):
            await magento.create(full(2, opened_at=datetime.now(UTC)), "r-2:1:create")
        assert len(await shop.rmas()) == 2
        assert await own(magento) == [], "it is ours, and has lost its comment"


async def test_one_that_cannot_be_read_hides_no_other(shop: Shop) -> None:
    order = ordered(shop)
    async with shop.connector(**ON) as magento:
        await own(magento)
        flawed, fine = returned(shop, order), returned(shop, order)
        await shop.garble(flawed, "no_items")
        made, unreadable = await all_of(magento)
    assert [one.says.ref for one in made] == [fine]
    assert [row.ref for row in unreadable] == [flawed]


async def test_one_whose_order_cannot_be_read_is_shown_and_hides_no_other(shop: Shop) -> None:
    order = ordered(shop)
    async with shop.connector(**ON) as magento:
        await own(magento)
        flawed, fine = returned(shop, order), returned(shop, order)
        shop.fault("answer", r"GET /rest/all/V1/orders/\d+", status=200, body="{}")
        made, unreadable = await all_of(magento)
    assert [one.says.ref for one in made] == [fine]
    assert [row.ref for row in unreadable] == [flawed]


async def test_what_may_be_ours_is_told_once_it_is_known_not_to_be(shop: Shop) -> None:
    """The hub is just making a return of the same units, and its answer is lost."""
    memory = Notebook()
    order = ordered(shop)
    async with shop.connector(memory, **ON) as magento:
        await own(magento)
        ref = returned(shop, order)
        [row] = (await shop.rmas())[0]["items"]
        item = {"order_item_id": str(row["order_item_id"]), "quantity": 1}
        await Notes(memory).keep(KEY, Note(str(order.entity_id), is_rma=True, item=item))
        later = returned(shop, order, LAMP=1)
        assert [made.says.ref for made in await own(magento)] == [later]
        await Notes(memory).forget(KEY)
        assert ref in [made.says.ref for made in await own(magento)]
        assert await own(magento) == []


async def test_a_shop_without_returns_shows_none(shop: Shop) -> None:
    shop.switch(edition="open_source")
    async with shop.connector(**ON) as magento:
        assert await own(magento) == []
