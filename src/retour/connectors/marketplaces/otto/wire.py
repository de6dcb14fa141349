"""OTTO's shapes: only the fields that are used, tolerant, without closed enums, rows decoded one by one.

OTTO's description of returns calls every field optional (contract otto 3). What names a unit must be readable, or the
row is `Garbled`; anything else that is missing or of the wrong kind reads as None.
"""

from decimal import Decimal
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
)
from pydantic.alias_generators import to_camel

from retour.connectors.shapes import Id, Loose, Moment, Text


class Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True, alias_generator=to_camel)


class TrackingKey(Shape):
    tracking_numbers: Loose[tuple[Loose[Text], ...]] = None
    carrier: Loose[Text] = None


class Details(Shape):
    """What is told beside a status; which fields, the status says."""

    return_tracking_key: Loose[TrackingKey] = None
    reason: Loose[Text] = None
    condition: Loose[Text] = None
    otto_warehouse_id: Loose[Text] = Field(default=None, alias="ottoWarehouseID")


class Row(Shape):
    """One unit in the list of returns; `status` is an open set."""

    position_item_id: Id
    status: Id
    sales_order_id: Loose[Id] = None
    occurred_time: Loose[Moment] = None
    details: Loose[Details] = None


class Link(Shape):
    rel: Loose[Text] = None
    href: Loose[Text] = None


class Linked(Shape):
    """A page that names the next one."""

    links: Loose[tuple[Loose[Link], ...]] = None

    @property
    def next(self) -> str | None:
        return next((link.href for link in self.links or () if link and link.rel == "next" and link.href), None)


class Listing(Linked):
    """A page of the list of returns."""

    position_items: list[Any] | None = None


class Parcels(Linked):
    """A page of the list of parcels on their way back."""

    resources: list[Any] | None = None


class ParcelKey(Shape):
    carrier: Loose[Text] = None
    tracking_number: Loose[Text] = None


class Packed(Shape):
    """A unit in a parcel."""

    sales_order_id: Id
    sales_order_position_item_id: Id


class Move(Shape):
    """Where a parcel was; `state` is an open set."""

    state: Loose[Text] = None
    occurred_on: Loose[Moment] = None


class Parcel(Shape):
    return_shipment_id: Id
    created_at: Loose[Moment] = None
    tracking_key: Loose[ParcelKey] = None
    return_position_items: tuple[Packed, ...]
    states: Loose[tuple[Loose[Move], ...]] = None


class Ref(Shape):
    """What names a unit that cannot be read."""

    position_item_id: Loose[Id] = None


class Address(Shape):
    salutation: Loose[Text] = None
    first_name: Loose[Text] = None
    last_name: Loose[Text] = None
    street: Loose[Text] = None
    house_number: Loose[Text] = None
    zip_code: Loose[Text] = None
    city: Loose[Text] = None
    country_code: Loose[Text] = None


class Price(Shape):
    amount: Annotated[Decimal, Field(ge=0, lt=10**9)]
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


class Product(Shape):
    sku: Loose[Text] = None
    ean: Loose[Text] = None
    product_title: Loose[Text] = None


class Unit(Shape):
    """One piece of an order; `fulfillmentStatus` is an open set."""

    position_item_id: Id
    fulfillment_status: Id
    product: Loose[Product] = None
    item_value_gross_price: Loose[Price] = None
    returned_date: Loose[Moment] = None


class Order(Shape):
    """An order; its units are decoded one by one."""

    sales_order_id: Id
    position_items: list[Any]
    order_number: Loose[Text] = None
    order_date: Loose[Moment] = None
    delivery_address: Loose[Address] = None
    invoice_address: Loose[Address] = None


class Fault(Shape):
    """Why one item of a request was not done, and which: `path`, in a form that OTTO does not describe."""

    title: Loose[Text] = None
    detail: Loose[Text] = None
    path: Loose[Text] = None


class Report(Shape):
    """The answer to a request that was not done as a whole. `results` is left out: it may hold what failed."""

    errors: list[Loose[Fault]] = []
