"""Rate limits: three windows at once for each key (contract 2, Rate limits)."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Final

from retour.sandbox.lightspeed.switches import LightspeedSwitches

NAMES: Final = ("limit5Min", "limitHour", "limitDay")
_SECONDS: Final = (300, 3600, 86_400)


@dataclass(frozen=True, slots=True)
class Window:
    limit: int
    remaining: int
    reset: int
    """Seconds from now until it ends, rounded up."""
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Reading:
    """The windows as they are after a call, the shortest first."""

    windows: tuple[Window, ...]
    refused: bool = False

    def headers(self) -> dict[str, str]:
        return {
            "X-RateLimit-Limit": "/".join(str(window.limit) for window in self.windows),
            "X-RateLimit-Remaining": "/".join(str(window.remaining) for window in self.windows),
            "X-RateLimit-Reset": "/".join(str(window.reset) for window in self.windows),
        }

    @property
    def wait(self) -> int:
        """Seconds until the last empty window ends."""
        return max((window.reset for window in self.windows if not window.remaining), default=0)


class Meter:
    """Counts the calls of each key. A refused call is not counted."""

    def __init__(self, switches: LightspeedSwitches) -> None:
        self._switches = switches
        self._used: dict[tuple[str, int], tuple[int, int]] = {}

    def take(self, key: str, now: datetime) -> Reading:
        before = self.read(key, now)
        if any(not window.remaining for window in before.windows):
            return Reading(before.windows, refused=True)
        for seconds in _SECONDS:
            number = int(now.timestamp()) // seconds
            self._used[key, seconds] = (number, self._used_in(key, seconds, number) + 1)
        return self.read(key, now)

    def read(self, key: str, now: datetime) -> Reading:
        switches = self._switches
        limits = (switches.limit_5min, switches.limit_hour, switches.limit_day)
        return Reading(tuple(self._window(key, s, limit, now) for s, limit in zip(_SECONDS, limits, strict=True)))

    def _window(self, key: str, seconds: int, limit: int, now: datetime) -> Window:
        number = int(now.timestamp()) // seconds
        ends_at = datetime.fromtimestamp(0, UTC) + timedelta(seconds=(number + 1) * seconds)
        remaining = max(0, limit - self._used_in(key, seconds, number))
        return Window(limit, remaining, ceil((ends_at - now).total_seconds()), ends_at)

    def _used_in(self, key: str, seconds: int, number: int) -> int:
        counted, used = self._used.get((key, seconds), (number, 0))
        return used if counted == number else 0
