"""What every call passes before it is served: key, then rate limit (contract 3, 3.4)."""

from datetime import timedelta
from email.utils import format_datetime
from math import ceil
from typing import TYPE_CHECKING

from aiohttp import web

from retour.sandbox.app import Handler
from retour.sandbox.generic.problems import Problem

if TYPE_CHECKING:
    from retour.sandbox.generic.simulator import PartnerSimulator


class Gate:
    """Opens a function that serves to the outside world. All calls are counted together, by fixed minutes."""

    def __init__(self, simulator: "PartnerSimulator") -> None:
        self._simulator = simulator
        self._began = simulator.clock.now()
        self._used = 0

    def open(self, serve: Handler) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            try:
                self._simulator.keys.check(request)
                self._count()
                self._simulator.catch_up()
                return await serve(request)
            except Problem as problem:
                return problem.answer()

        return handle

    def _count(self) -> None:
        """A minute begins with its first call. A refused call is not counted."""
        switches, now = self._simulator.switches, self._simulator.clock.now()
        if not switches.limits:
            return
        if now - self._began >= timedelta(minutes=1):
            self._began, self._used = now, 0
        if self._used < switches.limit_per_minute:
            self._used += 1
            return
        end = self._began + timedelta(minutes=1)
        headers = {}
        if switches.retry_after == "seconds":
            headers["Retry-After"] = str(max(1, ceil((end - now).total_seconds())))
        elif switches.retry_after == "date":
            headers["Retry-After"] = format_datetime(end, usegmt=True)
        raise Problem(429, "too_many_requests", "Too many calls in this minute.", headers=headers)
