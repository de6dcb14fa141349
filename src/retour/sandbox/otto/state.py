"""What OTTO holds for one partner: orders of units, what came back of them, and return shipments (contract 1, 3, 5)."""

from bisect import bisect_left, insort
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal

Fulfillment = Literal[
    "ANNOUNCED", "PROCESSABLE", "SENT", "RETURNED", "CANCELLED_BY_PARTNER", "CANCELLED_BY_MARKETPLACE"
]
ReturnStatus = Literal["ANNOUNCED", "ACCEPTED", "REJECTED", "MISDIRECTED"]
ParcelState = Literal["ANNOUNCED", "ON_THE_WAY", "DELIVERED"]

RETURN_STATUSES: tuple[ReturnStatus, ...] = ("ANNOUNCED", "ACCEPTED", "REJECTED", "MISDIRECTED")
PARCEL_STATES: tuple[ParcelState, ...] = ("ANNOUNCED", "ON_THE_WAY", "DELIVERED")


@dataclass(frozen=True, slots=True)
class Customer:
    """A made-up person; OTTO tells sellers no e-mail address."""

    salutation: str
    first_name: str
    last_name: str
    street: str
    house_number: str
    zip_code: str
    city: str
    country_code: str = "DEU"


@dataclass(slots=True, eq=False)
class Unit:
    """A position item: exactly one piece."""

    position_item_id: str
    order: "Order" = field(repr=False)
    sku: str
    ean: str
    title: str
    price: Decimal
    """With VAT, in euro."""
    fulfillment: Fulfillment
    sent_at: datetime | None = None
    returned_at: datetime | None = None
    return_status: ReturnStatus | None = None
    changed_at: datetime | None = None
    """When the return status changed; set with it."""
    number: int = 0
    """Of the change: breaks the tie of one moment."""
    condition: str | None = None
    reason: str | None = None
    customer_reason: str = ""
    """OTTO never tells the seller."""
    shipment: "Shipment | None" = field(default=None, repr=False)
    to_warehouse: bool = False
    withdrawn: bool = False
    refunds: int = 0


@dataclass(slots=True, eq=False)
class Order:
    sales_order_id: str
    order_number: str
    ordered_at: datetime
    modified_at: datetime
    customer: Customer
    units: list[Unit] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Shipment:
    """A parcel on its way back."""

    shipment_id: str
    carrier: str
    tracking_number: str
    created_at: datetime
    units: list[Unit]
    states: list[tuple[ParcelState, datetime]]


class Partner:
    """One seller. The lists of contract 3 are kept in order as things change, so that a page costs a page."""

    def __init__(self) -> None:
        self.orders: dict[str, Order] = {}
        self.by_number: dict[str, Order] = {}
        self.units: dict[str, Unit] = {}
        self.shipments: dict[str, Shipment] = {}
        self.recent_orders: deque[Order] = deque(maxlen=20)
        """Placed one by one: what the page shows."""
        self._rows: dict[ReturnStatus | None, list[Unit]] = {None: []} | {status: [] for status in RETURN_STATUSES}

    def rows(self, status: ReturnStatus | None) -> list[Unit]:
        """Oldest change of status first; None for every status."""
        return self._rows[status]

    def add_order(self, order: Order, kept: int) -> None:
        """Adds it; forgets the oldest beyond `kept`, with their returns."""
        self.orders[order.sales_order_id] = self.by_number[order.order_number] = order
        for unit in order.units:
            self.units[unit.position_item_id] = unit
        while len(self.orders) > kept:
            self._forget(next(iter(self.orders.values())))

    def set_status(self, unit: Unit, status: ReturnStatus | None, at: datetime, number: int) -> None:
        """`number` grows with every call; None takes the unit off the lists."""
        self._unlist(unit)
        unit.return_status, unit.changed_at, unit.number = status, at, number
        if status:
            for rows in (self._rows[None], self._rows[status]):
                insort(rows, unit, key=_change)

    def _unlist(self, unit: Unit) -> None:
        if unit.return_status:
            for rows in (self._rows[None], self._rows[unit.return_status]):
                del rows[bisect_left(rows, _change(unit), key=_change)]

    def _forget(self, order: Order) -> None:
        del self.orders[order.sales_order_id], self.by_number[order.order_number]
        for unit in order.units:
            self._unlist(unit)
            unit.return_status = None
            del self.units[unit.position_item_id]
            if unit.shipment:
                self.shipments.pop(unit.shipment.shipment_id, None)


def _change(unit: Unit) -> tuple[float, int]:
    return unit.changed_at.timestamp() if unit.changed_at else 0.0, unit.number
