"""What must not be returned, and what still can be, by Fruugo's counters: contract fruugo 2.2 and 2.3."""

from datetime import UTC, datetime
from typing import Any

import pytest

from retour.connectors.marketplaces.fruugo import mapping, wire
from retour.connectors.marketplaces.fruugo.ledger import Batch, Ledger

AT = datetime(2026, 3, 2, 9, 15, tzinfo=UTC)
TWO_OPEN = Batch(units=2, opened_at=AT)


def line(ordered: int, **counters: int) -> wire.Line:
    named = {"shipped": "shippedItems", "announced": "returnAnnouncedItems", "returned": "returnedItems"}
    named |= {"cancelled": "cancelledItems", "exception": "itemsWithException"}
    told = {name: str(counters.get(short, 0)) for short, name in named.items()}
    ids = {"fruugoProductId": "105", "fruugoSkuId": "204", "totalNumberOfItems": str(ordered)}
    return wire.Line.model_validate(ids | told)


def order(status: str = "PROCESSED") -> wire.Order:
    head: dict[str, Any] = {"orderId": "1", "orderReleaseDate": "2026-03-02T11:15:00.000+02:00", "orderStatus": status}
    return wire.Order.model_validate(head)


@pytest.mark.parametrize(
    "counters",
    [
        pytest.param({"announced": 2, "shipped": 1}, id="announced units are shipped no more"),
        pytest.param({"announced": 2, "shipped": 3}, id="announced units still count as shipped"),
        pytest.param({"announced": 0, "shipped": 3}, id="declared"),
        pytest.param({"announced": 1, "shipped": 1, "returned": 1}, id="one is back"),
    ],
)
def test_what_is_there_can_be_returned(counters: dict[str, int]) -> None:
    assert mapping.obstacle(order(), line(3, **counters), TWO_OPEN, 2) is None


@pytest.mark.parametrize(
    ("counters", "words"),
    [
        pytest.param({"shipped": 1}, "only 1 units", id="too few were shipped"),
        pytest.param({"announced": 1, "returned": 2}, "only 1 units", id="too few are left"),
        pytest.param({"shipped": 3, "returned": 2}, "only 1 units", id="too few are left, though all count as shipped"),
        pytest.param({"shipped": 2, "exception": 1}, "exception", id="an exception"),
    ],
)
def test_what_is_not_there_is_not_returned(counters: dict[str, int], words: str) -> None:
    assert words in (mapping.obstacle(order(), line(3, **counters), TWO_OPEN, 2) or "")


def test_an_order_with_an_exception_is_left_alone() -> None:
    found = line(3, shipped=3)
    assert "exception" in (mapping.obstacle(order("EXCEPTION"), found, TWO_OPEN, 1) or "")
    assert mapping.returnable(order("EXCEPTION"), found, None) == 0
    assert mapping.returnable(order(), line(3, shipped=2, exception=1), None) == 0


@pytest.mark.parametrize("counts_twice", [True, False])
def test_what_can_still_come_back(counts_twice: bool) -> None:
    """Of six: one cancelled, one returned, two announced, two with the customer."""
    found = line(6, shipped=5 if counts_twice else 2, announced=2, returned=1, cancelled=1)
    assert found.returnable == 4
    ledger = Ledger.opened(AT, history=0).seen(2, 1, AT)
    assert mapping.returnable(order(), found, ledger) == 2
    assert mapping.returnable(order(), found, ledger.declared(1, AT, None)) == 1


@pytest.mark.parametrize("text", ["", "-1", "1.0", "1e3", "several", "1234567890", "٣"])
def test_a_counter_is_digits(text: str) -> None:
    with pytest.raises(ValueError, match="whole number"):
        wire.Line.model_validate(
            {
                "fruugoProductId": "1",
                "fruugoSkuId": "2",
                "totalNumberOfItems": "3",
                "returnAnnouncedItems": text,
                "returnedItems": "0",
            }
        )
