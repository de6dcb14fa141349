"""Miravia's shapes: only the fields that are used, tolerant, without closed enums, rows decoded one by one.

Miravia writes the same thing in several ways: ids as numbers or texts, booleans as texts, amounts with a decimal comma,
times in seconds or milliseconds, lists as null (contract miravia 4.1, 9). What money depends on must be readable, or
the row is `Garbled`; anything else that is missing or of the wrong kind reads as None.
"""

import json
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Final, TypeVar

from pydantic import (
    AliasChoices,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    WrapValidator,
    model_validator,
)

from retour.connectors.shapes import decode

FORM: Final = {"Content-Type": "application/x-www-form-urlencoded;charset=utf-8"}
MILLISECONDS: Final = 10**12
"""From here on a time is in milliseconds: in seconds it would be tens of thousands of years away."""
NOTHING: Final = frozenset({"", "-", "null", "null-null", "none"})

T = TypeVar("T")


def _text(value: Any) -> Any:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        raise ValueError("a text is expected")  # noqa: TRY004 - pydantic reads ValueError
    # No database keeps a NUL or half a surrogate pair; JSON may hold both.
    return value.replace("\0", "").encode(errors="replace").decode()


def _filled(value: Any) -> Any:
    """What Miravia writes where it has nothing, as None."""
    return None if isinstance(value, str) and value.strip().casefold() in NOTHING else value


def _flag(value: Any) -> Any:
    """The text "false" is no truth, whatever its truthiness."""
    words = {"true": True, "1": True, "false": False, "0": False, "": False}
    known = words.get(str(value).strip().casefold())
    if known is None:
        raise ValueError("true or false is expected")
    return known


