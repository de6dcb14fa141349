"""The shop's shapes: only the fields that are used, tolerant, without closed enums, rows decoded one by one.

What is absent comes as `false` (contract lightspeed.md, 2), so what nothing depends on reads as None unless it is what
it should be. What a decision depends on must be readable, or the row is `Garbled`.
"""

from typing import Annotated, Any, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
)
from pydantic.alias_generators import to_camel

from retour.connectors.shapes import Garbled, Loose, Moment, Text, TextOf, Word, decode

M = TypeVar("M", bound="Shape")


def _number(value: Any) -> Any:
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError("a number is expected")  # noqa: TRY004 - pydantic reads ValueError
    return value


Id = Annotated[int, BeforeValidator(_number), Field(ge=1, lt=2**63)]
Count = Annotated[int, BeforeValidator(_number), Field(ge=0, lt=2**31)]
Number = Annotated[str, TextOf(least=1, most=200)]


class Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=to_camel, hide_input_in_errors=True)


class Ref(Shape):
    """What names a return that cannot be read."""

    id: Loose[Id] = None
    order_id: Loose[Id] = None
    updated_at: Loose[Moment] = None


class ReturnRow(Shape):
    id: Id
    status: Annotated[Word, Field(min_length=1)]
    return_action: Loose[Text] = None


class Returned(Shape):
    """So many of one of the order's lines."""

    id: Id
    quantity: Annotated[Count, Field(ge=1)]


class OwnRow(Shape):
    """A return that somebody made in the shop."""

    id: Id
    order_id: Id
    created_at: Moment
    return_reason: Loose[Text] = None
    order_products: tuple[Returned, ...]


class OrderRow(Shape):
    id: Id
    number: Number
    created_at: Loose[Moment] = None
    email: Loose[Text] = None
    memo: Loose[Text] = None
    comment: Loose[Text] = None


class OrderLine(Shape):
    id: Id
    sku: Loose[Text] = None
    article_code: Loose[Text] = None
    ean: Loose[Text] = None
    product_title: Loose[Text] = None
    quantity_ordered: Loose[Count] = None
    quantity_returned: Loose[Count] = None

    @property
    def left(self) -> int:
        """How many may still come back, as far as the shop tells."""
        return (self.quantity_ordered or 0) - (self.quantity_returned or 0)


class Metafield(Shape):
    key: Text
    value: Text


class Resource(Shape):
    id: Loose[Id] = None


class Link(Shape):
    resource: Loose[Resource] = None


class Invoice(Shape):
    number: Number
    is_credit_note: Loose[bool] = None
    order: Loose[Link] = None

    @property
    def order_id(self) -> int | None:
        return self.order.resource.id if self.order and self.order.resource else None


class Access(Shape):
    read: Loose[bool] = None
    write: Loose[bool] = None


class Permissions(Shape):
    orders: Loose[Access] = None


def readable(shape: type[M], rows: list[Any]) -> list[M]:
    """The rows that can be read; for lists of which nobody is told what is missing."""
    found = []
    for raw in rows:
        try:
            found.append(decode(shape, raw))
        except Garbled:
            continue
    return found


def unwrapped(body: Any, *roots: str) -> Any:
    """What stands in an answer under its one root key. Raises Garbled when there is none."""
    for root in roots:
        if isinstance(body, dict) and root in body:
            return body[root]
    raise Garbled(f"{roots[0]}: is missing")


def listed(body: Any, *roots: str) -> list[Any]:
    """The rows of a list. Raises Garbled."""
    rows = unwrapped(body, *roots)
    if rows is False or rows is None:
        return []
    if not isinstance(rows, list):
        raise Garbled(f"{roots[0]}: a list is expected")
    return rows


def staff_note(raw: Any) -> str | None:
    """Empty where the return has none (`false` or null). None: it is not shown, so it may hold anything."""
    if not isinstance(raw, dict) or "staffNote" not in raw:
        return None
    note = raw["staffNote"]
    return note if isinstance(note, str) else ("" if note is None or note is False else None)
