"""Which line of the order a return line is: certain, or not at all."""

from decimal import Decimal

import pytest

from retour.core.match import addressed, enrich, order_line
from retour.core.model import Money, Order, OrderLine, Party, SeenLine
from tests.core.builders import item, view

PRICE = Money(Decimal("9.95"), "EUR")
BLUE = OrderLine("1", 1, sku="BLUE", gtin="0000000000017", title="Mug, blue", unit_price=PRICE)
RED = OrderLine("2", 1, sku="RED", gtin="0000000000024", title="Mug, red")
MORE_RED = OrderLine("4", 3, sku="RED", gtin="0000000000024", title="Mug, red")
BARE = OrderLine(None, 1)
TWIN = OrderLine("3", 1, sku="BLUE-2", gtin="0000000000017")


@pytest.mark.parametrize(
    ("line", "order", "found"),
    [
        pytest.param(item(order_line_ref="2"), (BLUE, RED), RED, id="by the marketplace's own id"),
        pytest.param(item(order_line_ref="2", gtin=BLUE.gtin), (BLUE, RED), RED, id="whose word counts most"),
        pytest.param(item(order_line_ref="9", gtin=BLUE.gtin), (BLUE, RED), BLUE, id="an id not in it: by GTIN"),
        pytest.param(item(gtin=RED.gtin, sku="BLUE"), (BLUE, RED), BLUE, id="by SKU before GTIN: it is the seller's"),
        pytest.param(item(gtin="17"), (BLUE, RED), BLUE, id="a GTIN with and without its zeros"),
        pytest.param(item(sku="RED", quantity=2), (BLUE, RED), None, id="one unit cannot come back twice"),
        pytest.param(item(order_line_ref="2", quantity=2), (BLUE, RED), RED, id="but the id is the marketplace's word"),
        pytest.param(item(sku="RED", quantity=2), (RED, MORE_RED), MORE_RED, id="of two lines, the one with enough"),
        pytest.param(item(sku="RED"), (BLUE, RED), RED, id="by SKU"),
        pytest.param(item(gtin=BLUE.gtin), (BLUE, TWIN), None, id="two lines of one GTIN: no guess"),
        pytest.param(item(gtin=BLUE.gtin, order_line_ref="3"), (BLUE, TWIN), TWIN, id="unless the id tells"),
        pytest.param(item(), (BARE,), None, id="nothing is not equal to nothing"),
        pytest.param(item(gtin="", sku=""), (OrderLine("1", 1, gtin="", sku=""),), None, id="nor is an empty text"),
        pytest.param(item(sku="GREEN"), (BLUE, RED), None, id="not in this order"),
    ],
)
def test_order_line(line: SeenLine, order: tuple[OrderLine, ...], found: OrderLine | None) -> None:
    assert order_line(line, Order("O-1", order)) == found


def test_the_order_fills_in_what_the_return_does_not_tell() -> None:
    seen = view(item("L1", gtin=BLUE.gtin, title="Blue mug"), item("L2", gtin="unknown"))
    first, second = enrich(seen, {"O-1": Order("O-1", (BLUE, RED))}).lines
    assert (first.order_line_ref, first.sku, first.unit_price) == ("1", "BLUE", PRICE)
    assert first.title == "Blue mug"
    assert second == seen.lines[1]


def test_what_the_return_tells_stays() -> None:
    seen = view(item("L1", order_line_ref="1", sku="MINE", gtin="0000000000031", unit_price=Money(Decimal(1), "EUR")))
    (line,) = enrich(seen, {"O-1": Order("O-1", (BLUE,))}).lines
    assert (line.sku, line.gtin, line.unit_price) == ("MINE", "0000000000031", Money(Decimal(1), "EUR"))
    assert line.title == BLUE.title


def test_without_the_order_nothing_changes() -> None:
    seen = view(item("L1", gtin=BLUE.gtin))
    assert enrich(seen, {}) == seen
    assert enrich(seen, {"O-2": Order("O-2", (BLUE,))}) == seen


NAMED = Party(first_name="Noor", last_name="Example", email="relay@example.org")
ADDRESS = Party(first_name="N.", street="Kanaalweg", postcode="3526 KL", city="Utrecht", country="NL", phone="030")


def test_a_customer_without_an_address_has_the_orders() -> None:
    found = addressed(NAMED, ADDRESS)
    assert found is not None
    assert (found.first_name, found.email, found.street, found.phone) == ("Noor", NAMED.email, "Kanaalweg", "030")


def test_an_address_of_ones_own_is_not_mixed_with_another() -> None:
    mine = Party(last_name="Example", street="Elsewhere 1", city="Gent")
    assert addressed(mine, ADDRESS) == mine
    assert addressed(None, ADDRESS) == ADDRESS
    assert addressed(NAMED, None) == NAMED
    assert addressed(None, None) is None
