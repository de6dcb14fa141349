"""What happens later, in order of time."""

from collections.abc import Callable
from datetime import datetime
from heapq import heappop, heappush
from itertools import count


class Agenda:
    """Nothing runs by itself: `run` does all that is due."""

    def __init__(self) -> None:
        self._due: list[tuple[datetime, int, Callable[[], object]]] = []
        self._numbers = count()

    def add(self, at: datetime, act: Callable[[], object]) -> None:
        heappush(self._due, (at, next(self._numbers), act))

    def run(self, now: datetime) -> None:
        while self._due and self._due[0][0] <= now:
            heappop(self._due)[2]()
