"""Fruugo's shapes: only the fields that are used, tolerant, without closed enums, lines decoded one by one.

What money depends on must be readable, or the row is `Garbled`; anything else that is missing or of the wrong kind
reads as None (contract fruugo 2.3).
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
)
from pydantic.alias_generators import to_camel

from retour.connectors import shapes
from retour.connectors.shapes import Garbled, Loose, in_utc

M = TypeVar("M", bound="Shape")


@dataclass(frozen=True, slots=True)
class Raw:
    """An order or a line of one as it came, in XML or in JSON: the texts of its fields by name, as they stand there."""

    texts: Mapping[str, str]
    show: Callable[[], str]
    """All of it as text, to be kept where it cannot be read."""
    lines: Sequence["Raw"] = ()
    address: Mapping[str, str] | None = None

    @property
    def order_id(self) -> str | None:
        """What names an order, even one that cannot be read."""
        return self.texts.get("orderId") or None

    @property
    def key(self) -> str | None:
        """What names a line, even one that cannot be read."""
        try:
            return decode(Key, self.texts).key
        except Garbled:
            return None


def _digits(value: Any) -> Any:
    """A counter is digits and nothing else: `1e3` and `1_0` are numbers to Python only."""
    if not isinstance(value, str) or not re.fullmatch(r"\d{1,9}", value, re.ASCII):
        raise ValueError("a whole number is expected")
    return int(value)


def _moment(value: Any) -> Any:
    """Pydantic takes bare digits for seconds since 1970."""
    if not isinstance(value, str) or not re.match(r"\d{4}-\d", value):
        raise ValueError("a date and time is expected")
    return value


ID = re.compile(r"[^:,\s]{1,50}")
Id = Annotated[str, Field(pattern=f"^{ID.pattern}$")]
"""Up to 17 digits and more, above 2^53. Colons and commas divide ids, here and at Fruugo (2.2)."""
Count = Annotated[int, BeforeValidator(_digits)]
Moment = Annotated[AwareDatetime, BeforeValidator(_moment), AfterValidator(in_utc)]
Price = Annotated[Decimal, Field(ge=0, lt=10**9)]


class Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=to_camel, hide_input_in_errors=True)


class Address(Shape):
    first_name: str | None = None
    last_name: str | None = None
    street_address: str | None = None
    city: str | None = None
    province: str | None = None
    postal_code: str | None = None
    country_code: str | None = None
    phone_number: str | None = None
    email_address: str | None = None


class Key(Shape):
    """Fruugo's ids of a product: what names a line."""

    fruugo_product_id: Id
    fruugo_sku_id: Id

    @property
    def key(self) -> str:
        return f"{self.fruugo_product_id}:{self.fruugo_sku_id}"


class Line(Key):
    """A product of an order. Its units move between the counters; which of them count a unit twice is not documented,
    but for `return_announced_items` and `returned_items` (2.3)."""

    total_number_of_items: Count
    return_announced_items: Count
    returned_items: Count
    shipped_items: Count = 0
    cancelled_items: Count = 0
    items_with_exception: Count = 0
    product_id: str | None = None
    sku_id: str | None = None
    """The merchant's own ids."""
    sku_name: str | None = None
    currency_code: Loose[Annotated[str, Field(pattern="^[A-Z]{3}$")]] = None
    item_price_incl_vat: Loose[Price] = None

    @property
    def returnable(self) -> int:
        """How many of its units can be returned by now, announced or not, whichever way Fruugo counts (2.3)."""
        moving = self.shipped_items + self.return_announced_items
        return max(0, min(moving, self.total_number_of_items - self.cancelled_items - self.returned_items))


class Order(Shape):
    order_id: Id
    order_release_date: Moment
    order_date: Loose[Moment] = None
    customer_order_id: str | None = None
    order_status: str | None = None


def decode(shape: type[M], texts: Mapping[str, str]) -> M:
    """The texts in their shape. Raises Garbled, whose words hold none of their content."""
    return shapes.decode(shape, texts)


def is_id(text: str) -> bool:
    """Whether anything at Fruugo could be named so."""
    return ID.fullmatch(text) is not None


def together(lines: list[Line]) -> Line:
    """Lines of the same product as one (2.3)."""
    counters = [name for name, field in Line.model_fields.items() if field.annotation is int]
    return lines[0].model_copy(update={name: sum(getattr(line, name) for line in lines) for name in counters})
