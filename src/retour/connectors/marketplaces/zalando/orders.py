"""An order and its units, out of one JSON:API document: each order line is exactly one unit (contract zalando 3)."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from retour.connectors.contract import Unreadable
from retour.connectors.marketplaces.zalando import mapping, wire
from retour.connectors.marketplaces.zalando.config import ZalandoConfig
from retour.connectors.shapes import Garbled, decode
from retour.core.model import Handler, Order, OrderLine, Reason, Seen, SeenLine

INCLUDE = "order_items,order_lines"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a unit stands; as text, the ref of its return."""

    order: str
    item: str
    line: str

    @classmethod
    def of(cls, ref: str) -> "Place | None":
        """None: not the ref of a return at Zalando."""
        steps = ref.split("/")
        return cls(*steps) if len(steps) == 3 and all(steps) else None

    def __str__(self) -> str:
        return f"{self.order}/{self.item}/{self.line}"


@dataclass(frozen=True, slots=True)
class Why:
    """What is known of a return beside its unit."""

    opened_at: datetime
    reason: Reason | None = None
    words: str | None = None
    tracking: str | None = None


@dataclass(frozen=True, slots=True)
class Sale:
    """An order with the lines of it that can be read, and beside them those that cannot."""

    id: str
    head: wire.Order
    lines: Mapping[str, wire.Line]
    items: Mapping[str, wire.Item]
    unreadable: tuple[Unreadable, ...] = field(default=(), repr=False)

    def seen(self, config: ZalandoConfig, line_id: str, why: Why, *, complete: bool) -> Seen:
        """The return of one unit. KeyError: the order shows no such unit."""
        line = self.lines[line_id]
        item = self.items.get(line.order_item_id) or wire.Item()
        shown = SeenLine(
            ref=line_id,
            order_ref=self.id,
            quantity=1,
            awaits=line.status not in mapping.ENDED,
            handlings=mapping.history(line),
            order_line_ref=line_id,
            sku=item.external_id or None,
            gtin=mapping.gtin(item.external_id),
            title=item.description or None,
            unit_price=mapping.money(line.price),
            reason=why.reason,
            reason_text=why.words,
            tracking=why.tracking,
        )
        return Seen(
            ref=str(Place(self.id, line.order_item_id, line_id)),
            opened_at=why.opened_at,
            handler=mapping.handler(config, self.head),
            lines=(shown,),
            complete=complete,
            customer=mapping.party(self.head.shipping_address, self.head.customer_email),
        )

    def order(self, config: ZalandoConfig) -> Order:
        """Each line is a unit; one that was sent, by the merchant, can come back."""
        ours = mapping.handler(config, self.head) is Handler.MERCHANT
        head = self.head
        return Order(
            ref=self.id,
            lines=tuple(self._order_line(ref, line, ours=ours) for ref, line in self.lines.items()),
            billing=mapping.party(head.billing_address, head.customer_email),
            shipping=mapping.party(head.shipping_address, head.customer_email),
            placed_at=head.order_date,
            numbers=tuple(filter(None, (head.order_number, head.merchant_order_id))),
        )

    def _order_line(self, ref: str, line: wire.Line, *, ours: bool) -> OrderLine:
        item = self.items.get(line.order_item_id) or wire.Item()
        return OrderLine(
            ref=ref,
            quantity=1,
            sku=item.external_id or None,
            gtin=mapping.gtin(item.external_id),
            title=item.description or None,
            unit_price=mapping.money(line.price),
            returnable=int(ours and line.status == mapping.SHIPPED),
        )


def one(document: wire.OneOrder) -> Sale:
    """The order of a document that holds one: all of its lines are this order's. Raises Garbled."""
    return _sale(document.data, _Included(document.included), belongs=None)


def several(document: wire.Orders) -> Iterator[Sale | Unreadable]:
    """The orders of a page of the list, which names the lines of each."""
    included = _Included(document.included)
    for row in document.data:
        try:
            yield _sale(row, included, belongs="order_lines")
        except Garbled as why:
            yield unreadable(f"An order cannot be read: {why}.", row)


class _Included:
    """What a document holds beside its orders, read once."""

    def __init__(self, rows: Sequence[Any]) -> None:
        self.lines: dict[str, wire.Line] = {}
        self.items: dict[str, wire.Item] = {}
        self.garbled: dict[str | None, Unreadable] = {}
        for row in rows:
            self._take(row)

    def _take(self, row: Any) -> None:
        resource = None
        try:
            resource = decode(wire.Resource, row)
            if resource.type == "OrderLine":
                self.lines[resource.id] = decode(wire.Line, resource.attributes)
            elif resource.type == "OrderItem":
                self.items[resource.id] = decode(wire.Item, resource.attributes)
        except Garbled as why:
            ref = resource.id if resource else None
            self.garbled[ref] = unreadable(f"A unit of an order cannot be read: {why}.", row)

    def of(self, order: wire.Resource, belongs: str) -> Iterable[str]:
        relation = (order.relationships or {}).get(belongs)
        return [ref.id for ref in (relation.data if relation and relation.data else ()) if ref]


def _sale(row: Any, included: _Included, belongs: str | None) -> Sale:
    resource = decode(wire.Resource, row)
    refs = list(included.lines) if belongs is None else included.of(resource, belongs)
    garbled = list(included.garbled) if belongs is None else [ref for ref in refs if ref in included.garbled]
    return Sale(
        id=resource.id,
        head=decode(wire.Order, resource.attributes),
        lines={ref: included.lines[ref] for ref in refs if ref in included.lines},
        items=included.items,
        unreadable=tuple(included.garbled[ref] for ref in garbled),
    )


def unreadable(why: str, raw: Any, ref: str | None = None) -> Unreadable:
    return Unreadable(ref, why, json.dumps(raw))
