"""Rate limits: a bucket of tokens for each endpoint, filled anew each minute (contract 8)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from retour.sandbox.walmart.switches import WalmartSwitches

Bucket = Literal["returns", "refund", "order-refund"]
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Reading:
    """A bucket as it is after a call."""

    tokens: int
    full_at: datetime
    refused: bool

    def headers(self, switches: WalmartSwitches) -> dict[str, str]:
        match switches.replenishment_format:
            case "epoch_ms":
                when = str(int(self.full_at.timestamp() * 1000))
            case "epoch_s":
                when = str(int(self.full_at.timestamp()))
            case "text":
                when = f"{self.full_at:%a %b %d %H:%M:%S UTC %Y}"
        return {"x-current-token-count": str(self.tokens), switches.replenishment_header: when}


class Buckets:
    """A bucket's minute begins with its first call. A refused call takes no token."""

    def __init__(self, switches: WalmartSwitches) -> None:
        self._switches = switches
        self._minutes: dict[Bucket, tuple[datetime, int]] = {}

    def take(self, bucket: Bucket, now: datetime) -> Reading:
        size = self._size(bucket)
        began, used = self._minutes.get(bucket, (now, 0))
        if now - began >= _MINUTE:
            began, used = now, 0
        refused = used >= size
        used = used if refused else used + 1
        self._minutes[bucket] = (began, used)
        return Reading(max(0, size - used), began + _MINUTE, refused)

    def _size(self, bucket: Bucket) -> int:
        match bucket:
            case "returns":
                return self._switches.returns_per_minute
            case "refund":
                return self._switches.refunds_per_minute
            case "order-refund":
                return self._switches.order_refunds_per_minute
