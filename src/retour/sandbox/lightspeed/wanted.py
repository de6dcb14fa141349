"""What tests and samples ask for: orders and returns to make. The control routes read the same shapes from JSON."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Annotated

from pydantic import AwareDatetime, ConfigDict, Field, with_config

_STRICT = ConfigDict(extra="forbid")


@with_config(_STRICT)
@dataclass(frozen=True, slots=True)
class WantedLine:
    """One line of an order. `price` is for one piece with VAT; `shipped` None: all of it was sent."""

    sku: str = "MUG-BLUE"
    title: str = "Mug, blue"
    quantity: Annotated[int, Field(ge=1)] = 1
    shipped: Annotated[int, Field(ge=0)] | None = None
    price: Annotated[Decimal, Field(ge=0)] = Decimal("12.50")
    tax_rate: Annotated[Decimal, Field(ge=0)] = Decimal("0.21")
    ean: str = "0000000000017"
    article_code: str = "MUG-1"
    variant: str = "Default"


@with_config(_STRICT)
@dataclass(frozen=True, slots=True)
class WantedAddress:
    street: str = "Kanaalweg"
    number: str = "12"
    extension: str = "B"
    zipcode: str = "3526 KL"
    city: str = "Utrecht"
    country: str = "nl"


@with_config(_STRICT)
@dataclass(frozen=True, slots=True)
class WantedBuyer:
    """Who bought it. `shipping` None: it was sent to the billing address."""

    firstname: str = "Noor"
    lastname: str = "Example"
    email: str = "noor@example.org"
    phone: str = "0000000000"
    company: str = ""
    vat_number: str = ""
    guest: bool = True
    billing: WantedAddress = WantedAddress()
    shipping: WantedAddress | None = None


@with_config(_STRICT)
@dataclass(frozen=True, slots=True)
class WantedOrder:
    """`number` None takes the next ORD number, `placed_at` None is now. `metafields` are keys and values, such as
    `external_order_id`."""

    number: str | None = None
    lines: Annotated[tuple[WantedLine, ...], Field(min_length=1)] = (WantedLine(),)
    buyer: WantedBuyer = WantedBuyer()
    memo: str = ""
    comment: str = ""
    metafields: dict[str, str] = field(default_factory=dict)
    status: str = "completed_shipped"
    payment_status: str = "paid"
    shipment_status: str = "shipped"
    shipment_price: Annotated[Decimal, Field(ge=0)] = Decimal(0)
    placed_at: AwareDatetime | None = None


@with_config(_STRICT)
@dataclass(frozen=True, slots=True)
class WantedReturn:
    """A return that a customer asks for, or staff writes down. `lines` are SKU and quantity; None: one of the first."""

    order: str
    """The order's number."""
    lines: dict[str, Annotated[int, Field(ge=1)]] | None = None
    reason: str = "Te klein"
    action: str = "Refund"
    comment: str = ""
    staff_note: str = ""
    by_staff: bool = False
