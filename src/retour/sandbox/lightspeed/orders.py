"""The shop's orders, their lines and their invoices (contract 4). Times are aware UTC, money includes VAT."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Final

STATUSES: Final = (
    "on_hold",
    "processing_awaiting_payment",
    "processing_awaiting_shipment",
    "processing_awaiting_pickup",
    "processing_ready_for_pickup",
    "completed",
    "completed_shipped",
    "completed_picked_up",
    "cancelled",
)
PAYMENT_STATUSES: Final = ("not_paid", "partially_paid", "paid", "cancelled")
SHIPMENT_STATUSES: Final = ("not_shipped", "partially_shipped", "shipped", "cancelled")


@dataclass(frozen=True, slots=True)
class Address:
    name: str
    street: str
    number: str
    extension: str
    zipcode: str
    city: str
    country: str
    """ISO 3166, two letters."""


@dataclass(frozen=True, slots=True)
class Buyer:
    customer_id: int | None
    """None: a guest, as the buyers of a marketplace are."""
    firstname: str
    lastname: str
    email: str
    phone: str
    company: str
    vat_number: str
    billing: Address
    shipping: Address


@dataclass(slots=True, eq=False)
class OrderLine:
    id: int
    product_id: int
    title: str
    variant: str
    article_code: str
    ean: str
    sku: str
    ordered: int
    shipped: int
    price: Decimal
    tax_rate: Decimal
    refunded: int = 0


@dataclass(slots=True, eq=False)
class Metafield:
    id: int
    key: str
    value: str
    created_at: datetime
    updated_at: datetime


@dataclass(slots=True, eq=False)
class Invoice:
    """`parent` is what a credit invoice credits."""

    id: int
    number: str
    order: "Order" = field(repr=False)
    status: str
    created_at: datetime
    updated_at: datetime
    items: tuple[tuple[OrderLine, int], ...]
    shipment: Decimal = Decimal(0)
    parent: "Invoice | None" = None
    credited_by: "Invoice | None" = None

    @property
    def total(self) -> Decimal:
        return sum((line.price * quantity for line, quantity in self.items), self.shipment)


@dataclass(slots=True, eq=False)
class Order:
    id: int
    number: str
    status: str
    payment_status: str
    shipment_status: str
    buyer: Buyer
    lines: tuple[OrderLine, ...]
    shipment_price: Decimal
    memo: str
    comment: str
    created_at: datetime
    updated_at: datetime
    metafields: dict[int, Metafield] = field(default_factory=dict)
    invoices: list[Invoice] = field(default_factory=list)

    def line(self, line_id: int) -> OrderLine | None:
        return next((line for line in self.lines if line.id == line_id), None)

    @property
    def total(self) -> Decimal:
        return sum((line.price * line.ordered for line in self.lines), self.shipment_price)


class OrderBook:
    """Orders by id and number, invoices by id; every look-up is O(1)."""

    def __init__(self) -> None:
        self._orders: dict[int, Order] = {}
        self._by_number: dict[str, Order] = {}
        self._invoices: dict[int, Invoice] = {}

    def __len__(self) -> int:
        return len(self._orders)

    def __iter__(self) -> Iterator[Order]:
        return iter(self._orders.values())

    def invoices(self) -> Iterator[Invoice]:
        return iter(self._invoices.values())

    def add(self, order: Order) -> None:
        self._orders[order.id] = order
        self._by_number[order.number] = order

    def add_invoice(self, invoice: Invoice) -> None:
        invoice.order.invoices.append(invoice)
        self._invoices[invoice.id] = invoice

    def get(self, order_id: int) -> Order | None:
        return self._orders.get(order_id)

    def numbered(self, number: str) -> Order | None:
        return self._by_number.get(number)

    def invoice(self, invoice_id: int) -> Invoice | None:
        return self._invoices.get(invoice_id)

    def forget(self, order: Order) -> None:
        del self._orders[order.id], self._by_number[order.number]
        for invoice in order.invoices:
            del self._invoices[invoice.id]
