"""bol's shapes: only the fields that are used, tolerant, without closed enums, rows decoded one by one.

bol omits fields that its specification requires (contract bol 2.2, 2.3, 8). What money depends on must be readable,
or the row is `Garbled`; anything else that is missing or of the wrong kind reads as None.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    StrictBool,
    ValidationError,
)
from pydantic.alias_generators import to_camel
from pydantic_core import CoreSchema, core_schema

PAGE_SIZE = 50
"""Fixed by bol (contract bol 3.1)."""

T = TypeVar("T")
M = TypeVar("M", bound="Shape")


class Garbled(ValueError):
    """A row that cannot be read; the message says where, without its content."""


def _word(value: Any) -> Any:
    """Ids and house numbers now and then come as JSON numbers (contract bol 6)."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _storable(value: str) -> str:
    """No database keeps a NUL or half a surrogate pair; JSON may hold both."""
    return value.replace("\0", "").encode(errors="replace").decode().strip()


def _text_only(value: Any) -> Any:
    if not isinstance(value, str):
        raise ValueError("a date and time in words is expected")  # noqa: TRY004 - pydantic reads ValueError
    return value


def _utc(value: datetime) -> datetime:
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise ValueError("a date within the calendar is expected") from None


# An answer has dozens of texts, nearly all of them clean and most of them optional. Both are said in the terms of
# pydantic's core: calling back into Python for each of them was more than half of the cost of reading an answer.


@dataclass(frozen=True, slots=True)
class _Text:
    least: int = 0
    most: int | None = None

    def __get_pydantic_core_schema__(self, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        clean = core_schema.str_schema(
            strip_whitespace=True, pattern=r"^[^\x00]*$", min_length=self.least, max_length=self.most
        )
        mended = core_schema.chain_schema(
            [
                core_schema.no_info_before_validator_function(_word, core_schema.str_schema(strict=True)),
                core_schema.no_info_plain_validator_function(_storable),
                core_schema.str_schema(min_length=self.least, max_length=self.most),
            ]
        )
        bounds = f" of {self.least} to {self.most} letters" if self.most else ""
        return core_schema.union_schema(
            [clean, mended],
            mode="left_to_right",
            custom_error_type="text",
            custom_error_message=f"a text{bounds} is expected",
        )


class _NoneWhenGarbled:
    @staticmethod
    def __get_pydantic_core_schema__(source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_default_schema(handler(source), default=None, on_error="default")


Text = Annotated[str, _Text()]
Id = Annotated[str, _Text(least=1, most=100)]
Moment = Annotated[AwareDatetime, BeforeValidator(_text_only), AfterValidator(_utc)]
Quantity = Annotated[int, Field(strict=True, ge=0, lt=2**31)]
Price = Annotated[Decimal, Field(ge=0, lt=10**9)]
Loose = Annotated[T | None, _NoneWhenGarbled]


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


class OrderItem(Shape):
    quantity: Quantity
    order_item_id: Loose[Id] = None
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


def decode(shape: type[M], raw: Any) -> M:
    """Raw JSON in its shape. Raises Garbled, whose words hold none of its content."""
    try:
        return shape.model_validate(raw)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(str(step) for step in first["loc"]) or shape.__name__.lower()
        raise Garbled(f"{where}: {first['msg']}") from None
