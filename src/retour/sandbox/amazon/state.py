"""What one seller's account at Amazon holds: orders and returns."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal

from retour.sandbox.amazon.marketplaces import MARKETPLACES, Marketplace

Fulfilment = Literal["MERCHANT", "AMAZON"]
Flaw = Literal["no_rma_id", "no_order_id", "no_quantity", "wrong_type", "bad_date", "no_items", "unknown_values"]
FINAL = frozenset({"Completed", "Closed", "Rejected", "Declined", "Cancelled"})
DROPPED = frozenset({"Rejected", "Declined", "Cancelled"})
EXTERNAL_STATUSES = (
    "CREATED",
    "CARRIER_NOTIFIED_TO_PICK_UP_FROM_CUSTOMER",
    "CARRIER_OUT_FOR_PICK_UP_FROM_CUSTOMER",
    "CUSTOMER_CANCELLED_PICK_UP",
    "CUSTOMER_RESCHEDULED_PICK_UP",
    "PICKED_FROM_CUSTOMER",
    "IN_TRANSIT",
    "OUT_FOR_DELIVERY",
    "DELIVERED",
    "REPLANNED",
    "CUSTOMER_DROPPED_OFF",
    "PARTIALLY_PROCESSED",
    "PROCESSED",
    "REJECTED",
    "CANCELLED",
)
"""Of External Fulfillment Returns (contract 4)."""


@dataclass(frozen=True, slots=True)
class Buyer:
    """A made-up person."""

    name: str
    email: str
    street: str
    postal_code: str
    city: str
    country: str
    phone: str = ""


@dataclass(slots=True, eq=False)
class OrderItem:
    """One line of an order. The price is gross where prices include tax, net elsewhere."""

    order_item_id: str
    sku: str
    asin: str
    title: str
    category: str
    quantity: int
    unit_price: Decimal
    discount: Decimal = Decimal(0)
    """Promotions on the whole line, positive."""
    tax: Decimal = Decimal(0)
    """Of the whole line: inside the price or on top of it, as the marketplace has it."""
    shipping: Decimal = Decimal(0)
    gift_wrap: Decimal = Decimal(0)
    refunded: dict[str, Decimal] = field(default_factory=dict, repr=False)
    """By component, whoever refunded."""
    refunded_units: int = 0

    @property
    def price(self) -> Decimal:
        return self.unit_price * self.quantity

    @property
    def paid(self) -> Decimal:
        """For the goods themselves."""
        return self.price - self.discount


@dataclass(slots=True, eq=False)
class Order:
    order_id: str
    marketplace: Marketplace
    placed_at: datetime
    fulfilled_by: Fulfilment
    buyer: Buyer
    items: list[OrderItem]
    shipped: bool = True
    prime: bool = False
    original: tuple[str, str] | None = None
    """Of a replacement: association type and the original's order id."""
    replacements: list[tuple[str, str]] = field(default_factory=list)
    shown: bool = True
    """On the page, with its returns."""

    @property
    def total(self) -> Decimal:
        apart = not self.marketplace.tax_inclusive
        return sum((i.paid + i.shipping + i.gift_wrap + (i.tax if apart else 0) for i in self.items), Decimal(0))


@dataclass(frozen=True, slots=True)
class Refund:
    at: datetime
    amount: Decimal
    by_feed: bool


@dataclass(frozen=True, slots=True)
class ReturnLine:
    item: OrderItem
    quantity: int
    reason: str
    comment: str = ""
    resolution: str = "StandardRefund"
    refunds: tuple[Refund, ...] = ()
    refunded_units: int = 0

    @property
    def open_units(self) -> int:
        return max(0, self.quantity - self.refunded_units)

    @property
    def refunded(self) -> Decimal:
        return sum((refund.amount for refund in self.refunds), Decimal(0))


@dataclass(frozen=True, slots=True)
class Return:
    """Never changed, only replaced: a report keeps what was true when it was made."""

    rma_id: str
    """Of an FBA return the licence plate number: no report shows both."""
    order: Order
    requested_at: datetime
    status: str
    lines: tuple[ReturnLine, ...]
    a_to_z: bool = False
    tracking_id: str = ""
    """Empty: no label yet."""
    delivered_at: datetime | None = None
    """At the seller, or in Amazon's warehouse."""
    flaw: Flaw | None = None
    reported: bool = True
    """False: no report shows it."""
    external: bool = False
    """External Fulfillment Returns shows it."""
    external_step: str | None = None
    """What External Fulfillment Returns was told of it; None: its status follows from what happened."""
    changed_at: datetime | None = None

    @property
    def external_status(self) -> str:
        if self.status == "Cancelled":
            return "CANCELLED"
        return self.external_step or ("DELIVERED" if self.delivered_at else "CREATED")

    @property
    def open_units(self) -> int:
        return sum(line.open_units for line in self.lines)


@dataclass(slots=True, eq=False)
class Seller:
    """One seller account: `seller_id` is the MerchantIdentifier of feeds."""

    seller_id: str
    client_id: str
    refresh_token: str = field(repr=False)
    marketplace_ids: tuple[str, ...]
    revoked: bool = False
    orders: dict[str, Order] = field(default_factory=dict, repr=False)
    returns: dict[str, Return] = field(default_factory=dict, repr=False)
    returned: dict[str, list[str]] = field(default_factory=dict, repr=False)
    """Order item id to the rma ids of its returns, oldest first."""

    @property
    def marketplace(self) -> Marketplace:
        """The first, where things happen unless told otherwise."""
        return MARKETPLACES[self.marketplace_ids[0]]

    def keep(self, returned: Return, limit: int) -> None:
        """Adds or replaces a return; beyond the limit the oldest, and its order, are forgotten."""
        if returned.rma_id not in self.returns:
            for line in returned.lines:
                self.returned.setdefault(line.item.order_item_id, []).append(returned.rma_id)
        self.returns[returned.rma_id] = returned
        while len(self.returns) > limit:
            oldest = self.returns.pop(next(iter(self.returns)))
            for line in oldest.lines:
                others = self.returned.get(line.item.order_item_id, [])
                others.remove(oldest.rma_id)
                if not others:
                    self.returned.pop(line.item.order_item_id)
            if not any(item.order_item_id in self.returned for item in oldest.order.items):
                self.orders.pop(oldest.order.order_id, None)

    def returns_of(self, item: OrderItem) -> Iterator[Return]:
        """Those that still stand, oldest first."""
        for rma_id in self.returned.get(item.order_item_id, ()):
            if self.returns[rma_id].status not in DROPPED:
                yield self.returns[rma_id]

    def left_to_return(self, item: OrderItem) -> int:
        back = sum(line.quantity for returned in self.returns_of(item) for line in returned.lines if line.item is item)
        return item.quantity - back
