"""An order as Fruugo shows it: what can be read of it, and what cannot."""

from collections.abc import Iterable
from dataclasses import dataclass

from retour.connectors.contract import Unreadable
from retour.connectors.marketplaces.fruugo import mapping, wire
from retour.connectors.shapes import Garbled
from retour.core.model import Party


@dataclass(frozen=True, slots=True)
class View:
    """One order. `lines` by their key."""

    order: wire.Order
    lines: dict[str, wire.Line]
    customer: Party | None
    garbled: tuple[Unreadable, ...]


def view(raw: wire.Raw) -> View:
    """Raises Garbled where nothing of it can be used."""
    order = wire.decode(wire.Order, raw.texts)
    found: dict[str, list[wire.Line]] = {}
    garbled: list[Unreadable] = []
    doubtful: set[str | None] = set()
    for number, row in enumerate(raw.lines, 1):
        try:
            line = wire.decode(wire.Line, row.texts)
        except Garbled as why:
            garbled.append(mapping.unreadable(order.order_id, f"Line {number} of an order", why, row))
            doubtful.add(row.key)
        else:
            found.setdefault(line.key, []).append(line)
    if not raw.lines:
        raise Garbled("it has no lines")
    # What a garbled line counts is missing from the others of its product: too few announced would be a withdrawal.
    lines = {key: wire.together(same) for key, same in found.items() if key not in doubtful}
    customer = None if raw.address is None else mapping.party(wire.decode(wire.Address, raw.address))
    return View(order, lines, customer, tuple(garbled))


def views(orders: Iterable[wire.Raw]) -> tuple[list[View], list[Unreadable]]:
    """Those that can be read, and what cannot."""
    readable: list[View] = []
    garbled: list[Unreadable] = []
    for raw in orders:
        try:
            readable.append(view(raw))
        except Garbled as why:
            garbled.append(mapping.unreadable(raw.order_id, "An order", why, raw))
    return readable, garbled + [row for one in readable for row in one.garbled]
