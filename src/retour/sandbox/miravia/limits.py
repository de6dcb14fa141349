"""Limits of calls: a minute and a day of each seller (contract 9)."""

from datetime import datetime, timedelta
from math import ceil

from retour.sandbox.miravia.refusals import Refused
from retour.sandbox.miravia.switches import MiraviaSwitches


class Limits:
    """Fixed windows, that begin with their first call. A refused call is not counted."""

    def __init__(self, switches: MiraviaSwitches) -> None:
        self._switches = switches
        self._windows: dict[tuple[str, int], tuple[datetime, int]] = {}

    def count(self, seller_id: str, now: datetime) -> None:
        """Raises the refusal when the seller has called too often."""
        switches = self._switches
        if not switches.limits:
            return
        taken = {}
        for seconds, limit in ((60, switches.calls_per_minute), (86400, switches.calls_per_day)):
            began, used = self._windows.get((seller_id, seconds), (now, 0))
            end = began + timedelta(seconds=seconds)
            if now >= end:
                began, used = now, 0
            if used >= limit:
                raise self._refusal(ceil((end - now).total_seconds()))
            taken[seller_id, seconds] = (began, used + 1)
        self._windows |= taken

    def _refusal(self, seconds: int) -> Refused:
        ban = f" This ban will last {seconds} seconds" if self._switches.limit_says_seconds else ""
        message = f"The frequency of calls exceeds the limit.{ban}"
        return Refused(self._switches.limit_code, message, kind=self._switches.limit_type)
