"""What the people and the clocks around a seller can be told to do: the bodies of the control routes."""

from dataclasses import replace
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from retour.sandbox.commands import Command
from retour.sandbox.walmart.samples import CUSTOMERS
from retour.sandbox.walmart.state import Channel, Customer, Kind, ShipNode
from retour.sandbox.walmart.switches import Flaw

Quantity = Annotated[int, Field(ge=1, le=9999)]
Digits = Annotated[str, Field(pattern=r"^\d+$")]


class Person(Command):
    """Any part of a customer; the rest is made up."""

    first_name: str | None = None
    last_name: str | None = None
    address1: str | None = None
    address2: str | None = None
    city: str | None = None
    state: str | None = None
    postal_code: str | None = None
    country: str | None = None
    phone: str | None = None
    email: str | None = None

    def customer(self) -> Customer:
        return replace(CUSTOMERS[0], **self.model_dump(exclude_none=True))


class Product(Command):
    """One ordered product; without `sku` and `title` it is made up."""

    sku: str | None = None
    title: str | None = None
    quantity: Quantity = 1
    unit_price: Decimal = Field(default=Decimal("12.95"), ge=0, decimal_places=2)
    unit_tax: Decimal = Field(default=Decimal("1.05"), ge=0, decimal_places=2)
    shipping: Decimal = Field(default=Decimal(0), ge=0, decimal_places=2)
    exception_type: Literal["", "HAZMAT", "FREIGHT", "OTHER"] = ""


class PlaceOrder(Command):
    lines: list[Product] = Field(default_factory=lambda: [Product()], min_length=1)
    purchase_order_id: Digits | None = None
    customer_order_id: Digits | None = None
    seller_order_id: str = Field(default="", max_length=30)
    ship_node: ShipNode = "SellerFulfilled"
    customer: Person = Person()
    placed_at: AwareDatetime | None = None


class ReturnedProduct(Product):
    """What comes back. An order, or a line of it, that does not exist yet is made."""

    purchase_order_id: Digits | None = Field(default=None, description="null: a new order that all such lines share")
    line_number: int | None = Field(
        default=None, ge=1, description="null: the order's line with this SKU, or a new one"
    )
    ordered: Quantity | None = Field(default=None, description="of a new line; null: as many as come back")
    reason: str = "NO_LONGER_WANTED"
    keep_it: bool = False
    return_expected: bool | None = Field(default=None, description="null: unless the customer may keep it")
    group: int = Field(default=1, ge=1, description="of labels")


class OpenReturn(Command):
    lines: list[ReturnedProduct] = Field(default_factory=lambda: [ReturnedProduct()], min_length=1)
    return_order_id: Digits | None = None
    kind: Kind = "REFUND"
    ship_node: ShipNode = Field(
        default="SellerFulfilled", description="of new orders; WFSFulfilled: Walmart handles it"
    )
    channel: Channel = "ONLINE"
    customer: Person = Person()
    labels_per_group: int = Field(default=1, ge=0, le=5)
    carriers_per_label: int = Field(default=1, ge=0, le=5)
    opened_at: AwareDatetime | None = None


class OnLine(Command):
    """Which line; null for all of them."""

    line: int | None = None


class Cancel(OnLine):
    reason: str = Field(default="CUSTOMER_CANCELLED", min_length=1)


class RefundNow(OnLine):
    """Somebody else than the API refunds: the seller's staff, or Walmart."""

    by: Literal["seller_center", "walmart"] = "seller_center"
    quantity: Quantity | None = Field(default=None, description="null: what is left")
    channel: str | None = Field(default=None, description="null: the one that goes with `by`")


class Spoil(Command):
    flaw: Flaw | None = Field(description="null: the row is whole again")


class Credentials(Command):
    client_id: str = Field(min_length=1)
    client_secret: str


class Release(Command):
    newest_first: bool = False
