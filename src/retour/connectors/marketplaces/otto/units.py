"""A unit of OTTO: what the list of returns, its order and our own notes say of it, as one return.

The list proves what was decided (contract otto 3). It shows a unit's present status only, so that a refund after a
refusal is told apart from a plain one by our note. An order shows RETURNED for what was accepted (contract otto 3): the
proof for a unit that the list does not show.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Self

from retour.connectors.contract import Unreadable
from retour.connectors.marketplaces.otto import mapping, wire
from retour.connectors.memory import Memory
from retour.connectors.shapes import Garbled, decode
from retour.core.model import Handler, Handling, Order, Resolution, Seen, SeenLine


@dataclass(frozen=True, slots=True)
class Note:
    """What is kept of a unit until OTTO shows it as accepted; for good, if it was rejected before that. Times are
    OTTO's, as text."""

    order: str
    since: str | None = None
    """When its return began, as far as we know."""
    seen: str | None = None
    """When it was shown like this: whatever changed later stands before it in OTTO's list."""
    status: str | None = None
    """Its status then; None: it was in no list."""
    rejected: str | None = None
    """When it was rejected; empty: nobody knows when."""

    @classmethod
    def of(cls, value: Any) -> Self:
        return cls(**value)

    @property
    def seen_at(self) -> datetime | None:
        return datetime.fromisoformat(self.seen) if self.seen else None


class Notes:
    """The units that we know, in the connection's memory."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    async def of(self, units: Iterable[str]) -> dict[str, Note]:
        found = await self._memory.read(*(f"unit:{unit}" for unit in units))
        return {name.removeprefix("unit:"): Note.of(value) for name, value in found.items()}

    async def keep(self, notes: Mapping[str, Note | None]) -> None:
        if notes:
            await self._memory.write(
                {f"unit:{unit}": None if note is None else asdict(note) for unit, note in notes.items()}
            )


def noted(row: wire.Row, note: Note | None, at: datetime) -> Note | None:
    """The note of a unit that the list shows; None: it needs none (any more)."""
    order = row.sales_order_id or (note.order if note else None)
    plain = note is None or note.rejected is None
    if order is None or (row.status == mapping.ACCEPTED and plain):
        return None
    time = (row.occurred_time or at).isoformat()
    fresh = note or Note(order)
    rejected = time if row.status == mapping.REJECTED else fresh.rejected
    if note and (note.status, note.rejected) == (row.status, rejected):
        return note
    return replace(
        fresh, order=order, since=fresh.since or time, seen=at.isoformat(), status=row.status, rejected=rejected
    )


def seen(
    unit_id: str,
    row: wire.Row | None,
    note: Note | None,
    at: datetime,
    *,
    order: wire.Order | None = None,
    complete: bool = False,
) -> Seen:
    """A unit's return, from all that is known of it. Raises Garbled when nobody tells its order."""
    unit = pieces(order).get(unit_id) if order else None
    order_ref = (row.sales_order_id if row else None) or (note.order if note else None)
    if order_ref is None:
        raise Garbled("salesOrderId: it is missing")
    status = row.status if row else note.status if note else None
    details = (row.details if row else None) or wire.Details()
    key = details.return_tracking_key or wire.TrackingKey()
    since = datetime.fromisoformat(note.since) if note and note.since else row and row.occurred_time
    returned = unit is not None and unit.fulfillment_status == mapping.RETURNED
    if returned and not (row and row.status == mapping.REJECTED):
        status = mapping.ACCEPTED
    time = row.occurred_time if row and row.status == status else unit.returned_date if unit else None
    product = mapping.order_line(unit) if unit else None
    line = SeenLine(
        ref=unit_id,
        order_ref=order_ref,
        quantity=1,
        awaits=status not in {mapping.ACCEPTED, mapping.REJECTED},
        handlings=_history(status, time, details, note),
        order_line_ref=unit_id,
        sku=product.sku if product else None,
        gtin=product.gtin if product else None,
        title=product.title if product else None,
        unit_price=product.unit_price if product else None,
        comment=_misdirected(details) if status == mapping.MISDIRECTED else None,
        tracking=next((number for number in key.tracking_numbers or () if number), None),
        carrier=key.carrier or None,
    )
    return Seen(
        ref=unit_id,
        opened_at=since or at,
        handler=Handler.MERCHANT,
        lines=(line,),
        complete=complete,
        customer=mapping.party(order.delivery_address) if order else None,
    )


def _history(
    status: str | None, time: datetime | None, details: wire.Details, note: Note | None
) -> tuple[Handling, ...]:
    raw = "/".join(filter(None, (status, details.reason)))
    if status == mapping.REJECTED:
        return (Handling(1, Resolution.REJECT, raw, time or _when(note)),)
    if status != mapping.ACCEPTED:
        return ()
    if note is None or note.rejected is None:
        return (Handling(1, Resolution.ACCEPT, raw, time),)
    before = Handling(1, Resolution.REJECT, mapping.REJECTED, _when(note))
    return (before, Handling(1, Resolution.ACCEPT, raw, time, revises=True))


def _when(note: Note | None) -> datetime | None:
    return datetime.fromisoformat(note.rejected) if note and note.rejected else None


def _misdirected(details: wire.Details) -> str:
    where = f" ({details.otto_warehouse_id})" if details.otto_warehouse_id else ""
    return f"OTTO: the parcel arrived at a warehouse of OTTO by mistake{where}."


def pieces(order: wire.Order) -> dict[str, wire.Unit]:
    """The units of an order by id; one that cannot be read is left out."""
    found = {}
    for row in order.position_items:
        try:
            unit = decode(wire.Unit, row)
        except Garbled:
            continue
        found[unit.position_item_id] = unit
    return found


def order(found: wire.Order) -> Order:
    """The order behind a return: each line is one unit."""
    return Order(
        ref=found.sales_order_id,
        lines=tuple(map(mapping.order_line, pieces(found).values())),
        billing=mapping.party(found.invoice_address),
        shipping=mapping.party(found.delivery_address),
        placed_at=found.order_date,
        numbers=(found.order_number,) if found.order_number else (),
    )


def unreadable(why: str, raw: Any) -> Unreadable:
    ref = decode(wire.Ref, raw).position_item_id if isinstance(raw, dict) else None
    return Unreadable(ref, f"A returned unit cannot be read: {why}.", json.dumps(raw))
