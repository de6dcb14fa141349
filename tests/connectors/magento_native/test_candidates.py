"""Which orders of the shop it may be: searched by numbers, people and time, with two calls at most."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from retour.connectors import magento_orders
from retour.connectors.errors import ConnectorError, Refused, Transient
from retour.connectors.shops.magento_native import MANIFEST
from retour.core.match_order import Clues, rank
from retour.core.model import Money, Order, Party
from retour.sandbox.app import start
from retour.sandbox.magento.documents import Address
from retour.sandbox.magento_native import Bought
from retour.testing.opened import opened
from tests.core.builders import item

from .simulated import EMPTY, SimulatedMagentoNative

ORDERS = r"GET /rest/all/V1/orders"
PLACED = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
NOOR = Party("Noor", "Example", street="Kanaalweg", house_number="12", postcode="3526KL", email="NOOR@example.org")


class Shop(SimulatedMagentoNative):
    def place(self, number: str, at: datetime = PLACED, **order: Any) -> Any:
        placed = self.add_order(number, *order.pop("lines", (Bought("MUG", "Mug", 2, 9.95),)), **order)
        placed.created_at = f"{at:%Y-%m-%d %H:%M:%S}"
        return placed


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    running = await start(EMPTY.create(0))
    yield Shop(running)
    await running.stop()


async def offered(shop: Shop, clues: Clues) -> list[Any]:
    async with opened(MANIFEST, shop.settings()) as hub:
        return list(await hub.connector.candidates(clues))


def numbers(found: list[Any]) -> list[str]:
    return [one.number for one in found]


async def asked(shop: Shop) -> int:
    return sum((await shop.all_calls()).values())


async def test_by_a_number_within_another(shop: Shop) -> None:
    shop.place("1", ext_order_id="bol/C000TEST01-2")
    shop.place("BOL-C000TEST01")
    shop.place("3", billing=Address(email="C000TEST01.x@relay.example.org"))
    shop.place("4", ext_order_id="C000TEST02")
    found = await offered(shop, Clues(Order("C000TEST01")))
    assert sorted(numbers(found)) == ["1", "3", "BOL-C000TEST01"]
    assert await asked(shop) == 1


async def test_by_people_within_the_time(shop: Shop) -> None:
    shop.place("1")
    shop.place("2", PLACED - timedelta(days=4))
    shop.place("3", PLACED + timedelta(days=31))
    shop.place("4", billing=Address(email="other@example.org", lastname="Other"))
    shop.place("5", billing=Address(email="other@example.org", lastname="example"))
    found = await offered(shop, Clues(Order("C000TEST01", placed_at=PLACED), people=(NOOR,)))
    assert sorted(numbers(found)) == ["1", "5"], "Magento compares without regard to case"
    [one] = [one for one in found if one.number == "1"]
    assert one.placed_at == PLACED
    [scored] = rank(Clues(Order("x"), people=(NOOR,)), [one], {})
    assert {why.key for why in scored.reasons} == {"email", "address", "name"}


async def test_without_the_orders_date_only_what_came_before_the_return(shop: Shop) -> None:
    opened_at = PLACED + timedelta(days=10)
    shop.place("1")
    shop.place("2", opened_at + timedelta(days=2))
    shop.place("3", opened_at - timedelta(days=101))
    assert numbers(await offered(shop, Clues(Order("C"), opened_at=opened_at, people=(NOOR,)))) == ["1"]


async def test_else_by_the_time_alone_with_a_second_call(shop: Shop) -> None:
    shop.place("1")
    shop.place("2", PLACED + timedelta(days=4))
    clues = Clues(Order("C000TEST09", placed_at=PLACED), (item(sku="MUG", quantity=2),))
    found = await offered(shop, clues)
    assert numbers(found) == ["1"]
    assert await asked(shop) == 2
    [best] = rank(clues, found, {})
    assert [why.key for why in best.reasons] == ["sku", "near"]


async def test_nothing_known_asks_nothing(shop: Shop) -> None:
    shop.place("1")
    assert await offered(shop, Clues(Order("12"))) == []
    assert await asked(shop) == 0


async def test_their_lines_as_they_were_bought(shop: Shop) -> None:
    lines = (Bought("SHIRT-M", "Shirt", 2, 20.0, configurable=True), Bought("CAP", "Cap", 1, 9.0))
    shop.place("BOL-C000TEST01", lines=lines)
    [one] = await offered(shop, Clues(Order("C000TEST01")))
    assert [(line.sku, line.quantity, line.title) for line in one.lines] == [("SHIRT-M", 2, "Shirt"), ("CAP", 1, "Cap")]
    assert one.total == Money(Decimal(49), "EUR")


async def test_one_that_cannot_be_read_hides_no_other(shop: Shop) -> None:
    odd = {"entity_id": "2", "increment_id": "2", "items": None, "created_at": "tomorrow", "grand_total": "much"}
    good = {"entity_id": 3, "increment_id": "3", "items": [7, {"item_id": 1, "sku": "A", "qty_ordered": 1}]}
    answer = {"items": [{"increment_id": "1"}, "?", odd, good], "total_count": 4}
    shop.fault("answer", ORDERS, status=200, body=json.dumps(answer), headers={"Content-Type": "application/json"})
    found = await offered(shop, Clues(Order("C000TEST01")))
    assert numbers(found) == ["2", "3"]
    assert [line.sku for line in found[1].lines] == ["A"]


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (400, '{"message": "no"}', Refused),
        (500, "", Transient),
        (200, '{"items": 1}', Transient),
        (200, "x", Transient),
    ],
)
async def test_failures_have_their_names_and_hold_no_names(
    shop: Shop, status: int, body: str, error: type[ConnectorError]
) -> None:
    shop.fault("answer", ORDERS, status=status, body=body, times=None, headers={"Content-Type": "application/json"})
    with pytest.raises(error) as caught:
        await offered(shop, Clues(Order("C000TEST01"), people=(NOOR,)))
    assert "noor" not in f"{caught.value!r}{caught.value.words}".casefold()


def test_rows_without_quantities_are_no_lines() -> None:
    assert magento_orders.shop_lines([{"item_id": 1, "sku": "A"}], None) == ()
    assert magento_orders.shop_lines([{"sku": "A", "qty_ordered": 1}], None) == ()
    kept = {"item_id": 5, "sku": "A", "qty_ordered": 2, "price_incl_tax": 9.95, "ext_order_item_id": "BOL-1"}
    [line] = magento_orders.shop_lines([kept], "EUR")
    assert (line.ref, line.quantity, line.theirs) == ("5", 2, "BOL-1")
    assert line.unit_price == Money(Decimal("9.95"), "EUR")


@pytest.mark.parametrize("much", ["1E+999999999", "-1E+999999999", 10**30])
def test_quantities_beyond_reason_are_no_lines(much: Any) -> None:
    assert magento_orders.shop_lines([{"item_id": 1, "sku": "A", "qty_ordered": much}], None) == ()


async def test_a_failed_search_leaves_no_person_behind(shop: Shop) -> None:
    shop.fault("answer", ORDERS, status=500, body="", times=None)
    async with opened(MANIFEST, shop.settings()) as hub:
        with pytest.raises(Transient):
            await hub.connector.candidates(Clues(Order("C000TEST01"), people=(NOOR,)))
        left = hub.traffic.exchanges
    assert left
    assert not [one.url for one in left if "noor" in one.url.casefold() or "example&" in one.url.casefold()]
