"""A walk over a marketplace's lists, as the hub's worker makes it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Self

from retour.connectors.contract import Known, Page, Unreadable
from retour.core.model import Seen, SeenLine
from retour.testing.opened import Opened

ROUNDS = 20
"""How often a walk is begun again whose marketplace has more to come."""


async def nothing_known(page: Page) -> bool:
    return False


async def everything_known(page: Page) -> bool:
    return True


@dataclass(slots=True)
class Walked:
    """What a walk has shown."""

    seen: list[Seen] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)
    lines: dict[tuple[str, str], SeenLine] = field(default_factory=dict)
    """By the refs of return and line: a line's own need not be unique beyond its return."""
    contradictions: list[SeenLine] = field(default_factory=list)
    """Lines that were shown twice, and differently."""
    open_when_all_open: set[tuple[str, str]] | None = None
    """The waiting lines that had been shown when a page first said that this was all. None: no page said so."""

    @classmethod
    async def over(
        cls, hub: Opened, *, since: datetime | None, known: Known, wait: Callable[[float], None] | None = None
    ) -> Self:
        """`wait` lets time pass at the marketplace, for one that makes reports."""
        walked = cls()
        for _ in range(ROUNDS):
            again: list[timedelta] = []
            async for page in hub.connector.returns(since, known):
                assert page.lane
                walked._take(page)
                again += [page.again] if page.again is not None else []
            if not again:
                return walked
            assert wait is not None
            assert min(again) > timedelta(0)
            wait(min(again).total_seconds())
        raise AssertionError(f"after {ROUNDS} walks the marketplace still has more to come")

    def _take(self, page: Page) -> None:
        self.seen += page.seen
        self.unreadable += page.unreadable
        for ref, line in ((seen.ref, line) for seen in page.seen for line in seen.lines):
            if self.lines.setdefault((ref, line.ref), line) != line:
                self.contradictions.append(line)
        if page.all_open and self.open_when_all_open is None:
            self.open_when_all_open = {ref for ref, line in self.lines.items() if line.awaits}
