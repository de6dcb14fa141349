"""What happens later, in order of time."""

from collections.abc import Callable
from datetime import datetime
from heapq import heappop, heappush


class Agenda:
    """Nothing runs by itself: `run` does all that is due."""

    def __init__(self) -> None:
        self._due: list[tuple[datetime, int, Callable[[datetime], None]]] = []
        self._count = 0

    def add(self, at: datetime, act: Callable[[datetime], None]) -> None:
        self._count += 1
        heappush(self._due, (at, self._count, act))

    def run(self, now: datetime) -> None:
        """Each act gets the moment it was due, not the moment somebody looked."""
        while self._due and self._due[0][0] <= now:
            at, _, act = heappop(self._due)
            act(at)
