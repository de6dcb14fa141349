"""What the partner holds for one seller: orders, and the returns of them."""

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal

Verdict = Literal["accept", "reject"]
By = Literal["api", "file", "platform", "clock"]

OPEN = frozenset({"requested", "received"})
"""The statuses in which a decision is awaited (contract 3.1; `received` informs, it decides nothing)."""


@dataclass(frozen=True, slots=True)
class Customer:
    """A made-up person."""

    first_name: str
    last_name: str
    email: str
    street: str
    house_number: str
    house_number_ext: str
    zip_code: str
    city: str
    country_code: str = "NL"


@dataclass(frozen=True, slots=True)
class Reason:
    code: str
    text: str


@dataclass(slots=True, eq=False)
class OrderLine:
    order_line_id: str
    sku: str
    ean: str
    title: str
    quantity: int
    unit_price: Decimal
    """With VAT, in euro."""
    returned: int = 0
    """Units in returns that were not withdrawn."""


@dataclass(slots=True, eq=False)
class Order:
    order_id: str
    placed_at: datetime
    customer: Customer
    lines: list[OrderLine]
    returns: "list[Return]" = field(default_factory=list, repr=False)


@dataclass(slots=True, eq=False)
class ReturnLine:
    line_id: str
    """Unique within its return only."""
    order_line: OrderLine
    quantity: int
    reason: Reason
    comment: str = ""
    accepted: int = 0
    """More than `quantity` when the partner let units be refunded twice."""
    rejected: int = 0
    withdrawn: int = 0

    @property
    def left(self) -> int:
        return max(0, self.quantity - self.accepted - self.rejected - self.withdrawn)


@dataclass(slots=True, eq=False)
class Return:
    return_id: str
    order: Order
    lines: list[ReturnLine]
    created_at: datetime
    tracking_code: str
    by_platform: bool
    """The partner's own warehouse takes it in and decides."""
    status: str = "requested"
    updated_at: datetime | None = None
    """Whole seconds; set by `Book.touch`."""

    @property
    def left(self) -> int:
        return sum(line.left for line in self.lines)

    @property
    def accepted(self) -> int:
        return sum(line.accepted for line in self.lines)

    @property
    def rejected(self) -> int:
        return sum(line.rejected for line in self.lines)


class Book:
    """One seller's orders and returns; the list of contract 3.1 is kept in order as things change."""

    def __init__(self) -> None:
        self.orders: dict[str, Order] = {}
        self.returns: dict[str, Return] = {}
        self.changed: dict[str, Return] = {}
        """What no file has told yet."""
        self.recent_orders: deque[Order] = deque(maxlen=20)
        """Placed one by one: what the page shows."""
        self._rows: list[tuple[datetime, str, Return]] = []

    def add_order(self, order: Order, kept: int) -> None:
        """Adds it; forgets the oldest beyond `kept`, with their returns."""
        self.orders[order.order_id] = order
        while len(self.orders) > kept:
            oldest = next(iter(self.orders.values()))
            del self.orders[oldest.order_id]
            for returned in list(oldest.returns):
                self.forget(returned)

    def touch(self, returned: Return, at: datetime) -> None:
        """The return is new or has changed: it goes to its place in the list and into the next file."""
        self._unlist(returned)
        returned.updated_at = at.replace(microsecond=0)
        insort(self._rows, (returned.updated_at, returned.return_id, returned))
        self.returns[returned.return_id] = self.changed[returned.return_id] = returned

    def forget(self, returned: Return) -> None:
        """The partner knows it no longer."""
        self._unlist(returned)
        returned.updated_at = None
        returned.order.returns.remove(returned)
        self.returns.pop(returned.return_id, None)
        self.changed.pop(returned.return_id, None)

    def count(self, since: datetime | None) -> int:
        return len(self._rows) - self._first(since)

    def rows(self, since: datetime | None, start: int, size: int | None) -> Sequence[Return]:
        """Oldest change first, then by id; `since` is inclusive."""
        begin = self._first(since) + start
        return [row[2] for row in self._rows[begin : None if size is None else begin + size]]

    def rows_after(self, position: tuple[datetime, str], size: int) -> Sequence[Return]:
        """What comes after a place in the list."""
        begin = bisect_left(self._rows, (position[0], position[1] + "\0"))
        return [row[2] for row in self._rows[begin : begin + size]]

    def _first(self, since: datetime | None) -> int:
        return bisect_left(self._rows, (since,)) if since else 0

    def _unlist(self, returned: Return) -> None:
        if returned.updated_at is not None:
            del self._rows[bisect_left(self._rows, (returned.updated_at, returned.return_id))]
