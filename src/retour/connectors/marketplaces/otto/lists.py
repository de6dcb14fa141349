"""OTTO's list of returns: newest change first, without a filter on dates, and it moves while it is read.

What changes while it is read moves to its start: that makes rows come twice, never hides one for longer than to the
next check. An ordinary check ends at a page that is known whole, if the last walk came to its end: one that broke off
may have left a hole behind what is known (contract otto 3).
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from retour.connectors.contract import Known, Page, Unreadable
from retour.connectors.errors import Transient
from retour.connectors.http import Answer
from retour.connectors.marketplaces.otto import mapping, units, wire
from retour.connectors.marketplaces.otto.answers import decoded, moment
from retour.connectors.marketplaces.otto.units import Note, Notes
from retour.connectors.memory import Memory
from retour.connectors.pages import by_link
from retour.connectors.shapes import Garbled, decode
from retour.core.model import Seen

PAGE_SIZE = 50
"""The most that OTTO gives."""

ENDED = frozenset({mapping.ACCEPTED, mapping.REJECTED})
LANES = (mapping.ANNOUNCED, mapping.MISDIRECTED, mapping.ACCEPTED, mapping.REJECTED)
"""What still waits first: a unit that is decided while the lists are read is then shown by the later one."""

DEEP = 5
"""How many times `ended_pages` a deep sweep reads."""

LATE = timedelta(hours=1)
"""How much later than its time a change may appear in the list."""

Fetch = Callable[[str], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class Rows:
    """One page of the list."""

    raw: list[Any]
    at: datetime = field(compare=False)
    """OTTO's time when it showed it."""

    def read(self) -> tuple[list[tuple[wire.Row, Any]], list[Unreadable]]:
        """Those that can be read, each with what it was read from, and those that cannot."""
        rows, garbled = [], []
        for raw in self.raw:
            try:
                rows.append((decode(wire.Row, raw), raw))
            except Garbled as why:
                garbled.append(units.unreadable(str(why), raw))
        return rows, garbled


class Lists:
    """The lists of one account. Raises what `fetch` raises, and Endless when a list does not move on."""

    def __init__(self, url: str, memory: Memory, fetch: Fetch, ended_pages: int) -> None:
        self._url = url
        self._memory = memory
        self._notes = Notes(memory)
        self._fetch = fetch
        self._ended_pages = ended_pages

    async def lane(self, status: str, known: Known, *, deep: bool) -> AsyncIterator[Page]:
        """Units of this status, each once, and a note of each for `look`."""
        name = f"lane:{status}"
        until = (await self._memory.read(name)).get(name)
        most = self._ended_pages * (DEEP if deep else 1) if status in ENDED else None
        shown: set[str] = set()
        begun: datetime | None = None
        number, news = 0, False
        async for rows in self.walk(status):
            number += 1
            begun = begun or rows.at
            page, notes, oldest = await self._page(status, rows, shown)
            reached = until is not None and oldest is not None and oldest <= datetime.fromisoformat(until)
            # Asked before the page is handed over: once the hub has recorded it, it knows it.
            is_known = await known(page)
            news = news or not is_known
            yield page
            await self._notes.keep(notes)
            if (is_known and reached) or number == most:
                break
        if begun and (until is None or news or number > 1):
            await self._memory.write({name: begun.isoformat()})

    async def _page(
        self, status: str, rows: Rows, shown: set[str]
    ) -> tuple[Page, dict[str, Note | None], datetime | None]:
        read, garbled = rows.read()
        known = await self._notes.of(row.position_item_id for row, _ in read)
        seen: list[Seen] = []
        notes: dict[str, Note | None] = {}
        for row, raw in read:
            ref = row.position_item_id
            if ref in shown:
                continue
            shown.add(ref)
            note = known.get(ref)
            kept = units.noted(row, note, rows.at)
            try:
                seen.append(units.seen(ref, row, kept or note, rows.at))
            except Garbled as why:
                garbled.append(units.unreadable(str(why), raw))
                continue
            if kept != note:
                notes[ref] = kept
        times = [row.occurred_time for row, _ in read if row.occurred_time]
        page = Page(lane=status.lower(), seen=tuple(seen), unreadable=tuple(garbled))
        return page, notes, min(times, default=None)

    async def find(self, unit: str, since: datetime | None) -> wire.Row | None:
        """The unit's row, whatever its status, if it changed since then; None for `since`: if it is there at all."""
        found = await self.find_all({unit}, None, since)
        return found.get(unit)

    async def find_all(
        self, wanted: Collection[str], status: str | None, since: datetime | None
    ) -> dict[str, wire.Row]:
        """The rows of these units among those that changed since then. Raises Transient where one of them cannot be
        read: what it says may be what was looked for."""
        found: dict[str, wire.Row] = {}
        async for rows in self.walk(status):
            read, garbled = rows.read()
            if flaw := next((row for row in garbled if row.ref in wanted and row.ref not in found), None):
                raise Transient(flaw.why)
            for row, _ in read:
                if row.position_item_id in wanted:
                    found.setdefault(row.position_item_id, row)
            times = [row.occurred_time for row, _ in read if row.occurred_time]
            past = since is not None and bool(times) and min(times) < since - LATE
            if past or len(found) == len(wanted):
                break
        return found

    async def walk(self, status: str | None) -> AsyncIterator[Rows]:
        query = {"limit": str(PAGE_SIZE), "page": "1"} | ({"status": status} if status else {})

        async def fetch(url: str) -> tuple[Sequence[Rows], str | None]:
            answer = await self._fetch(url)
            if answer.status == 404:  # OTTO's word for an empty list (contract otto 3)
                return (), None
            listing = decoded(wire.Listing, answer)
            return (Rows(listing.position_items or [], moment(answer)),), listing.next

        async for page in by_link(fetch, first=f"{self._url}/v3/returns?{urlencode(query)}"):
            for rows in page:
                yield rows
