"""Which lines of the marketplace's order a return of the shop's own is about: certain, or a person's to choose."""

from decimal import Decimal

import pytest

from retour.connectors.contract import ReturnedUnits
from retour.core.model import Money, Order, OrderLine, Reason
from retour.sync.own_returns import Uncertain, came_back, told

CHEAP, DEAR = Money(Decimal("9.95"), "EUR"), Money(Decimal("12.95"), "EUR")
TWICE = Order("C000TEST01", (OrderLine("1", 2, "MUG", unit_price=CHEAP), OrderLine("2", 2, "MUG", unit_price=DEAR)))
ONE = Order("C000TEST01", (OrderLine("1", 3, "MUG", gtin="0000000000017"), OrderLine("2", 1, "LAMP", gtin="24")))


def lines(order: Order, *returned: ReturnedUnits) -> list[tuple[str, int]]:
    return [(one.order_line_ref, one.quantity) for one in came_back(order, returned)]


def test_a_product_by_its_sku_and_otherwise_by_its_gtin() -> None:
    assert lines(ONE, ReturnedUnits(2, "MUG"), ReturnedUnits(1, None, "00024")) == [("1", 2), ("2", 1)]
    assert lines(ONE, ReturnedUnits(1, "LAMP", "17")) == [("2", 1)], "the seller's own name goes first"


def test_rows_of_one_product_are_one() -> None:
    [one] = came_back(ONE, [ReturnedUnits(1, "MUG", reason=Reason.DEFECTIVE), ReturnedUnits(1, "MUG")])
    assert (one.quantity, one.reason) == (2, None)


def test_of_several_prices_all_come_back_or_a_person_chooses() -> None:
    assert lines(TWICE, ReturnedUnits(4, "MUG")) == [("1", 2), ("2", 2)]
    with pytest.raises(Uncertain, match="several prices"):
        lines(TWICE, ReturnedUnits(3, "MUG"))


@pytest.mark.parametrize(
    "returned",
    [
        [],
        [ReturnedUnits(1, "CUP")],
        [ReturnedUnits(1)],
        [ReturnedUnits(1, "MUG"), ReturnedUnits(1, None, "17")],
    ],
    ids=["nothing", "another product", "without a number", "named in two ways"],
)
def test_whatever_else_is_not_certain(returned: list[ReturnedUnits]) -> None:
    with pytest.raises(Uncertain):
        came_back(ONE, returned)


def test_a_person_finds_filled_in_what_is_certain_and_never_more_than_is_left() -> None:
    filled = told(ONE, [ReturnedUnits(5, "MUG"), ReturnedUnits(1, "CUP")])
    assert {ref: one.quantity for ref, one in filled.items()} == {"1": 3}
