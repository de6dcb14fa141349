"""Fruugo's callbacks as they come: what they answer, and the orders in them (contract fruugo 4).

What a callback holds is not documented; that it has the same orders as v2, in JSON, is assumed (4). So whatever reads
otherwise is garbled, and nothing follows from it.
"""

import json
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from retour.connectors.marketplaces.fruugo.wire import Raw
from retour.connectors.shapes import Garbled, TextOf, decode, storable

LETTERS = 20_000
"""So much of what cannot be read is kept."""


class Callback(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=to_camel, hide_input_in_errors=True)

    correlation_id: Annotated[str, TextOf(least=1, most=100)]
    payload: Any = Field(default=None, repr=False)

    def rows(self) -> list[Any]:
        """The orders, each to be read by itself. Raises Garbled."""
        orders = self.payload.get("orders", self.payload) if isinstance(self.payload, dict) else self.payload
        if isinstance(orders, dict) and "orderId" in orders:
            return [orders]
        if not isinstance(orders, list):
            raise Garbled("it holds no orders")
        return orders


def read(body: bytes) -> Callback:
    """Raises Garbled."""
    try:
        # Numbers as they are written: an order id is above 2^53, and nobody's float.
        value = json.loads(body, parse_int=str, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise Garbled("it is not a JSON object")
    return decode(Callback, value)


def shown(body: bytes) -> str:
    """A body that cannot be read, as text to be kept."""
    return storable(body[: 4 * LETTERS].decode(errors="replace"))[:LETTERS]


def raw(row: Any) -> Raw:
    """A row, whatever it is."""
    fields = row if isinstance(row, dict) else {}
    lines, address = fields.get("orderLines"), fields.get("shippingAddress")
    return Raw(
        _texts(fields),
        partial(_shown, row),
        [Raw(_texts(line), partial(_shown, line)) for line in (lines if isinstance(lines, list) else ())],
        _texts(address) if isinstance(address, dict) else None,
    )


def refusal(rows: Iterable[Any], order_id: str) -> str | None:
    """Fruugo's words, where it says that a return came to nothing. None: it does not say that."""
    for row in rows:
        texts = raw(row).texts
        if texts.get("error") and texts.get("orderId", order_id) == order_id and "orderLines" not in row:
            return texts["error"]
    return None


def _texts(fields: Any) -> Mapping[str, str]:
    found = fields.items() if isinstance(fields, dict) else ()
    return {name: storable(value) for name, value in found if isinstance(value, str)}


def _shown(row: Any) -> str:
    return storable(json.dumps(row, ensure_ascii=False))[:LETTERS]
