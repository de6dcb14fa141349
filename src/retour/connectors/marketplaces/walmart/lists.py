"""Walmart's list of returns, walked to its end: what changed, and once a day also what Walmart handles itself.

The cursor counts rows, so what changes meanwhile shifts them (contract walmart 4.2): a walk may show a return twice,
and the hub takes the later view; it may miss one, which has then just changed and stands in the next walk.
"""

import json
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

from retour.connectors.contract import Page, Unreadable
from retour.connectors.marketplaces.walmart import mapping
from retour.connectors.marketplaces.walmart.access import Access, Listed, moment
from retour.connectors.memory import Memory
from retour.core.model import Handler

RETURNS, WFS = "returns", "wfs"


class Lists:
    """The lists of one account. Raises what the calls raise, and Endless when the list does not move on."""

    def __init__(self, access: Access, memory: Memory, *, days: int, wfs: bool) -> None:
        self._access = access
        self._memory = memory
        self._days = days
        self._wfs = wfs

    async def changed(self, since: datetime) -> AsyncIterator[Page]:
        """What the merchant handles and was changed since then."""
        async for listed in self._access.pages(returnLastModifiedStartDate=moment(since)):
            yield _page(RETURNS, listed, listed.rows, Handler.MERCHANT)

    async def everything(self) -> AsyncIterator[Page]:
        """What was changed in so many days, counted from Walmart's own time; all of it where Walmart tells none."""
        now = (await self._access.some(limit="1")).at
        period = {"returnLastModifiedStartDate": moment(now - timedelta(days=self._days))} if now else {}
        ordinary: set[str] = set()
        async for listed in self._access.pages(**period):
            ordinary.update(map(_mark, listed.rows))
            yield _page(RETURNS, listed, listed.rows, Handler.MERCHANT)
        if self._wfs:
            async for page in self._handled_by_walmart(period, ordinary):
                yield page

    async def _handled_by_walmart(self, period: dict[str, str], ordinary: set[str]) -> AsyncIterator[Page]:
        """What is listed only when WFS is asked for (contract walmart 9). A return that a walk missed looks like that
        too, and would never be answered; so each one is asked for once without WFS, and what was found is noted."""
        noted = set((await self._memory.read(WFS)).get(WFS, []))
        found: set[str] = set()
        async for listed in self._access.pages(isWFSEnabled="Y", **period):
            rows = [row for row in listed.rows if _mark(row) not in ordinary]
            theirs = [row for row in rows if _mark(row) in noted or await self._is_theirs(mapping.ref_of(row))]
            found.update(filter(None, map(mapping.ref_of, theirs)))
            yield _page(WFS, listed, theirs, Handler.MARKETPLACE)
        await self._memory.write({WFS: sorted(found)})

    async def _is_theirs(self, ref: str | None) -> bool:
        if ref is None:
            return True  # it cannot be read, whoever handles it
        listed = await self._access.some(returnOrderId=ref)
        return not listed.partial and all(mapping.ref_of(row) != ref for row in listed.rows)


def _page(lane: str, listed: Listed, rows: list[Any], handler: Handler) -> Page:
    read = [mapping.seen(row, single=False, handler=handler, now=listed.at) for row in rows]
    unreadable = [row for _, garbled in read for row in garbled]
    if listed.partial:
        why = "Walmart left something out of its list (206). The next checks ask for it again."
        unreadable.append(Unreadable(ref=None, why=why, raw=f"{lane}: 206"))
    return Page(lane=lane, seen=tuple(seen for seen, _ in read if seen), unreadable=tuple(unreadable))


def _mark(row: Any) -> str:
    """What tells two rows apart, readable or not."""
    return mapping.ref_of(row) or json.dumps(row)
