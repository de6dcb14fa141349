"""What every call passes before it is served: key, rate limits, language, permission (contract 2)."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal

from aiohttp import web

from retour.sandbox.app import Handler
from retour.sandbox.lightspeed.documents import Links
from retour.sandbox.lightspeed.keys import Key, Keys
from retour.sandbox.lightspeed.limits import Meter
from retour.sandbox.lightspeed.problems import Invalid, Problem, not_found
from retour.sandbox.lightspeed.shop import Shop

Area = Literal["orders", "settings", "account"]
"""Of the permissions; a key may always look at its own account."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call that was let in."""

    request: web.Request
    key: Key
    links: Links

    def number(self, name: str) -> int:
        return int(self.request.match_info[name])


@dataclass(frozen=True, slots=True)
class Answer:
    """`body` None is an answer without one."""

    body: Any
    status: int = 200


Serve = Callable[[Call], Awaitable[Answer]]


class Gate:
    """Opens a function that serves to the outside world."""

    def __init__(self, shop: Shop, keys: Keys, meter: Meter) -> None:
        self._shop = shop
        self._keys = keys
        self._meter = meter

    def open(self, area: Area, serve: Serve) -> Handler:
        async def handle(request: web.Request) -> web.Response:
            headers: dict[str, str] = {}
            try:
                call = self._admit(request, area, headers)
                self._shop.decide_due()
                answer = await serve(call)
            except Invalid as invalid:
                answer = self._refuse(request, self._problem(invalid))
            except Problem as problem:
                answer = self._refuse(request, problem)
            if answer.body is None:
                return web.Response(status=answer.status, headers=headers)
            body = json.dumps(answer.body).encode()
            return web.Response(status=answer.status, body=body, headers=headers, content_type="application/json")

        return handle

    def _admit(self, request: web.Request, area: Area, headers: dict[str, str]) -> Call:
        """The call, or the `Problem` that stops it; the headers are filled in either way."""
        key = self._keys.of(request.headers.get("Authorization", ""))
        if key is None:
            headers["WWW-Authenticate"] = 'Basic realm="API"'
            raise Problem(401, "Unauthorized")
        self._count(key, headers)
        language, _, _ = request.path.removeprefix("/").partition("/")
        if language not in self._shop.switches.languages:
            raise not_found("Language")
        if area != "account" and not key.permissions[area]["read" if request.method == "GET" else "write"]:
            raise Problem(self._shop.switches.permission_status, f"No permission for {area}")
        return Call(request, key, Links(str(request.url.origin()), language))

    def _count(self, key: Key, headers: dict[str, str]) -> None:
        if not self._shop.switches.limits:
            return
        reading = self._meter.take(key.key, self._shop.clock.now())
        headers |= reading.headers()
        if reading.refused:
            if self._shop.switches.retry_after:
                headers["Retry-After"] = str(reading.wait)
            raise Problem(429, "Too many requests")

    def _problem(self, invalid: Invalid) -> Problem:
        switches = self._shop.switches
        fields = invalid.fields if switches.field_errors and switches.validation_status == 422 else None
        return Problem(switches.validation_status, str(invalid), fields)

    def _refuse(self, request: web.Request, problem: Problem) -> Answer:
        hidden = self._shop.switches.errors_as_200 and problem.status in (400, 404, 422)
        return Answer(problem.body(request.method, request.path), 200 if hidden else problem.status)


async def nothing_here(_: Call) -> Answer:
    """Any other address, and any other method."""
    raise not_found("Resource")
