"""Which order of the store is it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from retour.core.model import Order

from .conftest import Shop
from .simulated import full

PLACED = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)


async def search(shop: Shop, order: Order, **settings: Any) -> Any:
    async with shop.connector(**settings) as store:
        return await store.order(order)


async def test_with_its_products(shop: Shop) -> None:
    await shop.place(1001, ("MUG-BLUE", 1), ("SOCK-STRIPE", 2), internal="Order bol.com: C000TEST01, betaald")
    found = await search(shop, Order("C000TEST01"))
    assert (found.number, found.products) == ("1001", (("MUG-BLUE", "101"), ("SOCK-STRIPE", "103")))


@pytest.mark.parametrize(
    ("field", "more"),
    [
        ("reference", {"reference": "C000TEST01", "business": True}),
        ("customer_comment", {"comment": "bol C000TEST01"}),
        ("internal_comment", {"internal": "bol C000TEST01"}),
    ],
)
async def test_only_where_it_is_set(shop: Shop, field: str, more: dict[str, Any]) -> None:
    await shop.place(1001, **more)
    fields = ["reference", "customer_comment", "internal_comment"]
    assert (await search(shop, Order("C000TEST01"), order_search=[field])).number == "1001"
    others = [name for name in fields if name != field]
    assert await search(shop, Order("C000TEST01"), order_search=others) is None


@pytest.mark.parametrize("text", ["C000TEST012", "XC000TEST01", "1-C000TEST01", "C000TEST01-2", "c000test01"])
async def test_a_part_of_another_number_is_another_number(shop: Shop, text: str) -> None:
    await shop.place(1001, comment=text)
    assert await search(shop, Order("C000TEST01")) is None


async def test_by_another_number_of_the_marketplace(shop: Shop) -> None:
    await shop.place(1001, comment="77")
    assert (await search(shop, Order("C000TEST01", numbers=("76", "77")))).number == "1001"


async def test_a_short_number_must_be_the_whole_text(shop: Shop) -> None:
    await shop.place(1001, comment="Please ring at number 77")
    assert await search(shop, Order("77")) is None


async def test_our_own_lines_name_no_order(shop: Shop) -> None:
    """A customer may write anything into a comment, such as the number of another order."""
    await shop.place(1001)
    async with shop.connector() as store:
        await store.create(full(comment="The same as in C000TEST09"), "k")
        assert "C000TEST09" in await shop.note(1001)
        assert await store.order(Order("C000TEST09")) is None


async def test_archived_orders_count_too(shop: Shop) -> None:
    await shop.place(1001, comment="C000TEST01")
    await shop.command("POST", "/_sandbox/orders/1001/archive", {"archived": True})
    assert (await search(shop, Order("C000TEST01"))).number == "1001"
    await shop.place(1002, comment="C000TEST01")
    assert await search(shop, Order("C000TEST01")) is None, "two"


async def test_credit_and_test_orders_are_no_orders(shop: Shop) -> None:
    await shop.place(1001, reference="C000TEST01", business=True)
    await shop.credit(1001, MUG_BLUE=1)
    await shop.place(1005, comment="C000TEST01", test=True)
    assert (await search(shop, Order("C000TEST01"))).number == "1001"


@pytest.mark.parametrize(("days", "found"), [(-3, False), (0, True), (3, True), (6, False)])
async def test_among_the_orders_of_those_days(shop: Shop, days: int, found: bool) -> None:
    await shop.place(1001, comment="C000TEST01", placed_at=(PLACED + timedelta(days=days)).isoformat())
    answer = await search(shop, Order("C000TEST01", placed_at=PLACED))
    assert (answer is not None) is found


async def test_not_through_the_whole_past(shop: Shop) -> None:
    """Without a date, the newest orders only: three pages, archived and not."""
    await shop.place(1001, comment="C000TEST01")
    await shop.command("POST", "/_sandbox/orders/bulk", {"count": 350})
    assert await search(shop, Order("C000TEST01")) is None
    assert len(shop.sent) == 4


async def test_one_order_that_cannot_be_read_hides_no_other(shop: Shop) -> None:
    await shop.place(1001, comment="C000TEST01")
    await shop.place(1002)
    await shop.switch(garbled_rows={"1002": "not_an_object"})
    assert (await search(shop, Order("C000TEST01"))).number == "1001"