def _decimal(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError("a number is expected")  # noqa: TRY004 - pydantic reads ValueError
    text = str(value).strip()
    if "," in text:
        text = text.replace(".", "").replace(",", ".")
    try:
        return Decimal(text)
    except InvalidOperation:
        raise ValueError("a number is expected") from None


def _moment(value: Any) -> Any:
    number = _decimal(value)
    if not 0 < number < MILLISECONDS * 10:
        raise ValueError("a time is expected")
    return datetime.fromtimestamp(float(number if number < MILLISECONDS else number / 1000), UTC)


def _several(value: Any) -> Any:
    """A list; null and nothing are none, a single value is a list of one."""
    if value is None or _filled(value) is None:
        return []
    return value if isinstance(value, list) else [value]


def _none_when_garbled(value: Any, handler: Any) -> Any:
    try:
        return handler(value)
    except ValidationError:
        return None


Text = Annotated[str, BeforeValidator(_text), StringConstraints(strip_whitespace=True)]
Id = Annotated[Text, StringConstraints(min_length=1, max_length=100, pattern=r"(?i)^(?!null$)")]
Flag = Annotated[bool, BeforeValidator(_flag)]
Number = Annotated[Decimal, BeforeValidator(_decimal), Field(ge=0, lt=10**12)]
Count = Annotated[int, BeforeValidator(_decimal), Field(ge=0, lt=2**31)]
Moment = Annotated[datetime, BeforeValidator(_moment)]
Loose = Annotated[T | None, WrapValidator(_none_when_garbled), BeforeValidator(_filled)]


class Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", regex_engine="python-re")


class Said(Shape):
    """The frame of every answer. `code` comes as text or number; `data` is called `result` at Miravia's sibling."""

    code: Loose[Text] = None
    type: Loose[Text] = None
    message: Loose[Text] = None
    request_id: Loose[Text] = None
    data: Any = None
    result: Any = None

    @property
    def failed(self) -> bool:
        return self.code not in {None, "0"}

    @property
    def content(self) -> Any:
        return self.result if self.data is None else self.data


class Tokens(Shape):
    """What a renewal gives. Lifetimes in seconds; they differ by app (contract miravia 3)."""

    access_token: Id
    expires_in: Annotated[Count, Field(ge=1)]
    refresh_token: Loose[Id] = None
    refresh_expires_in: Loose[Count] = None


class Line(Shape):
    """One product of a return (contract miravia 4.1). Its order items are what decisions name."""

    reverse_order_line_id: Id
    reverse_status: Id
    trade_order_line_id: Loose[Id] = None
    trade_order_line_id_list: Annotated[list[Id], BeforeValidator(_several)] = []
    count: Annotated[Count | None, BeforeValidator(_filled)] = Field(
        default=None, validation_alias=AliasChoices("refund_Item_counts", "refund_item_counts")
    )
    refund_amount: Loose[Number] = None
    """In cents."""
    refund_currency: Loose[Text] = None
    actions: Annotated[list[Any] | None, WrapValidator(_none_when_garbled)] = None
    marketplace: Loose[Text] = None
    seller_sku_id: Loose[Text] = None
    spu_eancode: Loose[Text] = None
    reason_text: Loose[Text] = None
    tracking_number: Loose[Text] = None
    is_dispute: Loose[Flag] = None
    is_fast_refund: Loose[Flag] = None
    is_instant_refund: Loose[Flag] = None
    return_order_line_gmt_create: Loose[Moment] = None
    return_order_line_gmt_modified: Loose[Moment] = None
    sla: Loose[Number] = None
    """Milliseconds that are left for the answer."""

    @model_validator(mode="after")
    def _names_an_order_item(self) -> "Line":
        if not self.items:
            raise ValueError("the id of an order item is missing")
        return self

    @property
    def items(self) -> list[str]:
        return self.trade_order_line_id_list or [self.trade_order_line_id or ""][: bool(self.trade_order_line_id)]

    @property
    def quantity(self) -> int:
        return self.count or len(self.items)


class Row(Shape):
    """A return; its lines are decoded one by one, so that a garbled one hides no other."""

    reverse_order_id: Id
    trade_order_id: Id
    request_type: Loose[Text] = None
    is_rtm: Loose[Flag] = None
    reverse_order_lines: list[Any]


class Ref(Shape):
    """What names a return, however much of the rest can be read."""

    reverse_order_id: Loose[Id] = None


class Listing(Shape):
    """A page of the list."""

    items: list[Any] | None = None
    total: Loose[Count] = None
    success: Loose[Flag] = None

    @model_validator(mode="after")
    def _is_a_list(self) -> "Listing":
        if self.success is False or (self.items is None and self.total != 0):
            raise ValueError("a list of returns is expected")
        return self


class Told(Shape):
    """What became of one order item that was decided about; two forms are known (contract miravia 5.1)."""

    order_item_id: Id
    status: Loose[Text] = None
    errors: Loose[list[Any]] = Field(default=None, validation_alias=AliasChoices("baseErrorList", "base_error_list"))
    system_error: Loose[Flag] = Field(default=None, validation_alias=AliasChoices("hasSystemError", "has_system_error"))
    error_code: Loose[Text] = Field(default=None, validation_alias=AliasChoices("errorCode", "error_code"))
    error_message: Loose[Text] = Field(default=None, validation_alias=AliasChoices("errorMessage", "error_message"))


class Address(Shape):
    """Every field may be missing, or say that it is (contract miravia 9)."""

    first_name: Loose[Text] = None
    last_name: Loose[Text] = None
    address1: Loose[Text] = None
    address2: Loose[Text] = None
    address3: Loose[Text] = None
    address4: Loose[Text] = None
    address5: Loose[Text] = None
    city: Loose[Text] = None
    post_code: Loose[Text] = None
    country: Loose[Text] = None
    phone: Loose[Text] = None


class Order(Shape):
    order_id: Id
    order_number: Loose[Id] = None
    customer_first_name: Loose[Text] = None
    customer_last_name: Loose[Text] = None
    customer_email: Loose[Text] = None
    address_billing: Loose[Address] = None
    address_shipping: Loose[Address] = None
    created_at: Loose[AwareDatetime] = None


class OrderItem(Shape):
    order_item_id: Id
    sku: Loose[Text] = None
    name: Loose[Text] = None
    quantity: Loose[Annotated[Count, Field(ge=1)]] = None
    item_price: Loose[Number] = None
    """In whole euros, unlike the amounts of returns."""
    currency: Loose[Text] = None


def said(body: bytes) -> Said | None:
    """An answer's frame; None: it has none."""
    try:
        return decode(Said, json.loads(body))
    except (ValueError, RecursionError):
        return None
