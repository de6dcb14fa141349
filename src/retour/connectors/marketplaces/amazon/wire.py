"""Amazon's shapes: only the fields that are used, tolerant, without closed enums.

JSON of reports, feeds and orders, and the rows of the returns reports, whose values are all text (contract amazon 2,
3, 5, 6). What money depends on must be readable, or the row is `Garbled`; anything else that is missing or of the wrong
kind reads as None.
"""

import re
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, TypeVar

from pydantic import AliasPath, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic import WrapValidator as Wrap
from pydantic.alias_generators import to_camel

T = TypeVar("T")

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAY = re.compile(r"(\d{1,2})-([A-Za-z]{3})-(\d{4})")


def _text(value: Any) -> Any:
    """No database keeps a NUL or half a surrogate pair. An empty cell may be a blank (contract 2.2)."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value.replace("\0", "").encode(errors="replace").decode().strip() if isinstance(value, str) else value


def _moment(value: Any) -> Any:
    """ISO 8601, or `03-Aug-2026`, which is a day in UTC (contract 2.2)."""
    if not isinstance(value, str):
        raise ValueError("a date in words is expected")  # noqa: TRY004 - pydantic reads ValueError
    text = value.strip()
    if (found := _DAY.fullmatch(text)) and found[2].lower() in _MONTHS:
        day = date(int(found[3]), _MONTHS.index(found[2].lower()) + 1, int(found[1]))
        return datetime.combine(day, time(), UTC)
    moment = datetime.fromisoformat(text)
    try:
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except OverflowError:
        raise ValueError("a date within the calendar is expected") from None


def _amount(value: Any) -> Any:
    """A decimal number; some reports write a comma (contract 2.2)."""
    text = value.strip().replace(" ", "") if isinstance(value, str) else str(value)
    if "," in text:
        text = text.replace(".", "").replace(",", ".") if text.rfind(",") > text.rfind(".") else text.replace(",", "")
    try:
        return Decimal(text)
    except InvalidOperation:
        raise ValueError("an amount is expected") from None


def _flag(value: Any) -> Any:
    return str(value).strip().lower() in {"true", "y", "yes", "1"}


def _or_none(value: Any, read: Any) -> Any:
    try:
        return read(value)
    except ValueError:
        return None


Text = Annotated[str, BeforeValidator(_text), Field(strict=True)]
Id = Annotated[str, BeforeValidator(_text), Field(min_length=1, max_length=120)]
Moment = Annotated[AwareDatetime, BeforeValidator(_moment)]
Amount = Annotated[Decimal, BeforeValidator(_amount), Field(gt=-(10**9), lt=10**9, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=1, le=9999)]
Flag = Annotated[bool, BeforeValidator(_flag)]
Loose = Annotated[T | None, Wrap(_or_none)]


class Shape(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="ignore", alias_generator=to_camel, hide_input_in_errors=True, populate_by_name=True
    )


class Report(Shape):
    report_id: Id
    report_type: Loose[Text] = None
    processing_status: Text
    marketplace_ids: Loose[tuple[str, ...]] = None
    data_start_time: Loose[Moment] = None
    data_end_time: Loose[Moment] = None
    created_time: Loose[Moment] = None
    report_document_id: Loose[Id] = None


class Reports(Shape):
    reports: list[Any]


class Asked(Shape):
    report_id: Id


class Document(Shape):
    url: Annotated[str, Field(min_length=1, repr=False)]
    """Whoever has it may read the document, for five minutes."""
    compression_algorithm: str | None = None


class Upload(Shape):
    feed_document_id: Id
    url: Annotated[str, Field(min_length=1, repr=False)]


class Taken(Shape):
    feed_id: Id


class Feed(Shape):
    feed_id: Id
    processing_status: Text
    marketplace_ids: Loose[tuple[str, ...]] = None
    created_time: Loose[Moment] = None
    result_feed_document_id: Loose[Id] = None


class Feeds(Shape):
    feeds: list[Any]
    next_token: Loose[Text] = None


class Money(Shape):
    amount: Amount
    currency_code: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


class Detail(Shape):
    subtype: Loose[Text] = None
    value: Loose[Money] = None


class Breakdown(Shape):
    type: Text
    subtotal: Money
    detailed_breakdowns: Loose[tuple[Detail, ...]] = None


class Proceeds(Shape):
    proceeds_total: Loose[Money] = None
    breakdowns: Loose[tuple[Breakdown, ...]] = None


class OrderItem(Shape):
    order_item_id: Id
    quantity_ordered: Annotated[int, Field(ge=0)]
    sku: Annotated[Loose[Text], Field(validation_alias=AliasPath("product", "sellerSku"))] = None
    asin: Annotated[Loose[Text], Field(validation_alias=AliasPath("product", "asin"))] = None
    title: Annotated[Loose[Text], Field(validation_alias=AliasPath("product", "title"))] = None
    unit_price: Annotated[Loose[Money], Field(validation_alias=AliasPath("product", "price", "unitPrice"))] = None
    proceeds: Loose[Proceeds] = None


class Buyer(Shape):
    buyer_name: Loose[Text] = None
    buyer_email: Loose[Text] = None
    buyer_company_name: Loose[Text] = None


class Address(Shape):
    name: Loose[Text] = None
    company_name: Loose[Text] = None
    address_line1: Annotated[Loose[Text], Field(alias="addressLine1")] = None
    address_line2: Annotated[Loose[Text], Field(alias="addressLine2")] = None
    address_line3: Annotated[Loose[Text], Field(alias="addressLine3")] = None
    city: Loose[Text] = None
    postal_code: Loose[Text] = None
    country_code: Loose[Text] = None
    phone: Loose[Text] = None


class Order(Shape):
    """Personal fields come only with the right role (contract 5)."""

    order_id: Id
    created_time: Loose[Moment] = None
    fulfilled_by: Annotated[Loose[Text], Field(validation_alias=AliasPath("fulfillment", "fulfilledBy"))] = None
    order_items: list[Any]
    buyer: Loose[Buyer] = None
    address: Annotated[Loose[Address], Field(validation_alias=AliasPath("recipient", "deliveryAddress"))] = None


class OrderAnswer(Shape):
    order: Order


class External(Shape):
    """A row of External Fulfillment Returns: some units of one product on their way back (contract 4)."""

    id: Id
    status: Text
    units: Annotated[Count, Field(alias="numberOfUnits")]
    created: Annotated[Moment, Field(alias="creationDateTime")]
    merchant_sku: Loose[Text] = None
    rma_id: Annotated[Loose[Text], Field(validation_alias=AliasPath("returnMetadata", "rmaId"))] = None
    reason: Annotated[Loose[Text], Field(validation_alias=AliasPath("returnMetadata", "returnReason"))] = None
    order_id: Annotated[
        Loose[Text], Field(validation_alias=AliasPath("marketplaceChannelDetails", "customerOrderId"))
    ] = None
    marketplace_name: Annotated[
        Loose[Text],
        Field(validation_alias=AliasPath("marketplaceChannelDetails", "marketplaceChannel", "marketplaceName")),
    ] = None
    tracking: Annotated[
        Loose[Text], Field(validation_alias=AliasPath("returnShippingInfo", "reverseTrackingInfo", "trackingId"))
    ] = None
    carrier: Annotated[
        Loose[Text], Field(validation_alias=AliasPath("returnShippingInfo", "reverseTrackingInfo", "carrierName"))
    ] = None
    delivered: Annotated[Loose[Moment], Field(validation_alias=AliasPath("returnShippingInfo", "deliveryDateTime"))] = (
        None
    )


class Externals(Shape):
    returns: list[Any] = []
    next_token: Loose[Text] = None


class Row(BaseModel):
    """The values of a report's row; their names are those of the XML (contract 2.1)."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class Item(Row):
    return_quantity: Count
    merchant_sku: Loose[Text] = None
    asin: Loose[Text] = None
    item_name: Loose[Text] = None
    return_reason_code: Loose[Text] = None
    resolution: Loose[Text] = None
    refund_amount: Loose[Amount] = None
    order_item_id: Loose[Text] = None


class Details(Row):
    """One `return_details` of the XML, or the lines of one return in the tab-separated report."""

    order_id: Id
    return_request_date: Moment
    amazon_rma_id: Loose[Text] = None
    return_request_status: Loose[Text] = None
    a_to_z_claim: Flag = False
    return_delivery_date: Loose[Moment] = None
    tracking_id: Loose[Text] = None
    return_carrier: Loose[Text] = None


class Received(Row):
    """A row of what Amazon's warehouses received (contract 2.3)."""

    return_date: Moment
    order_id: Id
    license_plate_number: Id
    quantity: Count
    sku: Loose[Text] = None
    asin: Loose[Text] = None
    product_name: Loose[Text] = None
    reason: Loose[Text] = None
    status: Loose[Text] = None
    detailed_disposition: Loose[Text] = None
    customer_comments: Loose[Text] = None
