"""What every call passes before it is served, and how its answer goes out (contract 2)."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

from aiohttp import web

from retour.sandbox.app import Handler
from retour.sandbox.mijnwebwinkel.access import RateLimit, Tokens
from retour.sandbox.mijnwebwinkel.problems import Problem
from retour.sandbox.mijnwebwinkel.shop import Shop

VERSIONS: Final = ("1", "2-beta")


@dataclass(frozen=True, slots=True)
class Call:
    """A call that was let in."""

    request: web.Request
    version: str
    partner: str


Serve = Callable[[Call], Awaitable[Any]]


class Gate:
    """Opens a function that serves to the outside world: it gives JSON with 200, or raises `Problem`."""

    def __init__(self, shop: Shop, tokens: Tokens) -> None:
        self._shop = shop
        self._tokens = tokens
        self._limit = RateLimit(shop.switches)

    def open(self, serve: Serve, *, store: bool = True) -> Handler:
        """A handler behind the gate. `store`: the call is about the store, and needs its token."""

        async def handle(request: web.Request) -> web.Response:
            try:
                return web.json_response(await serve(self._admit(request, store=store)))
            except Problem as problem:
                body = problem.body(self._shop.switches.error_shape)
                return web.json_response(body, status=problem.status, headers=problem.headers)

        return handle

    def _admit(self, request: web.Request, *, store: bool) -> Call:
        version = request.match_info["version"]
        if version not in VERSIONS:
            raise Problem(404, "Not Found", "There is no such version.")
        partner = self._tokens.partner_of(request.query, store=store)
        self._limit.take(partner, self._shop.clock.now(), store=store)
        if request.query.get("format", "json") != "json":
            raise Problem(501, "Not Implemented", "This simulator speaks JSON only.")
        return Call(request, version, partner)


async def no_such_route(_: Call) -> Any:
    """Any other address of the API: no notes, no webhooks, no returns (contract 1)."""
    raise Problem(404, "Not Found", "There is no such resource.")
