"""Orders that a marketplace's order may be, for a person to choose from (contract mijnwebwinkel.md, 3 and 4).

The API searches for an exact e-mail address and for days; what else agrees is compared with the orders of that time.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from retour.connectors.shapes import Garbled, decode
from retour.connectors.shops.mijnwebwinkel import notes, wire
from retour.connectors.shops.mijnwebwinkel.store import Store
from retour.core.match_line import ShopLine
from retour.core.match_order import BEFORE, NEAR, Candidate, Clues, is_strong
from retour.core.model import Party

EMAILS: Final = 2
PAGES: Final = 2
"""So many e-mail addresses are searched, or pages of orders read, each among open and among archived orders."""
DAY: Final = timedelta(days=1)


class Candidates:
    """The search of one connection."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def find(self, clues: Clues) -> list[Candidate]:
        """Those with one of the e-mail addresses and, unless one of them is likely already, those of that time. At most
        eight calls."""
        days = _days(clues)
        found: dict[str, Candidate] = {}
        for email in clues.emails[:EMAILS]:
            found |= await self._read({**days, "debtor_email": email}, 1)
        if not is_strong(clues, found.values()):
            found |= await self._read(days, PAGES)
        return list(found.values())

    async def _read(self, filters: Mapping[str, str], most: int) -> dict[str, Candidate]:
        found: dict[str, Candidate] = {}
        for archived in ("false", "true"):
            pages = 0
            async for rows in self._store.pages({**filters, "archived": archived}):
                found |= {one.number: one for one in map(_candidate, rows) if one is not None}
                pages += 1
                if pages == most:
                    break
        return found


def _days(clues: Clues) -> dict[str, str]:
    """A day more on either side: the store's dates have no time zone."""
    placed, opened = clues.order.placed_at, clues.opened_at
    if placed is not None:
        return {"start_date": f"{placed - DAY:%Y-%m-%d}", "end_date": f"{placed + NEAR + DAY:%Y-%m-%d}"}
    if opened is not None:
        return {"start_date": f"{opened - BEFORE:%Y-%m-%d}", "end_date": f"{opened + DAY:%Y-%m-%d}"}
    return {}


def _candidate(raw: Any) -> Candidate | None:
    """None: it cannot be read, or is a credit order."""
    try:
        order = decode(wire.Order, raw)
    except Garbled:
        return None
    if order.credited_order_number is not None or not order.number.isdecimal():
        return None
    comments = order.comments or wire.Comments()
    return Candidate(
        number=order.number,
        placed_at=_noon(raw.get("date")),
        references=(order.reference,) if order.reference else (),
        comments=tuple(filter(None, (comments.customer, notes.without(order.note)))),
        people=tuple(_party(address, order.email) for address in order.addresses() or (wire.Address(),)),
        lines=_lines(order),
    )


def _party(address: wire.Address, email: str | None) -> Party:
    return Party(
        last_name=address.name,
        street=address.street,
        house_number=address.number,
        postcode=address.zipcode,
        email=email,
    )


def _noon(day: Any) -> datetime | None:
    """The middle of a day of the store, which tells no zone."""
    try:
        return datetime.combine(date.fromisoformat(day), time(12), UTC)
    except (TypeError, ValueError):
        return None


def _lines(order: wire.Order) -> tuple[ShopLine, ...]:
    try:
        lines = [line for line in order.lines() if line.articles]
    except Garbled:
        return ()
    return tuple(
        ShopLine(
            ref=str(place),
            quantity=line.quantity,
            product=str(line.articles[0].id),
            sku=line.articles[0].sku,
            title=line.articles[0].description,
        )
        for place, line in enumerate(lines, start=1)
    )
