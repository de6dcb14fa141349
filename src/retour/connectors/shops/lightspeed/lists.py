"""Pages of the shop's returns, walked by `since_id`: ids only rise, and other paging ends too early in a large shop
(contract lightspeed.md, 2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from retour.connectors.shapes import decode
from retour.connectors.shops.lightspeed import wire
from retour.connectors.shops.lightspeed.api import MOST, Api


@dataclass(frozen=True, slots=True)
class Stretch:
    """A page of rows whose ids come after `after`."""

    rows: Sequence[Any]
    refs: Sequence[wire.Ref]
    after: int

    @property
    def full(self) -> bool:
        return len(self.rows) >= MOST

    @property
    def last(self) -> int:
        return max((ref.id for ref in self.refs if ref.id), default=self.after)

    @property
    def in_place(self) -> bool:
        """Whether the shop has listened to `since_id`."""
        return all(ref.id is None or ref.id > self.after for ref in self.refs)

    def spans(self, number: int) -> bool:
        """Whether this return would have been shown here, if nothing was filtered."""
        return self.after < number and (not self.full or number <= self.last)

    def older_than(self, cursor: datetime) -> bool:
        return any(ref.updated_at is not None and ref.updated_at < cursor for ref in self.refs)


async def stretch(api: Api, after: int, **filters: str | int) -> Stretch:
    """The returns after this id, in ascending order."""
    rows = await api.rows("returns", "returns", **filters, since_id=after, limit=MOST)
    refs = [decode(wire.Ref, raw) if isinstance(raw, dict) else wire.Ref() for raw in rows]
    return Stretch(rows, refs, after)
