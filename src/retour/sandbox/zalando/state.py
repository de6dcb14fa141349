"""What Zalando holds for one merchant: orders of items of unit lines, and announced returns (contract 3, 6)."""

from bisect import insort
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal

LineStatus = Literal["initial", "reserved", "shipped", "returned", "canceled"]
OrderStatus = Literal["initial", "approved", "fulfilled"]
OrderType = Literal["PartnerFulfilled", "ZalandoFulfilled"]
Returns = Literal["partner", "zalando"]

NEXT: dict[LineStatus, tuple[LineStatus, ...]] = {
    "initial": ("reserved", "shipped", "canceled"),
    "reserved": ("shipped", "canceled"),
    "shipped": ("returned",),
    "returned": (),
    "canceled": (),
}
"""What may follow what. That `returned` is final is INFERRED (contract 5)."""

REASONS = {
    0: "UNKNOWN_CAUSE",
    1: "DISLIKE",
    2: "SIZE_BIG",
    3: "SIZE_SMALL",
    4: "VALUE_FOR_MONEY",
    5: "DELIVERY_TOO_LATE",
    6: "NOT_LIKE_IMAGINED",
    9: "ARTICLE_WRONG",
    10: "DEFECTIVE",
}


@dataclass(frozen=True, slots=True)
class Customer:
    """A made-up person."""

    number: str
    first_name: str
    last_name: str
    address_line_1: str
    zip_code: str
    city: str
    country_code: str
    email: str
    address_line_2: str = ""


@dataclass(frozen=True, slots=True)
class Transition:
    number: int
    original: LineStatus
    final: LineStatus
    at: datetime
    by: str
    reason: int | None = None


@dataclass(slots=True, eq=False)
class Line:
    """Exactly one unit."""

    line_id: str
    item: "Item" = field(repr=False)
    status: LineStatus
    price: Decimal
    """With VAT, in euro."""
    created_at: datetime
    modified_at: datetime
    history: list[Transition] = field(default_factory=list)
    sent_back_at: datetime | None = None
    announced: list["AnnouncedReturn"] = field(default_factory=list, repr=False)
    refunds: int = 0


@dataclass(slots=True, eq=False)
class Item:
    """One article of an order."""

    item_id: str
    order: "Order" = field(repr=False)
    article_id: str
    external_id: str
    description: str
    lines: list[Line] = field(default_factory=list)

    def count(self, status: LineStatus) -> int:
        return sum(line.status == status for line in self.lines)


@dataclass(slots=True, eq=False)
class Order:
    """What one partner sends of a sale. Orders of one sale share the number (contract 3)."""

    order_id: str
    number: str
    merchant_order_id: str
    order_type: OrderType
    returns: Returns
    """Who handles what comes back. `zalando` for a partner's own order is ZSS: nothing on the wire shows it."""
    customer: Customer
    sales_channel_id: str
    locale: str
    placed_at: datetime
    modified_at: datetime
    shipping_costs: Decimal = Decimal("0.00")
    tracking_number: str = ""
    return_tracking_number: str = ""
    exported: bool = True
    items: list[Item] = field(default_factory=list)

    @property
    def lines(self) -> list[Line]:
        return [line for item in self.items for line in item.lines]

    @property
    def status(self) -> OrderStatus:
        states = {line.status for line in self.lines}
        if states <= {"shipped", "returned", "canceled"}:
            return "fulfilled"
        return "initial" if states == {"initial"} else "approved"


@dataclass(slots=True, eq=False)
class AnnouncedReturn:
    """A label made on Zalando's site; its lines may belong to several orders. It has no status (contract 6)."""

    announced_return_id: str
    sales_channel_id: str
    tracking_number: str
    registered_at: datetime
    lines: list[tuple[Line, str]]
    """Each with the customer's reason, free text."""

    def key(self) -> tuple[datetime, str]:
        return self.registered_at, self.announced_return_id


class Merchant:
    """One merchant of the fashion partner."""

    def __init__(self, merchant_id: str, granted: bool) -> None:
        self.merchant_id = merchant_id
        self.granted = granted
        """Whether the app may act for it."""
        self.orders: dict[str, Order] = {}
        self.lines: dict[str, Line] = {}
        self.announced: dict[str, AnnouncedReturn] = {}
        self.by_registration: list[AnnouncedReturn] = []
        self.recent_orders: deque[Order] = deque(maxlen=20)
        """Placed one by one: what the page shows."""

    def add_order(self, order: Order, kept: int) -> None:
        """Adds it; forgets the oldest beyond `kept`."""
        self.orders[order.order_id] = order
        for line in order.lines:
            self.lines[line.line_id] = line
        while len(self.orders) > kept:
            self._forget(next(iter(self.orders.values())))

    def announce(self, announced: AnnouncedReturn) -> None:
        self.announced[announced.announced_return_id] = announced
        for line, _ in announced.lines:
            line.announced.append(announced)
        insort(self.by_registration, announced, key=AnnouncedReturn.key)

    def unlist(self, announced: AnnouncedReturn) -> None:
        """Takes it off the list."""
        self.by_registration.remove(announced)
        del self.announced[announced.announced_return_id]

    def _forget(self, order: Order) -> None:
        """An announced return goes with the last of its orders."""
        del self.orders[order.order_id]
        for line in order.lines:
            del self.lines[line.line_id]
        for announced in {announced for line in order.lines for announced in line.announced}:
            listed = announced.announced_return_id in self.announced
            if listed and not any(line.line_id in self.lines for line, _ in announced.lines):
                self.unlist(announced)
