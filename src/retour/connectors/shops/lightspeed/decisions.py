"""How many returns stand, in few calls (contract lightspeed.md, 6).

A list is asked for what changed, and walked by `since_id` where the shop ignores that question. Neither shows what was
deleted, and a shop may change a return without moving its `updatedAt`. So each round also reads one page of all
returns, from one of the asked ones on: what is missing there is asked for by its id, and only the shop's own "there is
none" makes it gone.
"""

import re
from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from retour.connectors.contract import ShopPage, Unreadable
from retour.connectors.errors import Refused
from retour.connectors.shapes import Garbled, decode
from retour.connectors.shops.lightspeed import mapping, wire
from retour.connectors.shops.lightspeed.api import MOST, Api
from retour.connectors.shops.lightspeed.config import LightspeedConfig
from retour.connectors.shops.lightspeed.lists import Stretch, stretch
from retour.core.model import ShopSays

OVERLAP: Final = timedelta(minutes=5)
"""How far the hub's clock and the shop's may differ."""
NUMBER: Final = re.compile(r"[1-9][0-9]{0,17}")


class Round:
    """One round of asking how some returns stand. What has an answer no longer waits."""

    def __init__(self, api: Api, config: LightspeedConfig, refs: Sequence[str]) -> None:
        self._api = api
        self._config = config
        self._waiting = {int(ref): ref for ref in refs if NUMBER.fullmatch(ref)}
        self._strange = [ref for ref in dict.fromkeys(refs) if not NUMBER.fullmatch(ref)]

    async def pages(self, since: datetime | None) -> AsyncIterator[ShopPage]:
        """Everything for `since` None. Otherwise those that changed, those that are gone, and some of the others."""
        if self._strange:
            flaw = "This is not a number of a return in the shop."
            yield ShopPage((), tuple(Unreadable(ref, flaw, "") for ref in self._strange))
        if not self._waiting:
            return
        for walk in (self._all(),) if since is None else (self._some(since), self._changed(since - OVERLAP)):
            async for page in walk:
                if page.returns or page.unreadable:
                    yield page

    async def _some(self, since: datetime) -> AsyncIterator[ShopPage]:
        """One page of all returns: from the first one on where all may fit on it, else from one that the check's own
        time picks, so that each has its turn."""
        numbers = sorted(self._waiting)
        close = numbers[-1] - numbers[0] < MOST
        part = await stretch(self._api, numbers[0 if close else int(since.timestamp()) % len(numbers)] - 1)
        yield self._take(part)
        async for page in self._each(filter(part.spans, numbers)):
            yield page

    async def _changed(self, cursor: datetime) -> AsyncIterator[ShopPage]:
        """The shop's list of what changed. One that shows what is older, or what is not asked for, has not listened:
        then all are read."""
        after = min(self._waiting, default=0) - 1
        listens = True
        while self._waiting and listens:
            try:
                part = await stretch(self._api, after, updated_at_min=cursor.isoformat(timespec="seconds"))
            except Refused:
                break
            listens = part.in_place and not part.older_than(cursor.replace(microsecond=0))
            yield self._take(part)
            if listens and (not part.full or not after < part.last < max(self._waiting, default=0)):
                return
            after = part.last
        async for page in self._all():
            yield page

    async def _all(self) -> AsyncIterator[ShopPage]:
        """Every return that waits, a page of neighbours at a time."""
        while self._waiting:
            part = await stretch(self._api, min(self._waiting) - 1)
            yield self._take(part)
            lost = part.full and (part.last <= part.after or not part.in_place)
            async for page in self._each(n for n in sorted(self._waiting) if lost or part.spans(n)):
                yield page

    async def _each(self, numbers: Iterable[int]) -> AsyncIterator[ShopPage]:
        """Those that a list should have shown and has not, one by one."""
        for number in [number for number in numbers if number in self._waiting]:
            yield self._page([await self._one(number, self._waiting.pop(number))])

    async def _one(self, number: int, ref: str) -> ShopSays | Unreadable:
        body = await self._api.one(f"returns/{number}")
        if body is None:
            return ShopSays(ref=ref, word=None, resolution=None, gone=True)
        try:
            return self._read(ref, wire.unwrapped(body, "return"))
        except Garbled as why:
            return mapping.unreadable(ref, str(why), body)

    def _take(self, part: Stretch) -> ShopPage:
        """The rows that are asked about; those of others are not ours to tell."""
        told = []
        for raw, ref in zip(part.rows, part.refs, strict=True):
            if ref.id is not None and ref.id in self._waiting:
                told.append(self._read(self._waiting.pop(ref.id), raw))
        return self._page(told)

    def _read(self, ref: str, raw: Any) -> ShopSays | Unreadable:
        try:
            row = decode(wire.ReturnRow, raw)
        except Garbled as why:
            return mapping.unreadable(ref, str(why), raw)
        if str(row.id) != ref:
            return mapping.unreadable(ref, "it is about another return", raw)
        return mapping.says(row, self._config)

    @staticmethod
    def _page(told: Collection[ShopSays | Unreadable]) -> ShopPage:
        return ShopPage(
            tuple(row for row in told if isinstance(row, ShopSays)),
            tuple(row for row in told if isinstance(row, Unreadable)),
        )
