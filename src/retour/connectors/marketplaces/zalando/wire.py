"""Zalando's shapes: only the fields that are used, tolerant, without closed enums, rows decoded one by one.

Orders come as JSON:API documents, announced returns as plain objects (contract zalando 4, 6). What money depends on
must be readable, or the row is `Garbled`; anything else that is missing or of the wrong kind reads as None.
"""

from decimal import Decimal
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
)

from retour.connectors.shapes import Loose, Moment, Text

Id = Annotated[Text, Field(pattern=r"^[^/\s]{1,100}$")]


class Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class Price(Shape):
    amount: Annotated[Decimal, Field(ge=0, lt=10**9)]
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


class Line(Shape):
    """One unit; `status` is an open set (contract zalando 3)."""

    order_item_id: Id
    status: Id
    price: Loose[Price] = None
    modified_at: Loose[Moment] = None


class Item(Shape):
    """One article of an order; `external_id` is the merchant's own id of it."""

    external_id: Loose[Text] = None
    description: Loose[Text] = None


class Address(Shape):
    first_name: Loose[Text] = None
    last_name: Loose[Text] = None
    address_line_1: Loose[Text] = None
    address_line_2: Loose[Text] = None
    address_line_3: Loose[Text] = None
    zip_code: Loose[Text] = None
    city: Loose[Text] = None
    country_code: Loose[Text] = None


class Order(Shape):
    """An order's own attributes. Who sends, and so who takes back, must be known: `order_type`."""

    order_type: Id
    order_number: Loose[Text] = None
    merchant_order_id: Loose[Text] = None
    order_date: Loose[Moment] = None
    customer_email: Loose[Text] = None
    shipping_address: Loose[Address] = None
    billing_address: Loose[Address] = None
    return_tracking_number: Loose[Text] = None
    modified_at: Loose[Moment] = None


class Ref(Shape):
    id: Id


class Relation(Shape):
    """What belongs to a resource: in a list, which lines are which order's."""

    data: Loose[tuple[Loose[Ref], ...]] = None


class Resource(Shape):
    """Anything in a document, before its attributes are read."""

    id: Id
    type: Text
    attributes: dict[str, Any]
    relationships: Loose[dict[str, Loose[Relation]]] = None


class Links(Shape):
    next: Loose[Text] = None


class OneOrder(Shape):
    data: Any
    included: list[Any] = []


class Orders(Shape):
    """A page of the list of orders."""

    data: list[Any]
    included: list[Any] = []
    links: Loose[Links] = None


class AnnouncedLine(Shape):
    order_line_id: Id
    order_item_id: Id
    return_reason: Loose[Text] = None


class AnnouncedOrder(Shape):
    order_id: Id
    order_lines: list[Any]


class AnnouncedReturn(Shape):
    """A label that a customer made, for lines of one or more orders."""

    announced_return_id: Id
    return_registered_at: Moment
    orders: list[Any]
    return_tracking_number: Loose[Text] = None


class AnnouncedReturns(Shape):
    """A page of announced returns."""

    data: list[Any]
    links: Loose[Links] = None
