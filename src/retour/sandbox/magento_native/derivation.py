"""A return's header status, which follows from its items' (contract A2, Statuses)."""

from collections.abc import Iterable, Mapping
from typing import Final

PENDING: Final = "pending"
AUTHORIZED: Final = "authorized"
RECEIVED: Final = "received"
APPROVED: Final = "approved"
REJECTED: Final = "rejected"
DENIED: Final = "denied"

FINAL: Final = frozenset({APPROVED, REJECTED, DENIED})
ITEM_STATUSES: Final = frozenset({PENDING, AUTHORIZED, RECEIVED}) | FINAL
CLOSED: Final = "closed"
PROCESSED_CLOSED: Final = "processed_closed"
HEADER_STATUSES: Final = ITEM_STATUSES | {
    "partially_authorized",
    "received_on_item",
    "approved_on_item",
    "rejected_on_item",
    CLOSED,
    PROCESSED_CLOSED,
}

STEPS: Final[Mapping[str, frozenset[str]]] = {
    PENDING: frozenset({AUTHORIZED, DENIED}),
    AUTHORIZED: frozenset({RECEIVED}),
    RECEIVED: frozenset({APPROVED, REJECTED}),
    **dict.fromkeys(FINAL, frozenset()),
}
"""What the admin panel offers next for an item; the page does not say it, it is how the panel works."""

ROADS: Final[Mapping[str, tuple[str, ...]]] = {
    APPROVED: (AUTHORIZED, RECEIVED, APPROVED),
    REJECTED: (AUTHORIZED, RECEIVED, REJECTED),
    DENIED: (DENIED,),
}
"""The steps from pending to each final status."""


def header_of(items: Iterable[str]) -> str:
    """The header of a return that nobody closed by hand. Denied items do not count while another one is open; that
    authorized and received siblings are open just as pending ones is inferred."""
    found = frozenset(items)
    open_ones = found - FINAL
    if not open_ones:
        return PROCESSED_CLOSED if APPROVED in found else CLOSED
    if APPROVED in found:
        return "approved_on_item"
    if REJECTED in found:
        return "rejected_on_item"
    if RECEIVED in open_ones:
        return RECEIVED if open_ones == {RECEIVED} else "received_on_item"
    if AUTHORIZED in open_ones:
        return AUTHORIZED if open_ones == {AUTHORIZED} else "partially_authorized"
    return PENDING
