"""Rate limits: a fixed window for each account and group of calls (contract 1.3)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Literal

from retour.sandbox.bol.switches import BolSwitches

Group = Literal["returns", "orders", "process-status"]


@dataclass(frozen=True, slots=True)
class Reading:
    """A bucket as it is after a call."""

    limit: int
    remaining: int
    reset: int
    """Seconds from now until the window ends, rounded up."""
    refused: bool

    def headers(self) -> dict[str, str]:
        return {
            "x-ratelimit-limit": str(self.limit),
            "x-ratelimit-remaining": str(self.remaining),
            "x-ratelimit-reset": str(self.reset),
        }


class Buckets:
    """A window begins with its first call. A refused call is not counted."""

    def __init__(self, switches: BolSwitches) -> None:
        self._switches = switches
        self._windows: dict[tuple[str, str, str], tuple[datetime, int]] = {}

    def take(self, account: str, method: str, group: Group, now: datetime) -> Reading:
        limit, seconds = self._budget(group)
        key = (account, "" if self._switches.one_bucket_per_group else method, group)
        began, used = self._windows.get(key, (now, 0))
        if now - began >= timedelta(seconds=seconds):
            began, used = now, 0
        refused = used >= limit
        used = used if refused else used + 1
        self._windows[key] = (began, used)
        left = seconds - (now - began).total_seconds()
        return Reading(limit, max(0, limit - used), max(1, ceil(left)), refused)

    def _budget(self, group: Group) -> tuple[int, float]:
        switches = self._switches
        match group:
            case "returns":
                return switches.returns_limit, switches.returns_window
            case "orders":
                return switches.orders_limit, switches.orders_window
            case "process-status":
                return switches.process_status_limit, switches.process_status_window
