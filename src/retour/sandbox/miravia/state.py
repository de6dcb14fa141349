"""What one seller has at Miravia: orders, reverse orders and their lines (contract 4, 6)."""

from bisect import insort
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

RequestType = Literal["CANCEL", "RETURN", "REPLACEMENT", "ONLY_REFUND"]
Outcome = Literal["", "promised", "refunded", "refused", "replaced", "withdrawn"]
"""Promised: accepted, and not yet paid."""
DECIDABLE = frozenset({"REQUEST_INITIATE", "RETURN_PENDING", "REPLACE_PENDING", "BUYER_RETURN_ITEM", "REFUND_PENDING"})


@dataclass(frozen=True, slots=True)
class Customer:
    """A made-up person."""

    user_id: str
    first_name: str
    last_name: str
    street: str
    post_code: str
    city: str
    country: str
    phone: str
    email: str


@dataclass(slots=True, eq=False)
class OrderItem:
    order_item_id: str
    seller_sku: str
    platform_sku: str
    ean: str
    title: str
    quantity: int
    """1, but for `one_item_per_unit` switched off."""
    cents: int
    """The price of a piece, including VAT."""


@dataclass(slots=True, eq=False)
class Order:
    order_id: str
    created_at: datetime
    customer: Customer
    items: list[OrderItem]
    marketplace: str = "miravia"


@dataclass(slots=True, eq=False)
class Part:
    """Of a line, what concerns one order item."""

    item: OrderItem
    quantity: int
    outcome: Outcome = ""
    accepted_cents: int = 0
    """What the seller accepted to refund."""

    @property
    def cents(self) -> int:
        return self.item.cents * self.quantity


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of a line's history."""

    at: datetime
    operator: str
    status: str


@dataclass(slots=True, eq=False)
class Line:
    """A reverse order line: what the seller decides on."""

    line_id: str
    reverse: "Reverse" = field(repr=False)
    parts: list[Part]
    reason_code: int
    reason_text: str
    comment: str
    modified_at: datetime
    reverse_status: str = "REQUEST_INITIATE"
    ofc_status: str = ""
    tracking_number: str = ""
    goods_status: str = ""
    whqc_decision: str = ""
    is_dispute: bool = False
    is_fast_refund: bool = False
    is_instant_refund: bool = False
    is_not_received: bool = False
    agreed: bool = False
    """The seller wants the goods back first (contract 5.2)."""
    sla_ends_at: datetime | None = None
    actions: list[str] | None = None
    """Set by hand; else they follow from the status."""
    history: list[Event] = field(default_factory=list)

    @property
    def quantity(self) -> int:
        return sum(part.quantity for part in self.parts)

    @property
    def cents(self) -> int:
        return sum(part.cents for part in self.parts)

    @property
    def open_parts(self) -> list[Part]:
        return [part for part in self.parts if not part.outcome]

    @property
    def platform_handled(self) -> bool:
        """The seller is not asked (contract 7)."""
        return self.is_fast_refund or self.is_instant_refund or self.is_dispute or not self.reverse.is_rtm

    @property
    def waits_for_seller(self) -> bool:
        return (
            bool(self.open_parts)
            and self.reverse_status in DECIDABLE
            and not self.platform_handled
            and not (self.agreed and self.reverse_status == "BUYER_RETURN_ITEM")
        )


@dataclass(slots=True, eq=False)
class Reverse:
    """A reverse order."""

    number: int
    """Breaks the tie between two of the same moment."""
    reverse_order_id: str
    order: Order
    request_type: RequestType
    created_at: datetime
    shipping_type: str
    biz_type: str
    is_rtm: bool
    marketplace: str
    country: str = "ES"
    lines: list[Line] = field(default_factory=list)

    @property
    def closed(self) -> bool:
        return all(part.outcome not in ("", "promised") for line in self.lines for part in line.parts)


class Seller:
    """One shop on Miravia; forgets the oldest closed returns, and their orders, beyond what it keeps."""

    def __init__(self, seller_id: str) -> None:
        self.seller_id = seller_id
        self.push_url = ""
        self.orders: dict[str, Order] = {}
        self.reverses: dict[str, Reverse] = {}
        self.lines: dict[str, Line] = {}
        self.by_time: list[tuple[datetime, int, Reverse]] = []
        self.version = 0
        """Rises with every change."""
        self.recent_orders: deque[Order] = deque(maxlen=20)
        self.recent_returns: deque[Reverse] = deque(maxlen=20)
        self._of_item: dict[str, list[Line]] = {}
        self._closed: dict[str, Reverse] = {}

    def add_order(self, order: Order) -> None:
        self.orders[order.order_id] = order
        self.version += 1

    def add_reverse(self, reverse: Reverse) -> None:
        self.reverses[reverse.reverse_order_id] = reverse
        for line in reverse.lines:
            self.lines[line.line_id] = line
            for part in line.parts:
                self._of_item.setdefault(part.item.order_item_id, []).append(line)
        insort(self.by_time, (reverse.created_at, reverse.number, reverse))
        self.version += 1

    def lines_of(self, order_item_id: str) -> list[Line]:
        """Oldest first; only the last can be open when the customer keeps to the rules."""
        return self._of_item.get(order_item_id, [])

    def returnable(self, item: OrderItem) -> int:
        """Of an ordered quantity, what is in no return, or came out of one by withdrawal."""
        return item.quantity - sum(
            part.quantity
            for line in self.lines_of(item.order_item_id)
            for part in line.parts
            if part.item is item and part.outcome != "withdrawn"
        )

    def changed(self, reverse: Reverse, kept: int) -> None:
        """To be told after each change of a line."""
        self.version += 1
        if not reverse.closed:
            self._closed.pop(reverse.reverse_order_id, None)  # a dispute opens it again
        elif reverse.reverse_order_id in self.reverses:
            self._closed.setdefault(reverse.reverse_order_id, reverse)
        while len(self._closed) > kept:
            self._forget(self._closed.pop(next(iter(self._closed))))

    def open_lines(self) -> Iterator[Line]:
        """Newest first."""
        return (line for _, _, reverse in reversed(self.by_time) for line in reverse.lines if line.waits_for_seller)

    def _forget(self, reverse: Reverse) -> None:
        del self.reverses[reverse.reverse_order_id]
        self.by_time.remove((reverse.created_at, reverse.number, reverse))
        for line in reverse.lines:
            del self.lines[line.line_id]
            for part in line.parts:
                self._of_item[part.item.order_item_id].remove(line)
        items = [item.order_item_id for item in reverse.order.items]
        if reverse.order not in self.recent_orders and not any(self._of_item.get(item) for item in items):
            self.orders.pop(reverse.order.order_id, None)
            for item in items:
                self._of_item.pop(item, None)
