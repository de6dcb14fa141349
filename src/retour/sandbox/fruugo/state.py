"""What the merchant's account at Fruugo holds: orders, lines with counters, and what comes back (contract 2.3)."""

from bisect import bisect_left, bisect_right, insort
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Customer:
    """A made-up person; `province` and `phone_number` may be empty. Pays in `currency`, at `rate` to the euro."""

    first_name: str
    last_name: str
    street_address: str
    city: str
    province: str
    postal_code: str
    country_code: str
    phone_number: str
    email_address: str
    language_code: str
    currency: str = "EUR"
    rate: Decimal = Decimal(1)


@dataclass(slots=True, eq=False)
class Announcement:
    """Units on their way back. `shown` is false for a refused parcel: no counter tells of it."""

    number: str
    line: "Line" = field(repr=False)
    quantity: int
    at: datetime
    shown: bool = True
    reason: str = ""
    comment: str = ""
    open: int = 0
    refunded: int = 0
    withdrawn: int = 0
    proved: bool = False
    """Fruugo has proof that it was sent."""

    def __post_init__(self) -> None:
        self.open = self.quantity


@dataclass(slots=True, eq=False)
class Line:
    """One order line. A unit is in exactly one counter; announced units are those of the open announcements."""

    order: "Order" = field(repr=False)
    product_id: str
    sku_id: str
    fruugo_product_id: str
    fruugo_sku_id: str
    title: str
    quantity: int
    unit_price: Decimal
    """Including VAT, in euro."""
    vat_percentage: Decimal = Decimal(21)
    pending: int = 0
    confirmed: int = 0
    shipped: int = 0
    cancelled: int = 0
    returned: int = 0
    exception: int = 0
    announcements: list[Announcement] = field(default_factory=list)

    @property
    def ref(self) -> str:
        """What the journal calls it: `{orderId}:{fruugoProductId}:{fruugoSkuId}`; two lines may share it."""
        return f"{self.order.order_id}:{self.fruugo_product_id}:{self.fruugo_sku_id}"

    @property
    def announced(self) -> int:
        return sum(announcement.open for announcement in self.announcements if announcement.shown)

    @property
    def with_customer(self) -> int:
        """Shipped, and not on its way back."""
        return self.shipped - sum(one.open for one in self.announcements if not one.shown)

    @property
    def returnable(self) -> int:
        return self.shipped + self.announced


@dataclass(frozen=True, slots=True)
class Shipment:
    shipment_id: str
    at: datetime
    lines: tuple[tuple[Line, int], ...]


@dataclass(slots=True, eq=False)
class Order:
    customer_order_id: str
    order_id: str
    """Above 2^53."""
    placed_at: datetime
    released_at: datetime
    customer: Customer
    shipping_cost: Decimal
    lines: list[Line] = field(default_factory=list)
    shipments: list[Shipment] = field(default_factory=list)

    @property
    def status(self) -> str:
        """Of the order; says nothing about returns (contract 2.3)."""
        if any(line.exception for line in self.lines):
            return "EXCEPTION"
        return "PENDING" if any(line.pending for line in self.lines) else "PROCESSED"

    @property
    def all_back(self) -> bool:
        """Everything that was not cancelled came back: then the shipping is refunded too (contract 5)."""
        return all(line.returned + line.cancelled == line.quantity for line in self.lines)


class Orders:
    """All orders by id, and in order of release for the downloads."""

    def __init__(self) -> None:
        self._by_id: dict[str, Order] = {}
        self._by_release: list[tuple[datetime, str]] = []
        self.announcements: dict[str, Announcement] = {}
        self.recent: deque[Order] = deque(maxlen=20)
        self.recent_announcements: deque[Announcement] = deque(maxlen=20)

    def __iter__(self) -> Iterator[Order]:
        return iter(self._by_id.values())

    def __len__(self) -> int:
        return len(self._by_id)

    def __contains__(self, order_id: str) -> bool:
        return order_id in self._by_id

    def add(self, order: Order, keep: int) -> None:
        """Forgets the oldest orders beyond `keep`."""
        self._by_id[order.order_id] = order
        insort(self._by_release, (order.released_at, order.order_id))
        while len(self._by_id) > keep:
            self._forget(next(iter(self._by_id.values())))

    def find(self, order_id: str) -> Order | None:
        return self._by_id.get(order_id)

    def lines(self, ref: str) -> list[Line]:
        """The lines that share this ref, usually one. KeyError when there is none."""
        order = self._by_id.get(ref.partition(":")[0])
        lines = [line for line in order.lines if line.ref == ref] if order else []
        if not lines:
            raise KeyError(ref)
        return lines

    def released(self, since: datetime, until: datetime) -> list[Order]:
        """Earliest first, both ends included: an order may be in two adjoining windows."""
        begin = bisect_left(self._by_release, (since, ""))
        end = bisect_right(self._by_release, (until, "~"))
        return [self._by_id[order_id] for _, order_id in self._by_release[begin:end]]

    def _forget(self, order: Order) -> None:
        del self._by_id[order.order_id]
        del self._by_release[bisect_left(self._by_release, (order.released_at, order.order_id))]
        for line in order.lines:
            for announcement in line.announcements:
                self.announcements.pop(announcement.number, None)
