"""What tests and the demo ask for in the place of customers, platform and carriers; also the control routes' bodies."""

from typing import Annotated

from pydantic import AwareDatetime, Field

from retour.sandbox.commands import Command
from retour.sandbox.miravia.state import RequestType

Quantity = Annotated[int, Field(ge=1, le=200)]
Digits = Annotated[str, Field(pattern=r"^[0-9]{1,17}$")]


class Product(Command):
    """What is left out is made up."""

    sku: str | None = None
    ean: str | None = None
    title: str | None = None
    quantity: Quantity = 1
    cents: int | None = Field(default=None, ge=0, description="the price of a piece")


class Person(Command):
    """Any part of a customer."""

    first_name: str | None = None
    last_name: str | None = None
    street: str | None = None
    post_code: str | None = None
    city: str | None = None
    country: str | None = None
    phone: str | None = None
    email: str | None = None


class PlaceOrder(Command):
    items: tuple[Product, ...] = Field(default=(Product(),), min_length=1)
    order_id: Digits | None = None
    customer: Person = Person()
    marketplace: str = "miravia"
    placed_at: AwareDatetime | None = None


class ReturnedProduct(Product):
    """One line. Of a known order: `order_item_id`, or the first of the `sku`; neither: the first that can come back."""

    order_item_id: Digits | None = None
    reason: str = "El artículo no cumple mis expectativas"
    reason_code: int = 30001
    comment: str = ""


class OpenReturn(Command):
    """The customer asks; without `order_id` an order is made for it."""

    lines: tuple[ReturnedProduct, ...] = Field(default=(ReturnedProduct(),), min_length=1)
    order_id: Digits | None = None
    request_type: RequestType = "RETURN"
    customer: Person = Person()
    marketplace: str = Field(default="miravia", description="or ae: the same seller's listing on AliExpress")
    country: str = "ES"
    is_rtm: bool = Field(default=True, description="false: to the platform's warehouse, which decides")
    instant_refund: bool = Field(default=False, description="the platform refunds at once")
    fast_refund: bool = Field(default=False, description="the platform refunds after `fast_refund_seconds`")
    dispute: bool = False
    not_received: bool = False
    shipping_type: str = "DROP_OFF"
    biz_type: str = "DBS"
    opened_at: AwareDatetime | None = None


class Rewrite(Command):
    """Anything the platform could say about a line; no rule stands in the way, and no money moves."""

    reverse_status: str | None = None
    ofc_status: str | None = None
    actions: tuple[str, ...] | None = None
    reason_text: str | None = None
    tracking_number: str | None = None
    goods_status: str | None = None
    whqc_decision: str | None = None
    is_dispute: bool | None = None
    is_fast_refund: bool | None = None
    is_instant_refund: bool | None = None


class OpenMany(Command):
    count: int = Field(ge=1, le=100_000)
    seed: int = 0
    days: float = Field(default=30, gt=0)


class Seller(Command):
    seller_id: Digits


class Subscribe(Command):
    url: str = Field(pattern=r"^(https?://.+)?$", description="empty: no more push")
