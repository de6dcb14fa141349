"""bol's four lists of returns: open and handled, by the merchant (FBR) and by bol (FBB), walked page by page.

Open lists are oldest first, handled lists newest first, without a filter on dates; they change while they are read
(contract bol 3.1).
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from retour.connectors.contract import Known, Page
from retour.connectors.marketplaces.bol import mapping, wire
from retour.connectors.pages import Endless
from retour.core.model import Seen

LATE = timedelta(days=30)
"""bol sorts by date and does not say by which: if by registration, what is handled today may stand as deep in the
list as a return takes to lapse, 14 or 21 days (contract bol 4)."""

Fetch = Callable[[Mapping[str, str]], Awaitable[list[Any]]]
"""The rows of `GET /retailer/returns` with these parameters."""

Sort = Callable[[Sequence[Seen]], Awaitable[Sequence[Seen]]]
"""Returns as bol shows them, to returns as the hub knows them."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of a list and the rows that it was read from."""

    page: Page
    rows: list[Any]
    items: int
    oldest: datetime | None
    """When the first of its returns was registered."""

    @property
    def full(self) -> bool:
        """Another page may follow. bol does not say whether it counts returns or items: either may fill a page."""
        return max(len(self.rows), self.items) >= wire.PAGE_SIZE


class Lists:
    """The lists of one account. Raises what `fetch` raises, and Endless when a list does not move on."""

    def __init__(self, fetch: Fetch, sort: Sort) -> None:
        self._fetch = fetch
        self._sort = sort
        self._ends: dict[str, int] = {}

    async def open(self, method: str) -> AsyncIterator[Page]:
        """Every open item, once. What leaves the list meanwhile moves the rest towards its start: walked from its
        end to its start, it can hide nothing. The end is where it was in the last walk, or further on; a wrong guess
        costs calls, never rows."""
        lane = f"{method}-open".lower()
        shown: set[str] = set()
        number = self._ends.get(method, 1)
        listed = await self._page(lane, method, number)
        while listed.full:
            yield _unshown(listed.page, shown)
            number += 1
            listed = await self._following(listed, lane, method, number)
        end = 1
        while number > 1:
            if listed.rows:
                end = max(end, number)
                yield _unshown(listed.page, shown)
            number -= 1
            listed = await self._page(lane, method, number)
        self._ends[method] = end
        yield replace(_unshown(listed.page, shown), all_open=method == "FBR")

    async def newest_open(self, since: datetime) -> AsyncIterator[Page]:
        """What the merchant has to handle and was registered since then: from the end of the list on, and back."""
        lane, number = "fbr-open", self._ends.get("FBR", 1)
        listed = await self._page(lane, "FBR", number)
        while listed.full:
            number += 1
            listed = await self._following(listed, lane, "FBR", number)
        while True:
            yield listed.page
            number -= 1
            if number < 1 or (listed.oldest is not None and listed.oldest < since):
                return
            listed = await self._page(lane, "FBR", number)

    async def newest_handled(self, since: datetime, most: int) -> AsyncIterator[Page]:
        """What the merchant has handled since then: at most so many pages."""
        for number in range(1, most + 1):
            listed = await self._page("fbr-handled", "FBR", number)
            yield listed.page
            if not listed.full or all(_latest(seen) < since for seen in listed.page.seen):
                return

    async def handled(self, method: str, since: datetime | None, known: Known, most: int) -> AsyncIterator[Page]:
        """At most so many pages, until one is known whole or holds only what was over long before `since`."""
        for number in range(1, most + 1):
            listed = await self._page(f"{method}-handled".lower(), method, number)
            if not listed.rows:
                return
            # Asked before the page is handed over: once the hub has recorded it, it knows it.
            last = not listed.full or await known(listed.page) or _long_past(listed.page, since)
            yield listed.page
            if last:
                return

    async def _following(self, before: Listed, lane: str, method: str, number: int) -> Listed:
        listed = await self._page(lane, method, number)
        if listed.rows == before.rows:
            raise Endless(f"bol shows the same returns on pages {number - 1} and {number} of a list.")
        return listed

    async def _page(self, lane: str, method: str, number: int) -> Listed:
        handled = "false" if lane.endswith("-open") else "true"
        rows = await self._fetch({"page": str(number), "handled": handled, "fulfilment-method": method})
        read = [mapping.seen(row, single=False) for row in rows]
        shown = [seen for seen, _ in read if seen]
        page = Page(
            lane=lane,
            seen=tuple(await self._sort(shown)),
            unreadable=tuple(row for _, garbled in read for row in garbled),
        )
        oldest = min((seen.opened_at for seen in shown), default=None)
        return Listed(page, rows, sum(len(seen.lines) for seen in shown), oldest)


def _unshown(page: Page, shown: set[str]) -> Page:
    """The page without the items that this walk has shown before."""
    fresh = []
    for seen in page.seen:
        lines = tuple(line for line in seen.lines if line.ref not in shown)
        shown.update(line.ref for line in lines)
        if lines:
            fresh.append(replace(seen, lines=lines))
    return replace(page, seen=tuple(fresh))


def _long_past(page: Page, since: datetime | None) -> bool:
    return since is not None and bool(page.seen) and max(map(_latest, page.seen)) < since - LATE


def _latest(seen: Seen) -> datetime:
    """When something last happened to a return, as far as this view tells."""
    return max([seen.opened_at, *(entry.at for line in seen.lines for entry in line.handlings if entry.at)])
