"""What happens later, by the platform's clock."""

from collections.abc import Callable
from datetime import datetime
from heapq import heappop, heappush


class Agenda:
    """In order of time. Nothing runs by itself: `run` does all that is due."""

    def __init__(self) -> None:
        self._due: list[tuple[datetime, int, Callable[[datetime], object]]] = []
        self._count = 0

    def add(self, at: datetime, act: Callable[[datetime], object]) -> None:
        self._count += 1
        heappush(self._due, (at, self._count, act))

    def run(self, now: datetime) -> None:
        """Each act gets the moment it was due, not the moment somebody looked."""
        while self._due and self._due[0][0] <= now:
            at, _, act = heappop(self._due)
            act(at)
