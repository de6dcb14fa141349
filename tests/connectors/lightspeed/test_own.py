"""Returns that were made in the shop itself (contract lightspeed.md, 3, 4)."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from retour.connectors.contract import OwnReturn, Unreadable
from retour.connectors.errors import Transient
from retour.connectors.memory import Notebook
from retour.connectors.shops.lightspeed import MANIFEST
from retour.core.model import Resolution
from retour.sandbox.lightspeed import WantedLine, WantedReturn
from retour.testing.opened import opened

from .conftest import LIST, Shop, make


@pytest.fixture
async def memory() -> Notebook:
    return Notebook()


@pytest.fixture
async def owner(shop: Shop) -> AsyncIterator[Any]:
    async with opened(MANIFEST, shop.settings() | {"report_shop_returns": True}) as hub:
        yield hub.connector


def a_while_ago() -> datetime:
    return datetime.now(UTC) - timedelta(minutes=10)


async def own(connector: Any, since: datetime | None = None) -> list[OwnReturn]:
    made, unreadable = await all_of(connector, since)
    assert not unreadable
    return made


async def all_of(connector: Any, since: datetime | None = None) -> tuple[list[OwnReturn], list[Unreadable]]:
    pages = [page async for page in connector.own(since or a_while_ago())]
    return [one for page in pages for one in page.returns], [row for page in pages for row in page.unreadable]


def returned(shop: Shop, order: str, **wanted: Any) -> int:
    return int(shop.simulator.shop.add_return(WantedReturn(order, by_staff=True, **wanted)).id)


async def test_it_tells_order_products_reason_and_how_it_stands(shop: Shop, owner: Any) -> None:
    lines = (WantedLine("MUG-BLUE", quantity=3), WantedLine("LAMP", ean="0000000000024", article_code="L"))
    shop.place("ORD1", lines=lines, metafields={"external_order_id": "C000TEST01"}, comment="Bestelling C000TEST99")
    ref = returned(shop, "ORD1", lines={"MUG-BLUE": 2, "LAMP": 1}, reason="Te klein")
    shop.simulator.shop.decide(ref, "refunded", "Refund")
    [made] = await own(owner)
    assert (made.says.ref, made.says.resolution, made.shop_order) == (str(ref), Resolution.ACCEPT, "ORD1")
    assert made.order_refs == ("C000TEST01",), "the metafield goes before what texts may say"
    assert [(one.sku, one.gtin, one.quantity, one.reason_text) for one in made.units] == [
        ("MUG-BLUE", "0000000000017", 2, "Te klein"),
        ("LAMP", "0000000000024", 1, "Te klein"),
    ]


@pytest.mark.parametrize(
    ("comment", "refs"),
    [
        ("Besteld op bol met bestelnummer C000TEST01", ("C000TEST01",)),
        ("C000TEST01, C000TEST01 en 028-1234567-7654321.", ("C000TEST01", "028-1234567-7654321")),
        ("Graag voor 12 uur bezorgen, bij nummer 12345", ()),
        ("", ()),
    ],
)
async def test_without_a_metafield_the_words_that_look_like_a_number(
    shop: Shop, owner: Any, comment: str, refs: tuple[str, ...]
) -> None:
    shop.place("ORD1", comment=comment)
    returned(shop, "ORD1")
    assert [made.order_refs for made in await own(owner)] == [refs]


async def test_each_is_told_once_and_only_what_is_new(shop: Shop, owner: Any) -> None:
    shop.place("ORD1", lines=(WantedLine(quantity=5),))
    refs = [str(returned(shop, "ORD1")) for _ in range(2)]
    assert [made.says.ref for made in await own(owner)] == refs
    shop.forget_calls()
    assert await own(owner) == []
    assert shop.asked == 1, "while nothing is new"
    third = str(returned(shop, "ORD1"))
    assert [made.says.ref for made in await own(owner)] == [third]


async def test_what_was_not_taken_is_told_again(shop: Shop, owner: Any) -> None:
    shop.place("ORD1")
    ref = str(returned(shop, "ORD1"))
    async for page in owner.own(a_while_ago()):
        assert [made.says.ref for made in page.returns] == [ref]
        break  # the hub dies before it has taken it in
    assert [made.says.ref for made in await own(owner)] == [ref]


@pytest.mark.parametrize("ignored", [[], ["created_at_min"], ["created_at_min", "since_id"]])
async def test_what_was_made_before_is_not_told(shop: Shop, owner: Any, ignored: list[str]) -> None:
    shop.switch(ignored_filters=ignored)
    shop.place("ORD1", lines=(WantedLine(quantity=5),))
    returned(shop, "ORD1")
    later = datetime.now(UTC) + timedelta(minutes=10)
    assert await own(owner, later) == []
    shop.simulator.clock.move(1200)
    ref = str(returned(shop, "ORD1"))
    assert [made.says.ref for made in await own(owner, later)] == [ref]


async def test_ours_is_never_told(stocked: Shop) -> None:
    async with opened(MANIFEST, stocked.settings() | {"report_shop_returns": True}) as hub:
        await make(hub.connector, 3)
        assert await own(hub.connector) == []


@pytest.mark.parametrize("flaw", ["lines_false", "no_status", "number_status"])
async def test_one_that_cannot_be_read_hides_no_other(shop: Shop, owner: Any, flaw: Any) -> None:
    shop.place("ORD1", lines=(WantedLine(quantity=5),))
    flawed, fine = returned(shop, "ORD1"), returned(shop, "ORD1")
    shop.simulator.shop.garble(flawed, flaw)
    made, unreadable = await all_of(owner)
    assert [one.says.ref for one in made] == [str(fine)]
    assert [row.ref for row in unreadable] == [str(flawed)]
    assert "Noor" not in unreadable[0].raw


async def test_one_whose_order_cannot_be_read_is_shown_and_hides_no_other(shop: Shop, owner: Any) -> None:
    shop.place("ORD1", lines=(WantedLine(quantity=5),))
    flawed, fine = returned(shop, "ORD1"), returned(shop, "ORD1")
    shop.fault("answer", r"GET .*/orders/\d+\.json", body='{"order": {"id": "x"}}', status=200)
    made, unreadable = await all_of(owner)
    assert [one.says.ref for one in made] == [str(fine)]
    assert [row.ref for row in unreadable] == [str(flawed)]


@pytest.mark.parametrize("note", [{}, {"staffNote": 17}])
async def test_one_that_does_not_show_whose_it_is_is_nobodys(shop: Shop, owner: Any, note: dict[str, Any]) -> None:
    """It may be ours, whose answer was lost: reported, it would be paid twice."""
    order = shop.place("ORD1")
    row = {
        "id": 1,
        "createdAt": datetime.now(UTC).isoformat(),
        "status": "new",
        "orderId": order.id,
        "orderProducts": [{"id": order.lines[0].id, "quantity": 1}],
        **note,
    }
    shop.fault("answer", LIST, status=200, body=json.dumps({"returns": [row]}))
    made, unreadable = await all_of(owner)
    assert made == []
    assert [row.ref for row in unreadable] == ["1"]


async def test_a_list_that_fails_is_read_again(shop: Shop, owner: Any) -> None:
    shop.place("ORD1")
    ref = str(returned(shop, "ORD1"))
    shop.fault("answer", LIST, status=500, times=3)
    with pytest.raises(Transient):
        await own(owner)
    assert [made.says.ref for made in await own(owner)] == [ref]
