"""The shop's orders, their status history, and which status belongs to which state."""

from dataclasses import dataclass, field
from typing import Final, Literal

from retour.sandbox.magento.documents import Address

OrderFlaw = Literal["no_id", "text_id", "no_items", "items_null", "quantity_text", "unknown_status"]
"""What is wrong with an order's row: a key is missing, null or of another type, a status nobody has heard of."""

STATUSES: Final = {
    "pending": {"new"},
    "processing": {"processing"},
    "complete": {"complete"},
    "closed": {"closed"},
    "canceled": {"canceled"},
    "holded": {"holded"},
}
"""Magento's own order statuses and the state of each; a merchant adds more."""


@dataclass(frozen=True, slots=True)
class Bought:
    """What an order is to have on a line. `shipped` None is all of it; a configurable product makes two rows."""

    sku: str = "MUG-BLUE"
    name: str = "Mug, blue"
    quantity: int = 1
    price: float = 12.5
    shipped: int | None = None
    configurable: bool = False


@dataclass(slots=True)
class OrderItem:
    """One row of an order."""

    item_id: int
    sku: str
    name: str
    product_type: str
    price: float
    qty_ordered: int
    qty_shipped: int
    parent_item_id: int | None = None
    qty_refunded: int = 0
    qty_open: int = 0
    """On credit memos that are still open."""


@dataclass(frozen=True, slots=True)
class Comment:
    """One entry of an order's status history."""

    entity_id: int
    comment: str
    status: str
    created_at: str
    notified: bool
    visible: bool


@dataclass(slots=True)
class Order:
    """One order, invoiced; times are "YYYY-MM-DD HH:MM:SS" as the shop writes them."""

    entity_id: int
    increment_id: str
    ext_order_id: str | None
    store_id: int
    customer_id: int | None
    state: str
    status: str
    created_at: str
    updated_at: str
    billing: Address
    items: list[OrderItem]
    currency: str
    shipping_amount: float
    payment_method: str
    shipping_refunded: float = 0
    history: list[Comment] = field(default_factory=list)
    flaw: OrderFlaw | None = None

    @property
    def subtotal(self) -> float:
        return round(sum(item.price * item.qty_ordered for item in self.items), 2)

    @property
    def grand_total(self) -> float:
        return round(self.subtotal + self.shipping_amount, 2)

    def item(self, item_id: int) -> OrderItem | None:
        return next((item for item in self.items if item.item_id == item_id), None)

    def item_of(self, sku: str) -> OrderItem | None:
        """The row that is shipped, where a configurable product has two."""
        found = [item for item in self.items if item.sku == sku]
        return next((item for item in found if item.qty_shipped), found[0] if found else None)
