"""What Magento answers: only the fields that are used, read with tolerance (contract magento-native.md, A2, A3)."""

from decimal import Decimal
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from retour.connectors.shapes import Garbled, Moment, decode

S = TypeVar("S", bound="Shape")


class Shape(BaseModel):
    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True, frozen=True, hide_input_in_errors=True)


Id = Annotated[str, Field(pattern=r"^[1-9][0-9]{0,17}$")]
Quantity = Annotated[Decimal, Field(ge=0, lt=10**10), BeforeValidator(lambda value: 0 if value is None else value)]


class Remark(Shape):
    """A comment of a return, or an entry of an order's history."""

    comment: str | None = None
    entity_id: Id | None = None
    created_at: str | None = None
    status: str | None = None


class RmaItem(Shape):
    order_item_id: Id | None = None
    qty_requested: Quantity
    qty_approved: Quantity = Decimal(0)
    reason: str | None = None
    condition: str | None = None
    resolution: str | None = None
    """An option's id, which is another one in each shop."""
    status: str


class Rma(Shape):
    """A return of Adobe Commerce."""

    entity_id: Id
    status: str
    items: Annotated[tuple[RmaItem, ...], Field(min_length=1)]
    comments: tuple[Remark, ...] | None = None


def _zoned(value: Any) -> Any:
    """Magento writes its times in UTC, without a zone."""
    return f"{value.replace(' ', 'T', 1)}+00:00" if isinstance(value, str) and len(value) == 19 else value


class OwnRma(Rma):
    """A return that was made in the shop."""

    order_id: Id
    date_requested: Annotated[Moment, BeforeValidator(_zoned)]


class Ref(Shape):
    """What an otherwise unreadable row is known by."""

    entity_id: Id


class Option(Shape):
    label: str
    value: str


class Attribute(Shape):
    options: tuple[Option, ...] = ()


class OrderItem(Shape):
    """A row of an order. A configurable product has two: its own, and below it the simple product that was bought."""

    item_id: Id
    parent_item_id: Id | None = None
    sku: str | None = None
    product_id: str | None = None
    qty_ordered: Quantity = Decimal(0)
    qty_shipped: Quantity = Decimal(0)


class FoundOrder(Shape):
    """An order of the shop. Any other top-level field may have been searched, so they are kept."""

    model_config = ConfigDict(extra="allow", coerce_numbers_to_str=True, frozen=True, hide_input_in_errors=True)

    entity_id: Id
    increment_id: str
    store_id: int | None = None
    customer_id: int | None = None
    items: tuple[OrderItem, ...] = ()

    def value(self, field: str) -> str | None:
        """A searched field as text."""
        value = getattr(self, field, None)
        return None if value is None else str(value)


class OrderHistory(Shape):
    """An order as the story of its comments and statuses."""

    entity_id: Id
    status: str
    status_histories: tuple[Remark, ...] | None = None


class MemoItem(Shape):
    order_item_id: Id | None = None
    qty: Quantity = Decimal(0)


class CreditMemo(Shape):
    order_id: Id
    state: int | None = None
    created_at: str | None = None
    items: tuple[MemoItem, ...] = ()


def ref_of(raw: Any) -> str | None:
    try:
        return decode(Ref, raw).entity_id
    except Garbled:
        return None
