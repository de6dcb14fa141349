"""What the shop knows: articles, orders and credit orders, payments."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal

from retour.sandbox.mijnwebwinkel.money import STANDARD_RATE, cents, with_tax


@dataclass(slots=True)
class Article:
    """An article of the shop. The price is for one, with tax; the rate is a percentage."""

    id: int
    sku: str
    description: str
    price: Decimal
    rate: Decimal
    stock: int


@dataclass(frozen=True, slots=True)
class Option:
    """What the customer chose, and what it adds to the price, with tax."""

    list_option_id: int
    description: str
    price: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Line:
    """One line; without an article it is a custom one. `source` is the original's line, on a credit order."""

    id: str
    article: Article | None
    description: str
    quantity: int
    unit_price: Decimal
    rate: Decimal
    options: tuple[Option, ...] = ()
    source: str | None = None

    @property
    def total(self) -> Decimal:
        return cents(self.unit_price * self.quantity)


@dataclass(frozen=True, slots=True)
class Address:
    """An address; made up, unless told otherwise."""

    name: str = "Noor de Vries"
    street: str = "Dorpstraat"
    number: str = "12"
    zipcode: str = "1111ZZ"
    city: str = "Utrecht"
    country_code: str = "NL"
    phone: str = ""
    company: str = ""
    gender: str = ""
    taxnumber: str = ""


@dataclass(frozen=True, slots=True)
class Debtor:
    """Who bought it; `id` only with a customer account."""

    email: str = "noor.1@example.org"
    invoice: Address = Address()
    delivery: Address | None = None
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Mutation:
    """What happened to a payment; the amount is in minor units."""

    id: int
    type: Literal["authorize", "capture", "failed", "refund", "void"]
    amount: int
    at: datetime


@dataclass(slots=True)
class Payment:
    """The payment of an order, with all that happened to it. The amount is in minor units."""

    id: str
    reference: str
    amount: int
    made_at: datetime
    gateway: str = "mollie"
    method: str = "ideal"
    mutations: list[Mutation] = field(default_factory=list)

    @property
    def refunded(self) -> int:
        return sum(mutation.amount for mutation in self.mutations if mutation.type == "refund")


@dataclass(slots=True)
class Order:
    """An order, or a credit order when `credited` is the number of the order it credits. Moments are aware UTC.

    Costs are without tax. `internal` is the merchant's note.
    """

    number: int
    uuid: str
    placed_at: datetime
    status: int
    debtor: Debtor
    lines: tuple[Line, ...]
    status_changed_at: datetime | None = None
    shipping_costs: Decimal = Decimal(0)
    payment_costs: Decimal = Decimal(0)
    internal: str = ""
    comment: str = ""
    archived: bool = False
    test: bool = False
    pickup: bool = False
    business: bool = False
    reference: str = ""
    partner: str = ""
    offline_location_id: str | None = None
    credited: str | None = None
    credits: list[str] = field(default_factory=list)
    stock_is_back: bool = False
    payment: Payment | None = None

    @property
    def name(self) -> str:
        """The number as the outside knows it: a test order's has a marker (contract 4)."""
        return f"T-{self.number}" if self.test else str(self.number)

    @property
    def units(self) -> int:
        return sum(line.quantity for line in self.lines)

    @property
    def total(self) -> Decimal:
        """With tax; above zero for a credit order too."""
        costs = with_tax(self.shipping_costs, STANDARD_RATE) + with_tax(self.payment_costs, STANDARD_RATE)
        return sum((line.total for line in self.lines), Decimal(0)) + costs

    @property
    def payment_status(self) -> str:
        if self.payment is None:
            return "unknown"
        return "refunded" if self.payment.refunded >= self.payment.amount else "captured"


class OrderBook:
    """Orders by number, oldest first."""

    def __init__(self) -> None:
        self._orders: dict[str, Order] = {}
        self._last = 0

    def __len__(self) -> int:
        return len(self._orders)

    def __iter__(self) -> Iterator[Order]:
        return iter(self._orders.values())

    def next_number(self) -> int:
        return self._last + 1

    def add(self, order: Order) -> None:
        self._orders[order.name] = order
        self._last = max(self._last, order.number)

    def get(self, name: str) -> Order | None:
        """Numbers are compared as numbers: 027 is 27."""
        return self._orders.get(name.lstrip("0") if name.isdecimal() else name)

    def remove(self, order: Order) -> None:
        del self._orders[order.name]

    def oldest(self) -> Order:
        return next(iter(self._orders.values()))
