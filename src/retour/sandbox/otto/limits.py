"""Rate limits: a fixed window that begins with its first call (contract 2)."""

from datetime import datetime, timedelta
from math import ceil


class Window:
    """Counts the calls of so many seconds. A refused call is not counted."""

    def __init__(self, seconds: float) -> None:
        self._length = timedelta(seconds=seconds)
        self._began: datetime | None = None
        self._used = 0

    def take(self, now: datetime, limit: int) -> int:
        """Zero when the call may pass, else the seconds until the next window, rounded up."""
        if self._began is None or now - self._began >= self._length:
            self._began, self._used = now, 0
        if self._used >= limit:
            return max(1, ceil((self._began + self._length - now).total_seconds()))
        self._used += 1
        return 0
