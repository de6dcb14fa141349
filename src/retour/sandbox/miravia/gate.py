"""What every call passes before it is served: parameters, time, signature, token, limit (contract 2, 3, 9)."""

import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from aiohttp import web

from retour.sandbox.miravia.flow import Flow
from retour.sandbox.miravia.refusals import Refused, invalid, missing
from retour.sandbox.miravia.signature import same, signature

if TYPE_CHECKING:
    from retour.sandbox.miravia.simulator import MiraviaSimulator

Json = dict[str, Any]
SYSTEM = ("app_key", "timestamp", "sign_method", "sign")


@dataclass(frozen=True, slots=True)
class Call:
    """A call that was let in."""

    parameters: dict[str, str]
    flow: Flow
    body: Any = field(default=None)
    """Of a POST with JSON; never signed."""

    def need(self, name: str) -> str:
        value = self.parameters.get(name)
        if value is None or not value.strip():
            raise missing(name)
        return value

    def whole(self, name: str, *, least: int = 1, most: int | None = None) -> int:
        value = self.need(name)
        if not re.fullmatch("[0-9]{1,17}", value) or int(value) < least or (most is not None and int(value) > most):
            raise invalid(name)
        return int(value)

    def array(self, name: str) -> list[str] | None:
        """A JSON array of texts or numbers, as text; None when it was not sent."""
        values = self._list(name)
        if values is not None and not all(isinstance(value, str | int) for value in values):
            raise invalid(name)
        return None if values is None else [str(value) for value in values]

    def array_of_objects(self, name: str) -> list[Json]:
        """Empty when it was not sent."""
        values = self._list(name) or []
        if not all(isinstance(value, dict) for value in values):
            raise invalid(name)
        return values

    def _list(self, name: str) -> list[Any] | None:
        if name not in self.parameters:
            return None
        try:
            values = json.loads(self.parameters[name])
        except ValueError:
            raise invalid(name) from None
        if not isinstance(values, list):
            raise invalid(name)
        return values


Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Gate:
    """Opens a function that serves to the outside world, below `/rest`."""

    def __init__(self, simulator: "MiraviaSimulator") -> None:
        self._simulator = simulator

    def get(self, path: str, serve: Callable[[Call], Json]) -> web.RouteDef:
        return web.get(f"/rest{path}", self._seller(path, serve))

    def post(self, path: str, serve: Callable[[Call], Json]) -> web.RouteDef:
        return web.post(f"/rest{path}", self._seller(path, serve))

    def without_token(self, path: str, serve: Callable[[dict[str, str]], Json]) -> list[web.RouteDef]:
        """Either method, as the sample clients of the family do."""

        async def answer(request: web.Request) -> Json:
            return serve((await self._parameters(request, path))[0])

        handler = self._answering(answer)
        return [web.get(f"/rest{path}", handler), web.post(f"/rest{path}", handler)]

    def nothing_here(self) -> web.RouteDef:
        async def answer(request: web.Request) -> Json:
            raise Refused("UnsupportedAction", "The specified API path or method does not exist")

        return web.route("*", "/rest/{path:.*}", self._answering(answer))

    def _seller(self, path: str, serve: Callable[[Call], Json]) -> Handler:
        async def answer(request: web.Request) -> Json:
            parameters, body = await self._parameters(request, path)
            token = parameters.get("access_token")
            if not token:
                raise missing("access_token")
            seller_id = self._simulator.tokens.seller_of(token)
            self._simulator.limits.count(seller_id, self._simulator.clock.now())
            return serve(Call(parameters, self._simulator.flow(seller_id), body))

        return self._answering(answer)

    def _answering(self, answer: Callable[[web.Request], Awaitable[Json]]) -> Handler:
        async def handle(request: web.Request) -> web.Response:
            switches = self._simulator.switches
            request_id = uuid4().hex
            try:
                fine = "0" if switches.code_as == "string" else 0
                body = {"code": fine, "request_id": request_id, **await answer(request)}
            except Refused as refused:
                body = refused.body(request_id, switches.code_spelling)
            return web.json_response(body)  # 200, whatever it says

        return handle

    async def _parameters(self, request: web.Request, path: str) -> tuple[dict[str, str], Any]:
        """All parameters and the JSON body, if any; the signature is right."""
        pairs = list(request.query.items())
        named = dict(pairs)
        for name in SYSTEM:
            if not named.get(name):
                raise missing(name)
        body, form = None, []
        if request.method == "POST" and request.content_type == "application/x-www-form-urlencoded":
            form = [(name, str(value)) for name, value in (await request.post()).items()]
        elif request.method == "POST" and request.content_type == "application/json":
            body = await _json(request)
        signed = named | dict(form)
        if len(signed) != len(pairs) + len(form):
            raise Refused("InvalidParameter", "A parameter was sent more than once")
        self._check(path, signed)
        if request.method == "POST" and not self._simulator.switches.business_in_query:
            return {"access_token": named.get("access_token", "")} | dict(form), body
        return signed, body

    def _check(self, path: str, signed: dict[str, str]) -> None:
        simulator = self._simulator
        if signed["app_key"] != simulator.app_key:
            raise invalid("app_key")
        if signed["sign_method"] != "sha256":
            raise invalid("sign_method")
        now = simulator.clock.now() if simulator.switches.timestamp_by_clock else datetime.now(UTC)
        sent = signed["timestamp"]
        if not re.fullmatch("[0-9]{1,17}", sent):
            raise Refused("InvalidTimestamp", "The timestamp is not a number of milliseconds")
        if abs(now.timestamp() - int(sent) / 1000) > simulator.switches.timestamp_tolerance:
            raise Refused("InvalidTimestamp", "The timestamp is too far from the platform's time")
        if not same(signed["sign"], signature(simulator.app_secret, path, signed)):
            raise Refused("IncompleteSignature", "The request signature does not conform to platform standards")


async def _json(request: web.Request) -> Any:
    try:
        return json.loads(await request.read())
    except ValueError:
        raise Refused("InvalidParameter", "The request body is not valid JSON") from None
