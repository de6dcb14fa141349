"""What marketplaces and shops of the demo speak about: orders, and what comes back of them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Buyer:
    """A made-up person. `country` has two letters, `region` is a state where addresses have one."""

    first_name: str
    last_name: str
    street: str
    house_number: str
    postcode: str
    city: str
    country: str
    region: str = ""
    mail: str = ""
    """Where the marketplace tells another address than the person's own."""

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"

    @property
    def email(self) -> str:
        return self.mail or f"{self.first_name.lower()}@example.org"


@dataclass(frozen=True, slots=True)
class Bought:
    """One product of an order. The price is of one piece, with VAT."""

    sku: str
    title: str
    quantity: int
    price: Decimal
    ean: str | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """A marketplace's order, as a shop takes it over. `ref` is the number by which the marketplace speaks of it."""

    ref: str
    placed_at: datetime
    buyer: Buyer
    lines: tuple[Bought, ...]
    short: str = ""
    """Another number of the order, by which people speak of it."""

    @property
    def number(self) -> str:
        """What people call it, and what a shop notes down."""
        return self.short or self.ref


@dataclass(frozen=True, slots=True)
class Parcel:
    """What a customer sends back of one order."""

    what: str
    """Such as "2x Mug, blue"."""
    why: str
    is_open: Callable[[], bool]
    """Whether anything of it still waits for a decision at the marketplace."""
    refund: Callable[[], None] | None = None
    """The marketplace refunds it, whoever should have decided. None: it handles it by itself in any case."""
    unannounced: tuple[str, ...] = ()
    """Lines that nobody announced, for `retour returns report`: the merchant has to report them."""

    @property
    def handled(self) -> bool:
        """The marketplace receives and refunds it itself."""
        return self.refund is None


def pieces(lines: dict[str, int]) -> str:
    """Titles and how many of each, for people."""
    return " and ".join(f"{quantity}x {title}" for title, quantity in lines.items())
