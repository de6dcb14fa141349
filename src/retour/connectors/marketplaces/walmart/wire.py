"""Walmart's shapes: only the fields that are used, tolerant, without closed enums, rows decoded one by one.

Any field may be missing (contract walmart 4.3). What money depends on must be readable where it is there, or the row
is `Garbled`; anything else of the wrong kind reads as None.
"""

from datetime import UTC, datetime
from decimal import Decimal
from math import isfinite
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic import WrapValidator as Wrap
from pydantic.alias_generators import to_camel

from retour.connectors.shapes import in_utc

T = TypeVar("T")


def _word(value: Any) -> Any:
    """Ids and line numbers are numbers in returns and texts in orders (contract walmart 5.4)."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    # No database keeps a NUL or half a surrogate pair; JSON may hold both.
    return value.replace("\0", "").encode(errors="replace").decode().strip() if isinstance(value, str) else value


def _whole(value: Any) -> Any:
    """Quantities are doubles in returns and texts in orders: 2 arrives as `2.0` or `"2"`."""
    if isinstance(value, str) and value.isdecimal():
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise ValueError("a number is expected")
    if value != int(value):
        raise ValueError("a whole number is expected")
    return int(value)


def _epoch(value: Any) -> Any:
    """An order's date is a number of milliseconds, although it is described as a text (contract walmart 5.4)."""
    if isinstance(value, str) and value.isdecimal():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return datetime.fromtimestamp(value / 1000, UTC)
    return value


def _text_only(value: Any) -> Any:
    if not isinstance(value, str | datetime):
        raise ValueError("a date and time in words is expected")  # noqa: TRY004 - pydantic reads ValueError
    return value


def _none_when_garbled(value: Any, handler: Any) -> Any:
    try:
        return handler(value)
    except (ValueError, OverflowError, OSError):
        return None


Text = Annotated[str, BeforeValidator(_word)]
Id = Annotated[str, BeforeValidator(_word), Field(min_length=1, max_length=100)]
LineNumber = Annotated[str, BeforeValidator(_word), Field(pattern=r"^\d{1,18}$")]
Moment = Annotated[AwareDatetime, BeforeValidator(_text_only), AfterValidator(in_utc)]
EpochMoment = Annotated[AwareDatetime, BeforeValidator(_epoch), AfterValidator(in_utc)]
Whole = Annotated[int, BeforeValidator(_whole), Field(ge=0, lt=2**31)]
Price = Annotated[Decimal, Field(ge=0, lt=10**9)]
Loose = Annotated[T | None, Wrap(_none_when_garbled)]


class Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=to_camel, hide_input_in_errors=True)


class Amount(Shape):
    currency_amount: Price
    currency_unit: Id


class Measure(Shape):
    measurement_value: Whole
    unit_of_measure: Loose[Id] = None


class Tracking(Shape):
    """How some units of a line stand: the truth for a line that was refunded in part (contract walmart 4.3)."""

    quantity: Measure
    status: Loose[Text] = None
    status_time: Loose[Moment] = None
    current_refund_status: Loose[Text] = None


class Channel(Shape):
    """Who refunded how many units."""

    quantity: Measure
    refund_channel_name: Loose[Text] = None


class Event(Shape):
    event_tag: Loose[Text] = None
    event_time: Loose[Moment] = None
    sequence_no: Loose[Whole] = None


class Item(Shape):
    sku: Loose[Text] = None
    product_name: Loose[Text] = None


class Line(Shape):
    return_order_line_number: LineNumber
    quantity: Measure
    purchase_order_id: Loose[Id] = None
    purchase_order_line_number: Loose[Id] = None
    item: Loose[Item] = None
    unit_price: Loose[Amount] = None
    return_reason: Loose[Text] = None
    status: Loose[Text] = None
    status_time: Loose[Moment] = None
    refunded_qty: Whole | None = None
    current_refund_status: Loose[Text] = None
    current_tracking_statuses: tuple[Tracking, ...] | None = None
    refund_channel: Loose[Text] = None
    refund_channels: tuple[Channel, ...] | None = None
    return_tracking_detail: tuple[Event, ...] | None = None
    is_return_for_exception: Loose[bool] = None
    exception_item_type: Loose[Text] = None


class Name(Shape):
    first_name: Loose[Text] = None
    last_name: Loose[Text] = None


class Carrier(Shape):
    carrier_name: Loose[Text] = None
    tracking_no: Loose[Text] = None


class Label(Shape):
    carrier_info_list: Loose[list[Loose[Carrier]]] = None


class Number(Shape):
    """What names a line that may not be readable otherwise."""

    return_order_line_number: Loose[LineNumber] = None


class Group(Shape):
    """Labels belong to a group of lines, not to a line (contract walmart 4.3)."""

    return_lines: Loose[list[Loose[Number]]] = None
    labels: Loose[list[Loose[Label]]] = None


class Return(Shape):
    """A return; its lines are decoded one by one, so that a garbled one hides no other."""

    return_order_id: Id
    return_order_lines: list[Any]
    customer_order_id: Loose[Id] = None
    customer_email_id: Loose[Text] = None
    customer_name: Loose[Name] = None
    return_order_date: Moment | None = None
    return_type: Loose[Text] = None
    replacement_customer_order_id: Loose[Text] = None
    return_line_groups: Loose[list[Loose[Group]]] = None


class Meta(Shape):
    next_cursor: Loose[Text] = None


class Listing(Shape):
    """A page of returns. One without returns may have none of them (contract walmart 4.2), but not neither field."""

    meta: Meta | None = None
    return_orders: list[Any] | None = None


class Ref(Shape):
    """What names a return that cannot be read."""

    return_order_id: Loose[Id] = None


class Address(Shape):
    name: Loose[Text] = None
    address1: Loose[Text] = None
    address2: Loose[Text] = None
    city: Loose[Text] = None
    state: Loose[Text] = None
    postal_code: Loose[Text] = None
    country: Loose[Text] = None


class Shipping(Shape):
    phone: Loose[Text] = None
    postal_address: Loose[Address] = None


class OrderMeasure(Shape):
    amount: Whole


class OrderLine(Shape):
    line_number: Id
    order_line_quantity: OrderMeasure
    item: Loose[Item] = None
    seller_order_id: Loose[Id] = None


class OrderLines(Shape):
    order_line: Loose[list[Loose[OrderLine]]] = None


class Order(Shape):
    purchase_order_id: Id
    customer_order_id: Loose[Id] = None
    customer_email_id: Loose[Text] = None
    order_date: Loose[EpochMoment] = None
    shipping_info: Loose[Shipping] = None
    order_lines: Loose[OrderLines] = None


class Refunded(Shape):
    """The echo of a refund that was taken."""

    return_order_id: Id


class Permissions(Shape):
    scopes: dict[str, Any]
