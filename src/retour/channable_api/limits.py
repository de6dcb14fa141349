"""The limit on requests: a leaky bucket for each company (contract channable-api.md, 1).

The buckets are this process's own, which is all of them under `retour serve`. Several serving processes allow that much
each.
"""

import time
from collections.abc import Callable
from threading import Lock


class Buckets:
    """`rate` requests a second in the long run, `burst` at once. Safe to use from several threads."""

    def __init__(self, rate: float, burst: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._burst, self._clock = rate, burst, clock
        self._levels: dict[int, tuple[float, float]] = {}
        """By company: how full the bucket was, and when."""
        self._lock = Lock()

    def take(self, company_id: int) -> float:
        """Counts a request. 0: it may go on; otherwise in how many seconds the next one may."""
        now = self._clock()
        with self._lock:
            level, at = self._levels.get(company_id, (0.0, now))
            level = max(0.0, level - (now - at) * self._rate)
            if level + 1 > self._burst:
                return (level + 1 - self._burst) / self._rate
            self._levels[company_id] = (level + 1, now)
            return 0.0
