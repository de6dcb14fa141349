"""What every call passes before it is served: token, account, rate limit, media types (contract 1.1 to 1.4)."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from aiohttp import web

from retour.sandbox.bol.limits import Buckets, Group, Reading
from retour.sandbox.bol.problems import MEDIA_TYPE, Invalid, Problem

if TYPE_CHECKING:
    from retour.sandbox.bol.simulator import Account, BolSimulator


@dataclass(frozen=True, slots=True)
class Answer:
    body: dict[str, Any]
    status: int = 200


Serve = Callable[[web.Request, "Account"], Awaitable[Answer]]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Gate:
    """Opens a function that serves to the outside world."""

    def __init__(self, simulator: "BolSimulator") -> None:
        self._simulator = simulator
        self._buckets = Buckets(simulator.switches)

    def open(self, group: Group, serve: Serve, body_types: tuple[str, ...] = ()) -> Handler:
        """A handler behind the gate; `body_types` are the media types that its request body may have."""

        async def handle(request: web.Request) -> web.Response:
            at = self._simulator.clock.now()
            headers = {"x-request-id": str(uuid4()), "Date": format_datetime(at, usegmt=True)}
            try:
                account = self._account(request)
                headers |= self._count(account, request.method, group)
                self._check_media_types(request, body_types)
                answer = await serve(request, account)
            except Problem as problem:
                headers |= problem.headers
                answer = Answer(problem.body(str(request.url)), problem.status)
            headers["Content-Type"] = f"{MEDIA_TYPE};charset=UTF-8"
            return web.Response(status=answer.status, body=json.dumps(answer.body).encode(), headers=headers)

        return handle

    def _account(self, request: web.Request) -> "Account":
        client_id = self._simulator.tokens.client_of(request.headers.get("Authorization", ""))
        account = self._simulator.account(client_id)
        if not (account.active and self._simulator.switches.account_active):
            detail = "Account is not active, access denied. Please contact partner service if this is unexpected."
            raise Problem(403, "Forbidden", detail)
        return account

    def _count(self, account: "Account", method: str, group: Group) -> dict[str, str]:
        switches = self._simulator.switches
        if not switches.limits:
            return {}
        reading = self._buckets.take(account.client_id, method, group, self._simulator.clock.now())
        if reading.refused:
            raise self._too_many(reading, retry_after=switches.retry_after)
        return reading.headers()

    def _too_many(self, reading: Reading, *, retry_after: bool) -> Problem:
        headers = reading.headers()
        if retry_after:
            headers["Retry-After"] = str(reading.reset)
        detail = f"Too many requests, retry in {reading.reset} seconds."
        return Problem(429, "Too Many Requests", detail, headers=headers)

    def _check_media_types(self, request: web.Request, body_types: tuple[str, ...]) -> None:
        status = self._simulator.switches.media_type_status
        accepted = [part.partition(";")[0].strip() for part in request.headers.get("Accept", "").split(",")]
        if MEDIA_TYPE not in accepted:
            raise Invalid([("Accept", f"Media type must be {MEDIA_TYPE}.")], status)
        if body_types and request.content_type not in body_types:
            raise Invalid([("Content-Type", f"Media type must be {' or '.join(body_types)}.")], status)
