"""What happens later, in order of time, by the platform's own clock. Nothing happens by itself."""

from collections.abc import Callable, Iterator
from datetime import datetime
from heapq import heappop, heappush
from typing import Generic, TypeVar

What = TypeVar("What")


class Queue(Generic[What]):
    """`due` hands out what is due."""

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


class Agenda(Queue[Callable[[datetime], object]]):
    """Acts: `run` does all that are due."""

    def run(self, now: datetime) -> None:
        """Each act gets the moment it was due, not the moment somebody looked."""
        for at, act in self.due(now):
            act(at)
