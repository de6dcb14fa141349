"""Which order a number of the API means."""

from dataclasses import dataclass

from retour.channable_api.gate import Caller
from retour.channable_api.queries import LARGEST
from retour.core.model import OrderLine
from retour.store import offered


@dataclass(frozen=True, slots=True)
class Ordered:
    """An order by the marketplace's number, with the products as far as they are known."""

    ref: str
    lines: tuple[OrderLine, ...]


def order_of(caller: Caller, order_id: int) -> Ordered | None:
    """The project's order of this number: the shop's or our own, as its settings say. None: there is none, or it may
    be any of several."""
    if caller.shop is None or not 0 < order_id <= LARGEST:
        return None
    found = offered.orders_numbered(caller.project_id, order_id, own=caller.terms.order_numbers == "hub")
    if len(found) != 1:
        return None
    [(ref, order)] = found.items()
    return Ordered(ref, order.lines if order else ())
