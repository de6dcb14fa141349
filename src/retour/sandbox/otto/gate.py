"""What every call passes before it is served: token, scope, rate limits, media type (contract 2)."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any, Literal

from aiohttp import web

from retour.sandbox.app import Handler
from retour.sandbox.otto.limits import Window
from retour.sandbox.otto.problems import Problem

if TYPE_CHECKING:
    from retour.sandbox.otto.simulator import OttoSimulator

CONTENT_TYPE = "application/json;charset=UTF-8"
Interface = Literal["returns", "orders", "return-shipments"]


@dataclass(frozen=True, slots=True)
class Answer:
    body: dict[str, Any]
    status: int = 200


Serve = Callable[[web.Request], Awaitable[Answer]]


class Gate:
    """Opens a function that serves to the outside world."""

    def __init__(self, simulator: "OttoSimulator") -> None:
        self._simulator = simulator
        self._minute = Window(60)
        self._second = Window(1)

    def open(self, interface: Interface, serve: Serve) -> Handler:
        async def handle(request: web.Request) -> web.Response:
            switches = self._simulator.switches
            # The platform's own time: a client that asks what time it is there must not be told the machine's.
            now = self._simulator.clock.now()
            headers = {"Content-Type": CONTENT_TYPE, "Date": format_datetime(now, usegmt=True)}
            if interface == "returns" and switches.sunset:
                headers["Sunset"] = switches.sunset
            try:
                scope = switches.return_shipments_scope if interface == "return-shipments" else interface
                self._simulator.tokens.check(request.headers.get("Authorization", ""), scope)
                self._count()
                _check_media_type(request)
                self._simulator.catch_up()
                answer = await serve(request)
            except Problem as problem:
                headers |= problem.headers
                answer = Answer(problem.body(request.path), problem.status)
            return web.Response(status=answer.status, body=json.dumps(answer.body).encode(), headers=headers)

        return handle

    def _count(self) -> None:
        switches = self._simulator.switches
        if not switches.limits:
            return
        now = self._simulator.clock.now()
        wait = self._second.take(now, switches.limit_per_second) or self._minute.take(now, switches.limit_per_minute)
        if wait:
            headers = {"Retry-After": str(wait)} if switches.retry_after else {}
            raise Problem(429, "TOO_MANY_REQUESTS", "The rate limit is exceeded.", headers)


def _check_media_type(request: web.Request) -> None:
    if request.method == "POST" and request.content_type != "application/json":
        raise Problem(415, "UNSUPPORTED_MEDIA_TYPE", "Content-Type must be application/json.")
