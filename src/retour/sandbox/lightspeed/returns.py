"""The shop's returns (contract 3)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from retour.sandbox.lightspeed.orders import Order, OrderLine

NEW: Final = "new"

LABELS: Final = {
    NEW: "New",
    "pending": "Pending",
    "authorized": "Return authorized",
    "repaired": "Item(s) repaired",
    "refunded": "Item(s) refunded",
    "rejected": "Request rejected",
    "cancelled": "Cancelled",
}
"""The seven statuses: wire code, and what the back office calls it (contract 3.1)."""

SETTLED: Final = frozenset({"repaired", "refunded", "rejected", "cancelled"})
CAME_BACK: Final = frozenset({"authorized", "repaired", "refunded"})
"""Of these statuses the goods arrived: they count as returned on the order's line."""

ACTIONS: Final = ("Refund", "Exchange", "Repair", "Keep")
"""The merchant's own list of what a customer may want; any other text is as good (contract 3.2)."""

Flaw = Literal["no_id", "text_id", "no_status", "number_status", "lines_false", "false"]
"""What is wrong with a return's answers: no id; an id that is no number; no status; a status that is a number; `false`
where the lines are; `false` instead of the whole row."""

Source = Literal["api", "customer", "staff"]


@dataclass(slots=True, eq=False)
class ReturnRow:
    """`updated_at` moves on every edit."""

    id: int
    order: Order
    lines: tuple[tuple[OrderLine, int], ...]
    status: str
    """A code of `LABELS`, or any other text that the platform came up with."""
    created_at: datetime
    updated_at: datetime
    reason: str = ""
    action: str = ""
    customer_comment: str = ""
    staff_note: str = ""
    mail_message: str = ""
    stock_adjusted: bool = False
    notify: bool = False
    flaw: Flaw | None = None

    @property
    def quantity(self) -> int:
        return sum(quantity for _, quantity in self.lines)


class ReturnTable:
    """Returns by id, ids only rise."""

    def __init__(self) -> None:
        self._rows: dict[int, ReturnRow] = {}
        self._by_order: dict[int, list[ReturnRow]] = {}

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[ReturnRow]:
        return iter(self._rows.values())

    def newest_first(self) -> Iterator[ReturnRow]:
        return reversed(self._rows.values())

    def add(self, row: ReturnRow) -> None:
        self._rows[row.id] = row
        self._by_order.setdefault(row.order.id, []).append(row)

    def get(self, return_id: int) -> ReturnRow | None:
        return self._rows.get(return_id)

    def of_order(self, order: Order) -> list[ReturnRow]:
        return self._by_order.get(order.id, [])

    def delete(self, row: ReturnRow) -> None:
        del self._rows[row.id]
        rows = self._by_order[row.order.id]
        rows.remove(row)
        if not rows:
            del self._by_order[row.order.id]

    def returned(self, order: Order, line: OrderLine, *, open_ones: bool = False) -> int:
        """How many of a line came back, and with `open_ones` how many are on their way as well."""
        rows = self.of_order(order)
        counted = (row for row in rows if row.status in CAME_BACK or (open_ones and row.status not in SETTLED))
        return sum(quantity for row in counted for its_line, quantity in row.lines if its_line is line)
