"""The bodies of the control routes; see `retour.sandbox.bol.control`."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Annotated

from pydantic import AwareDatetime, ConfigDict, Field
from pydantic.alias_generators import to_camel

from retour.sandbox.bol.processes import Planned
from retour.sandbox.bol.samples import CUSTOMERS
from retour.sandbox.bol.state import Customer
from retour.sandbox.bol.switches import Method
from retour.sandbox.commands import Bulk, Command

Quantity = Annotated[int, Field(ge=1, le=9999)]
Digits = Annotated[str, Field(pattern=r"^\d+$")]


class AddAccount(Command):
    client_id: str = Field(min_length=1)
    client_secret: str
    active: bool = True


class Person(Command):
    """Any part of a customer, in our words or in bol's (`first_name`, `firstName`); the rest is made up."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)

    salutation: str | None = None
    first_name: str | None = None
    surname: str | None = None
    street_name: str | None = None
    house_number: str | None = None
    house_number_extension: str | None = None
    extra_address_information: str | None = None
    zip_code: str | None = None
    city: str | None = None
    country_code: str | None = None
    email: str | None = None
    delivery_phone_number: str | None = None
    company: str | None = None
    vat_number: str | None = None

    def customer(self) -> Customer:
        return replace(CUSTOMERS[0], **self.model_dump(exclude_none=True))


class Product(Command):
    """One ordered product. Without `ean` it is a made-up one."""

    ean: str | None = None
    title: str | None = None
    quantity: Quantity = 1
    order_item_id: str | None = None
    sku: str | None = Field(default=None, description='"" for an offer without a reference')
    unit_price: Decimal = Field(default=Decimal("12.95"), ge=0, decimal_places=2)


class PlaceOrder(Command):
    items: list[Product] = Field(min_length=1)
    order_id: str | None = None
    fulfilment_method: Method = "FBR"
    customer: Person = Person()
    placed_at: AwareDatetime | None = None


class ReturnedProduct(Product):
    """What comes back. An order, or an order item, that does not exist yet is made, for `ordered` pieces."""

    order_id: str | None = Field(default=None, description="null: a new order that all such items share")
    ordered: Quantity | None = Field(default=None, description="null: as many as come back")
    main_reason: str = "Verkeerd besteld"
    detailed_reason: str = ""
    comments: str = ""


class AnnounceReturn(Command):
    items: list[ReturnedProduct] = Field(min_length=1)
    fulfilment_method: Method = "FBR"
    return_id: Digits | None = None
    customer: Person = Person()
    registered_at: AwareDatetime | None = None

    def moment(self, now: datetime) -> datetime:
        return self.registered_at or now


class AnnounceMany(Bulk):
    fulfilment_method: Method = "FBR"


class Handle(Command):
    handling: str = Field(min_length=1)
    quantity: Quantity | None = Field(default=None, description="null: what is open, or all")
    result: str | None = Field(default=None, description="null: what goes with the handling")


class ChangeQuantity(Command):
    quantity: Quantity


class ChangeReason(Command):
    main_reason: str
    detailed_reason: str = ""
    comments: str = ""


class PlanProcesses(Planned):
    times: int = Field(default=1, ge=1, le=1000)

    def planned(self) -> list[Planned]:
        plan = Planned.model_validate(self.model_dump(exclude={"times"}))
        return [plan] * self.times
