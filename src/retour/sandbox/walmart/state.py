"""What the seller's account at Walmart holds: orders, returns and their lines (contract 4.3, 5)."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal

from retour.sandbox.walmart.shelf import Shelf

ShipNode = Literal["SellerFulfilled", "WFSFulfilled", "3PLFulfilled"]
Kind = Literal["REFUND", "REPLACEMENT"]
Channel = Literal["ONLINE", "IN_STORE", "CUSTOMER_CARE"]
RefundStage = Literal["accepted", "initiated", "issued"]


@dataclass(frozen=True, slots=True)
class Customer:
    """A made-up person. `country` has three letters, as orders have it (contract 5.4)."""

    first_name: str
    last_name: str
    address1: str
    city: str
    state: str
    postal_code: str
    email: str
    address2: str = ""
    phone: str = ""
    country: str = "USA"


@dataclass(slots=True, eq=False)
class OrderLine:
    """One product of a purchase order; prices in USD."""

    number: int
    sku: str
    title: str
    quantity: int
    unit_price: Decimal
    unit_tax: Decimal
    shipping: Decimal = Decimal(0)
    exception_type: str = ""
    """HAZMAT, FREIGHT or OTHER: refunded through the order only."""
    status: str = "Shipped"
    returned: int = 0
    """Units in returns that were not cancelled."""
    refunded: dict[str, Decimal] = field(default_factory=dict)
    """By the order-refund call: charge type to amount."""

    def charged(self, charge_type: str) -> Decimal:
        return (self.unit_price + self.unit_tax) * self.quantity if charge_type == "PRODUCT" else self.shipping


@dataclass(slots=True, eq=False)
class Order:
    """A purchase order; several may belong to one order of a customer."""

    purchase_order_id: str
    customer_order_id: str
    placed_at: datetime
    ship_node: ShipNode
    customer: Customer
    lines: list[OrderLine] = field(default_factory=list)
    seller_order_id: str = ""

    def line(self, number: int) -> OrderLine | None:
        return next((line for line in self.lines if line.number == number), None)


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of a line's history."""

    tag: str
    at: datetime


@dataclass(slots=True, eq=False)
class Refund:
    """Money for some units; the return shows it once it is initiated."""

    quantity: int
    channel: str
    at: datetime
    stage: RefundStage = "accepted"


@dataclass(slots=True, eq=False)
class ReturnLine:
    number: int
    returned: "Return" = field(repr=False)
    order: Order = field(repr=False)
    order_line: OrderLine
    quantity: int
    reason: str
    keep_it: bool = False
    return_expected: bool = True
    group: int = 1
    shipped: bool = False
    delivered: bool = False
    cancellation: str = ""
    """Why the rest was cancelled; empty: it was not."""
    cancelled: int = 0
    refunds: list[Refund] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    @property
    def shown(self) -> list[Refund]:
        return [refund for refund in self.refunds if refund.stage != "accepted"]

    @property
    def left(self) -> int:
        """Units that were neither refunded, shown or not, nor cancelled."""
        refunded = sum(refund.quantity for refund in self.refunds)
        return max(0, self.quantity - refunded - self.cancelled)

    @property
    def all_shown(self) -> bool:
        return sum(refund.quantity for refund in self.shown) >= self.quantity


@dataclass(slots=True, eq=False)
class Return:
    number: int
    """Breaks the tie between two returns of the same moment."""
    return_order_id: str
    customer_order_id: str
    customer: Customer
    opened_at: datetime
    modified_at: datetime
    kind: Kind = "REFUND"
    channel: Channel = "ONLINE"
    replacement_customer_order_id: str = ""
    labels_per_group: int = 1
    carriers_per_label: int = 1
    by_walmart: bool = False
    """Walmart had sent it and handles it (contract 9.3)."""
    lines: list[ReturnLine] = field(default_factory=list)

    def line(self, number: int) -> ReturnLine | None:
        return next((line for line in self.lines if line.number == number), None)


class Seller:
    """The account: orders and returns, the latter kept in order of modification."""

    def __init__(self) -> None:
        self.orders: dict[str, Order] = {}
        self.returns: dict[str, Return] = {}
        self.shelf = Shelf()
        self.recent_orders: deque[Order] = deque(maxlen=20)
        self.recent_returns: deque[Return] = deque(maxlen=20)

    def add_order(self, order: Order, kept: int) -> None:
        self.orders[order.purchase_order_id] = order
        while len(self.orders) > kept:
            del self.orders[next(iter(self.orders))]

    def add_return(self, returned: Return, kept: int) -> None:
        self.returns[returned.return_order_id] = returned
        self.shelf.add(returned)
        while len(self.returns) > kept:
            oldest = self.shelf.oldest()
            self.shelf.remove(oldest)
            del self.returns[oldest.return_order_id]

    def touch(self, returned: Return, at: datetime) -> None:
        """The return was modified; never moves back in time."""
        if returned.return_order_id in self.returns:
            self.shelf.remove(returned)
            returned.modified_at = max(returned.modified_at, at)
            self.shelf.add(returned)
