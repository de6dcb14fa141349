"""bol's shapes: only the fields that are used, tolerant, without closed enums, rows decoded one by one.

bol omits fields that its specification requires (contract bol 2.2, 2.3, 8). What money depends on must be readable,
or the row is `Garbled`; anything else that is missing or of the wrong kind reads as None.
"""

from decimal import Decimal
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
)
from pydantic.alias_generators import to_camel

from retour.connectors.shapes import Id, Loose, Moment, Text

PAGE_SIZE = 50
"""Fixed by bol (contract bol 3.1)."""


Quantity = Annotated[int, Field(strict=True, ge=0, lt=2**31)]
Price = Annotated[Decimal, Field(ge=0, lt=10**9)]


class Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=to_camel)


class Reason(Shape):
    """Free Dutch words, an open set; only `mainReason` is always there (contract bol 2.3)."""

    main_reason: Loose[Text] = None
    detailed_reason: Loose[Text] = None
    customer_comments: Loose[Text] = None


class Result(Shape):
    """One entry of an item's history; both words are open sets (contract bol 2.4)."""

    quantity: Quantity
    processing_result: Loose[Text] = None
    handling_result: Loose[Text] = None
    processing_date_time: Loose[Moment] = None


class Person(Shape):
    """A customer, a billing or a shipping address: every field may be missing (contract bol 2.5)."""

    salutation: Loose[Text] = None
    first_name: Loose[Text] = None
    surname: Loose[Text] = None
    street_name: Loose[Text] = None
    house_number: Loose[Text] = None
    house_number_extension: Loose[Text] = None
    extra_address_information: Loose[Text] = None
    zip_code: Loose[Text] = None
    city: Loose[Text] = None
    country_code: Loose[Text] = None
    email: Loose[Text] = None
    delivery_phone_number: Loose[Text] = None
    company: Loose[Text] = None
    vat_number: Loose[Text] = None


class Item(Shape):
    """One product of a return, in the list's form or with the details of the single form (contract bol 2.2)."""

    rma_id: Id
    order_id: Id
    expected_quantity: Annotated[Quantity, Field(ge=1)]
    handled: StrictBool
    ean: Loose[Text] = None
    title: Loose[Text] = None
    return_reason: Loose[Reason] = None
    track_and_trace: Loose[Text] = None
    transporter_name: Loose[Text] = None
    processing_results: tuple[Result, ...] | None = None
    customer_details: Loose[Person] = None


class Return(Shape):
    """A return; its items are decoded one by one, so that a garbled one hides no other."""

    return_id: Id
    registration_date_time: Moment
    fulfilment_method: Id
    return_items: list[Any]


class Listing(Shape):
    """A page of a list of returns; bol leaves `returns` out when there are none (contract bol 3.1)."""

    returns: list[Any] | None = None


class Ref(Shape):
    """What names a return that cannot be read."""

    return_id: Loose[Id] = None


class Offer(Shape):
    reference: Loose[Text] = None


class Product(Shape):
    ean: Loose[Text] = None
    title: Loose[Text] = None


class Fulfilment(Shape):
    method: Loose[Text] = None


class OrderItem(Shape):
    quantity: Quantity
    quantity_shipped: Loose[Quantity] = None
    order_item_id: Loose[Id] = None
    fulfilment: Loose[Fulfilment] = None
    unit_price: Loose[Price] = None
    offer: Loose[Offer] = None
    product: Loose[Product] = None


class Order(Shape):
    order_id: Id
    order_placed_date_time: Loose[Moment] = None
    billing_details: Loose[Person] = None
    shipment_details: Loose[Person] = None
    order_items: Loose[list[Loose[OrderItem]]] = None


class Process(Shape):
    """How far bol is with something it was told; `status` is an open set (contract bol 3.5)."""

    process_status_id: Id
    entity_id: Loose[Text] = None
    event_type: Loose[Text] = None
    status: Loose[Text] = None
    error_message: Loose[Text] = None
    create_timestamp: Loose[Moment] = None


class Processes(Shape):
    """None stands for one that cannot be read."""

    process_statuses: list[Loose[Process]] | None = None
