"""The bodies of the control routes; see `retour.sandbox.fruugo.control`."""

from dataclasses import replace
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, SecretStr

from retour.sandbox.commands import Command
from retour.sandbox.fruugo.callbacks import Planned
from retour.sandbox.fruugo.samples import CUSTOMERS, PRODUCTS, Product
from retour.sandbox.fruugo.state import Customer

Quantity = Annotated[int, Field(ge=1, le=9999)]


class Person(Command):
    """Any part of a customer; the rest is made up."""

    first_name: str | None = None
    last_name: str | None = None
    street_address: str | None = None
    city: str | None = None
    province: str | None = None
    postal_code: str | None = None
    country_code: str | None = None
    phone_number: str | None = None
    email_address: str | None = None
    language_code: str | None = None

    def customer(self) -> Customer:
        return replace(CUSTOMERS[0], **self.model_dump(exclude_none=True))


class Ordered(Command):
    """An ordered product; what is left out is a blue mug's. Fruugo's ids are made up when left out."""

    product_id: str = PRODUCTS[0].product_id
    sku_id: str = PRODUCTS[0].sku_id
    title: str = PRODUCTS[0].title
    unit_price: Decimal = Field(default=PRODUCTS[0].unit_price, ge=0, decimal_places=2)
    quantity: Quantity = 1
    fruugo_product_id: str = Field(default="", pattern=r"^\d*$")
    fruugo_sku_id: str = Field(default="", pattern=r"^\d*$")

    def product(self) -> Product:
        return Product(**self.model_dump())


class PlaceOrder(Command):
    items: list[Ordered] = Field(min_length=1)
    order_id: str = Field(default="", pattern=r"^\d*$")
    customer: Person = Person()
    placed_at: AwareDatetime | None = None
    released_at: AwareDatetime | None = Field(default=None, description="null: when placed; later: hidden until then")
    shipped: bool = True


class Units(Command):
    ref: str = Field(min_length=1)
    quantity: Quantity = 1


class Returned(Ordered):
    """What comes back: units of a line, or without `ref` a product of a new order that all such items share."""

    ref: str | None = None
    ordered: Quantity | None = Field(default=None, description="of the new order; null: as many as come back")

    def product(self) -> Product:
        product = Product(**self.model_dump(exclude={"ref", "ordered"}))
        return replace(product, quantity=self.ordered or self.quantity)


class Announce(Command):
    items: list[Returned] = Field(min_length=1)
    reason: str = ""
    comment: str = ""


class Withdraw(Command):
    quantity: Quantity | None = Field(default=None, description="null: all that is open")


class Refund(Units):
    source: Literal["fruugo", "portal"] = "fruugo"


class SetCredentials(Command):
    username: str = Field(min_length=1)
    password: SecretStr


class SetWebhook(Command):
    url: str
    username: str = ""
    password: SecretStr = SecretStr("")


class PlanCallbacks(Planned):
    times: int = Field(default=1, ge=1, le=1000)

    def planned(self) -> Planned:
        return Planned.model_validate(self.model_dump(exclude={"times"}))
