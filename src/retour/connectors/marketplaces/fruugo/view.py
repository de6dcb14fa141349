"""An order as Fruugo shows it: what can be read of it, and what cannot."""

from dataclasses import dataclass
from xml.etree.ElementTree import Element

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


def view(element: Element) -> View:
    """Raises Garbled where nothing of it can be used."""
    order = wire.decode(wire.Order, element)
    found: dict[str, list[wire.Line]] = {}
    garbled: list[Unreadable] = []
    doubtful: set[str | None] = set()
    rows = element.findall("orderLines/orderLine")
    for number, row in enumerate(rows, 1):
        try:
            line = wire.decode(wire.Line, row)
        except Garbled as why:
            garbled.append(mapping.unreadable(order.order_id, f"Line {number} of an order", why, row))
            doubtful.add(wire.key_of(row))
        else:
            found.setdefault(line.key, []).append(line)
    if not rows:
        raise Garbled("it has no lines")
    # What a garbled line counts is missing from the others of its product: too few announced would be a withdrawal.
    lines = {key: wire.together(same) for key, same in found.items() if key not in doubtful}
    address = element.find("shippingAddress")
    customer = None if address is None else mapping.party(wire.decode(wire.Address, address))
    return View(order, lines, customer, tuple(garbled))


def views(elements: list[Element]) -> tuple[list[View], list[Unreadable]]:
    """Those that can be read, and what cannot."""
    readable: list[View] = []
    garbled: list[Unreadable] = []
    for element in elements:
        try:
            readable.append(view(element))
        except Garbled as why:
            garbled.append(mapping.unreadable(wire.order_id_of(element), "An order", why, element))
    return readable, garbled + [row for one in readable for row in one.garbled]
