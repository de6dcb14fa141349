"""Walking Miravia's list of returns to its end, whatever its order, its real page size, and what `total` counts.

The order is not documented and nothing may be missed, so every page is read before a walk is over (contract miravia
4.1).
"""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from retour.connectors.marketplaces.miravia import wire
from retour.connectors.pages import by_page
from retour.connectors.shapes import decode


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of the list. Two with the same rows, one after the other, are the sign of a list that does not move on."""

    rows: tuple[Any, ...]
    total: int | None = field(default=None, compare=False)
    as_of: datetime | None = field(default=None, compare=False)
    """Miravia's own time when it was asked."""
    last: bool = field(default=False, compare=False)

    def __bool__(self) -> bool:
        return bool(self.rows)


async def walk(fetch: Callable[[int], Awaitable[Listed]], size: int) -> AsyncIterator[Listed]:
    """All pages. Raises what `fetch` raises, and Endless when the list does not move on.

    The documented end, `page_no * page_size >= total`, is believed only once so many returns, or lines, were shown:
    a platform that gives smaller pages than asked for, or repeats rows, would end too early by it. Behind that end
    only what is new counts, and nothing new ends the walk."""
    shown: dict[str, int] = {}

    async def step(number: int) -> Listed:
        listed = await fetch(number)
        fresh = tuple(row for row in listed.rows if _key(row) not in shown)
        shown.update({_key(row): _lines(row) for row in listed.rows})
        if listed.total is None or number * size < listed.total:
            return listed
        behind = (number - 1) * size >= listed.total
        all_shown = max(len(shown), sum(shown.values())) >= listed.total
        return replace(listed, rows=fresh if behind else listed.rows, last=all_shown)

    async for listed in by_page(step, stop=lambda listed: listed.last or not listed):
        yield listed


def _key(row: Any) -> str:
    ref = decode(wire.Ref, row).reverse_order_id if isinstance(row, dict) else None
    return ref or json.dumps(row)


def _lines(row: Any) -> int:
    lines = row.get("reverse_order_lines") if isinstance(row, dict) else None
    return len(lines) if isinstance(lines, list) else 1
