"""What every call passes before it is served: headers, token, permission, rate limit, media type (contract 2, 8)."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from aiohttp import web

from retour.sandbox.walmart.limits import Bucket, Buckets
from retour.sandbox.walmart.refusals import Refusal, xml_of
from retour.sandbox.walmart.switches import WalmartSwitches

if TYPE_CHECKING:
    from retour.sandbox.walmart.simulator import WalmartSimulator

Json = dict[str, Any]
TOKEN_HEADER = "WM_SEC.ACCESS_TOKEN"  # noqa: S105 - a header's name
_ALWAYS = ("WM_SVC.NAME", "WM_QOS.CORRELATION_ID")


@dataclass(frozen=True, slots=True)
class Answer:
    """`xml`: the name of the root element where an answer may be XML; None: always JSON."""

    body: Json
    status: int = 200
    xml: str | None = None


Serve = Callable[[web.Request], Awaitable[Answer]]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Need:
    """The permission that a call needs."""

    scope: Literal["returns", "orders"]
    writes: bool = False


class Gate:
    """Opens a function that serves to the outside world."""

    def __init__(self, simulator: "WalmartSimulator") -> None:
        self._simulator = simulator
        self._buckets = Buckets(simulator.switches)

    def open(self, serve: Serve, *, need: Need | None = None, bucket: Bucket | None = None) -> Handler:
        """A handler that wants a token, a permission where `need` says so, and a place in a bucket."""

        async def guarded(request: web.Request, headers: dict[str, str]) -> Answer:
            _require(request, TOKEN_HEADER, *_ALWAYS)
            self._simulator.tokens.grant_of(request.headers[TOKEN_HEADER])
            self._permit(need)
            if bucket is not None:
                headers |= self._count(bucket)
            return await serve(request)

        return self._handler(guarded)

    def open_tokens(self, serve: Serve) -> Handler:
        """A handler for the call that has no token yet."""

        async def guarded(request: web.Request, _: dict[str, str]) -> Answer:
            _require(request, "Authorization", *_ALWAYS)
            return await serve(request)

        return self._handler(guarded)

    async def unknown(self, request: web.Request) -> web.StreamResponse:
        """Any other address, `GET /v3/returns/{id}` among them (contract 3)."""
        refusal = Refusal(404, "URI_NOT_FOUND.GMP_GATEWAY_API", "The URI is not found.", gateway=True)
        return refusal.answer(self._simulator.switches.gateway_envelope, {})

    def _handler(self, guarded: Callable[[web.Request, dict[str, str]], Awaitable[Answer]]) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            self._simulator.catch_up()
            switches = self._simulator.switches
            headers = {}
            if "WM_QOS.CORRELATION_ID" in request.headers:
                headers["WM_QOS.CORRELATION_ID"] = request.headers["WM_QOS.CORRELATION_ID"]
            try:
                answer = await guarded(request, headers)
            except Refusal as refusal:
                envelope = switches.gateway_envelope if refusal.gateway else switches.api_envelope
                return refusal.answer(envelope, headers)
            if answer.xml and answers_xml(request, switches):
                text = xml_of(answer.xml, answer.body)
                return web.Response(text=text, content_type="application/xml", headers=headers)
            return web.json_response(answer.body, status=answer.status, headers=headers)

        return handle

    def _permit(self, need: Need | None) -> None:
        if need is None:
            return
        switches = self._simulator.switches
        access = switches.returns_scope if need.scope == "returns" else switches.orders_scope
        if access == "no_access" or (need.writes and access == "view_only"):
            message = f"The token has no permission for {need.scope}."
            raise Refusal(403, "FORBIDDEN.GMP_GATEWAY_API", message, gateway=True)

    def _count(self, bucket: Bucket) -> dict[str, str]:
        switches = self._simulator.switches
        if not switches.limits:
            return {}
        reading = self._buckets.take(bucket, self._simulator.clock.now())
        headers = reading.headers(switches)
        if reading.refused:
            code, message = "REQUEST_THRESHOLD_VIOLATED.GMP_GATEWAY_API", "Too many requests."
            raise Refusal(429, code, message, gateway=True, headers=headers)
        return headers


def answers_xml(request: web.Request, switches: WalmartSwitches) -> bool:
    """Of an older endpoint: whether this request gets XML (contract 2)."""
    return switches.xml_by_default and "json" not in request.headers.get("Accept", "")


async def body_of(request: web.Request) -> Json:
    """The request's JSON object."""
    if request.content_type != "application/json":
        raise Refusal(415, "UNSUPPORTED_MEDIA_TYPE.GMP_GATEWAY_API", "application/json is expected.", gateway=True)
    try:
        body = json.loads(await request.read())
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise Refusal(400, "MALFORMED_REQUEST_CONTENT.GMP_GATEWAY_API", "The content cannot be read.", gateway=True)
    return body


def _require(request: web.Request, *names: str) -> None:
    for name in names:
        if not request.headers.get(name):
            message = f"Required header {name} is missing."
            raise Refusal(400, "MISSING_REQUEST_HEADER.GMP_GATEWAY_API", message, field=name, gateway=True)
