"""What happens later, in order of time."""

from collections.abc import Iterator
from datetime import datetime
from heapq import heappop, heappush
from typing import Generic, TypeVar

What = TypeVar("What")


class Agenda(Generic[What]):
    """Nothing happens by itself: `due` hands out what is due."""

    def __init__(self) -> None:
        self._entries: list[tuple[datetime, int, What]] = []
        self._count = 0

    def __len__(self) -> int:
        return len(self._entries)

    def add(self, at: datetime, what: What) -> None:
        self._count += 1
        heappush(self._entries, (at, self._count, what))

    def due(self, now: datetime) -> Iterator[tuple[datetime, What]]:
        """Earliest first, with the moment it was due; what is added meanwhile takes part."""
        while self._entries and self._entries[0][0] <= now:
            at, _, what = heappop(self._entries)
            yield at, what
