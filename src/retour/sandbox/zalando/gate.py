"""What every call passes before it is served: token, merchant, scope, rate limit, media types (contract 2, 8)."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil
from typing import TYPE_CHECKING, Any, Literal
from uuid import uuid4

from aiohttp import web

from retour.sandbox.app import Handler
from retour.sandbox.zalando.problems import JSON_API, Problem, TooMany
from retour.sandbox.zalando.state import Merchant
from retour.sandbox.zalando.switches import Scope

if TYPE_CHECKING:
    from retour.sandbox.zalando.simulator import ZalandoSimulator

Group = Literal["list", "order_number", "read", "patch", "announced"]


@dataclass(frozen=True, slots=True)
class Answer:
    """None as body is no body at all."""

    body: dict[str, Any] | None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


Serve = Callable[[web.Request, Merchant], Awaitable[Answer]]


class Gate:
    """Opens a function that serves to the outside world."""

    def __init__(self, simulator: "ZalandoSimulator") -> None:
        self._simulator = simulator
        self._windows: dict[Group, tuple[datetime, int]] = {}

    def open(self, group: Group, scope: Scope, serve: Serve) -> Handler:
        async def handle(request: web.Request) -> web.Response:
            headers = {"X-Flow-Id": request.headers.get("X-Flow-Id", str(uuid4())), "Content-Type": JSON_API}
            try:
                merchant = self._admit(request, scope)
                self._count("order_number" if group == "list" and "order_number" in request.query else group)
                self._check_media_types(request)
                answer = await serve(request, merchant)
            except Problem as problem:
                headers |= problem.headers | {"Content-Type": problem.media_type}
                answer = Answer(problem.body(), problem.status)
            if answer.body is None:
                del headers["Content-Type"]
                return web.Response(status=answer.status, headers=headers | answer.headers)
            return web.Response(status=answer.status, body=json.dumps(answer.body).encode(), headers=headers)

        return handle

    def _admit(self, request: web.Request, scope: Scope) -> Merchant:
        self._simulator.tokens.check(request.headers.get("Authorization", ""))
        merchant = self._simulator.merchants.get(request.match_info["merchant_id"])
        if merchant is None:
            raise Problem(404, "Merchant was not found.")
        if not merchant.granted or scope not in self._simulator.switches.scopes:
            raise Problem(403, "The privileges of the token are insufficient for this merchant.")
        self._simulator.catch_up()
        return merchant

    def _count(self, group: Group) -> None:
        """A fixed window for each group, all merchants of the partner together. A refused call is not counted."""
        switches = self._simulator.switches
        if not switches.limits:
            return
        limit = {
            "list": switches.list_limit,
            "order_number": switches.order_number_limit,
            "read": switches.read_limit,
            "patch": switches.patch_limit,
            "announced": switches.announced_limit,
        }[group]
        now = self._simulator.clock.now()
        began, used = self._windows.get(group, (now, 0))
        ends = began + timedelta(seconds=switches.limit_window)
        if now >= ends:
            began, used, ends = now, 0, now + timedelta(seconds=switches.limit_window)
        if used >= limit:
            raise TooMany(limit, max(1, ceil((ends - now).total_seconds())))
        self._windows[group] = began, used + 1

    def _check_media_types(self, request: web.Request) -> None:
        if not self._simulator.switches.media_type_enforced:
            return
        accepted = {part.partition(";")[0].strip() for part in request.headers.get("Accept", "*/*").split(",")}
        if not accepted & {JSON_API, "application/*", "*/*"}:
            raise Problem(406, f"Accept must allow {JSON_API}.")
        if request.method == "PATCH" and request.content_type != JSON_API:
            raise Problem(415, f"Content-Type must be {JSON_API}.")
