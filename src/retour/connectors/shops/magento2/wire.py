"""What the plugin and Magento's REST interface answer: only the fields that are used, read with tolerance."""

import json
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError


class _Shape(BaseModel):
    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True, frozen=True)


class PluginAnswer(_Shape):
    """An answer of hook or status. `validated` comes as the text "true" or "false", `return_id` as a number or a text
    (contract magento.md, A4, A7, E1)."""

    validated: bool
    errors: Any = None
    return_id: str | None = None
    status: str | None = None

    @property
    def words(self) -> str:
        """The plugin's own words for a refusal."""
        return self.errors.strip() if isinstance(self.errors, str) else json.dumps(self.errors)


class OrderItem(_Shape):
    """A row of an order. A configurable product has two: its own, and below it the simple product that was bought."""

    sku: str | None = None
    product_id: str | None = None
    parent_item_id: str | None = None


class FoundOrder(_Shape):
    """An order of the shop. Any other top-level field may have been searched, so they are kept."""

    model_config = ConfigDict(extra="allow", coerce_numbers_to_str=True, frozen=True)

    entity_id: str
    increment_id: str
    items: tuple[OrderItem, ...] = ()

    def value(self, field: str) -> str | None:
        """A searched field as text."""
        value = getattr(self, field, None)
        return None if value is None else str(value)


class FoundOrders(_Shape):
    """An answer of an order search."""

    items: tuple[FoundOrder, ...] | None = None
    total_count: int = 0


def plugin_answer(body: bytes) -> PluginAnswer | None:
    """None: this is not an answer of the plugin, but something in front of it."""
    try:
        return PluginAnswer.model_validate_json(body)
    except ValidationError:
        return None


def found_orders(body: bytes) -> FoundOrders | None:
    """None: this is not an answer of Magento's order search."""
    try:
        return FoundOrders.model_validate_json(body)
    except ValidationError:
        return None
