"""What every simulated platform shares: the switchboard, the journal, the counters, and how it is started.

Control routes, on every simulator, for tests, the demo and a curious person:

    GET    /_sandbox/journal    what really happened, oldest first
    GET    /_sandbox/calls      how often each endpoint was called: {"GET /retailer/returns": 3}
    GET    /_sandbox/switches   the platform's own switches
    PATCH  /_sandbox/switches   {"name": value} changes them
    GET    /_sandbox/faults     the faults in force
    POST   /_sandbox/faults     adds one fault (see `Fault`)
    DELETE /_sandbox/faults     removes all of them
    POST   /_sandbox/clock      {"seconds": 3600} moves the platform's clock

These and the platform's own ones refuse in words: 400 for a body that cannot be read, 404 for a name that nothing has
(a KeyError), 409 for what cannot be (`Impossible`).
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from pydantic import BaseModel, ValidationError

from retour.sandbox.clock import Clock
from retour.sandbox.commands import Impossible, MoveClock, read, reasons
from retour.sandbox.faults import Fault, Faults
from retour.sandbox.journal import Journal

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Switches(BaseModel):
    """A platform's own switches: a simulator declares its fields, `PATCH /_sandbox/switches` sets them."""

    model_config = {"extra": "forbid", "validate_assignment": True}


class Simulator:
    """One platform's state and its web app. A platform subclasses it, adds its state, and its routes in `routes`."""

    key: str

    def __init__(self, switches: Switches, *, seed: int = 0) -> None:
        self.clock = Clock()
        self.journal = Journal(self.clock, self.catch_up)
        self.faults = Faults(seed)
        self.calls: Counter[str] = Counter()
        self.switches = switches

    def routes(self) -> list[web.AbstractRouteDef]:
        """The platform's own routes."""
        raise TypeError(f"{type(self).__name__} declares no routes")

    def catch_up(self) -> None:
        """Does what the platform had to do by now; runs before the journal is read. Most do all of it at once."""

    def app(self) -> web.Application:
        """The web app: the platform's routes behind the switchboard, and the control routes."""
        app = web.Application(middlewares=[self._switchboard])
        app.add_routes(self.routes())
        app.add_routes(
            [
                web.get("/_sandbox/journal", self._journal),
                web.get("/_sandbox/calls", self._calls),
                web.get("/_sandbox/switches", self._switches),
                web.patch("/_sandbox/switches", self._switch),
                web.get("/_sandbox/faults", self._faults),
                web.post("/_sandbox/faults", self._add_fault),
                web.delete("/_sandbox/faults", self._clear_faults),
                web.post("/_sandbox/clock", self._move_clock),
            ]
        )
        return app

    @web.middleware
    async def _switchboard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path.startswith("/_sandbox/"):
            return await _control(request, handler)
        resource = request.match_info.route.resource
        self.calls[f"{request.method} {resource.canonical if resource else request.path}"] += 1
        fault = self.faults.strike(request.method, request.path)
        if fault is None:
            return await handler(request)
        match fault.kind:
            case "slow":
                await asyncio.sleep(fault.seconds)
                return await handler(request)
            case "answer" | "answer_after":
                if fault.kind == "answer_after":
                    await handler(request)
                return web.Response(status=fault.status, text=fault.body, headers=fault.headers)
            case "drop_after":
                await request.read()
                await handler(request)
        if request.transport is not None:
            request.transport.abort()
        return web.Response(status=500)

    async def _journal(self, _: web.Request) -> web.Response:
        return web.json_response(self.journal.as_json())

    async def _calls(self, _: web.Request) -> web.Response:
        return web.json_response(dict(self.calls))

    async def _switches(self, _: web.Request) -> web.Response:
        return web.json_response(self.switches.model_dump(mode="json"))

    async def _switch(self, request: web.Request) -> web.Response:
        changes = await read(request, dict[str, Any])
        try:
            type(self.switches).model_validate({**self.switches.model_dump(), **changes})
            for name, value in changes.items():
                setattr(self.switches, name, value)
        except ValidationError as error:
            return web.Response(status=400, text=reasons(error))
        return await self._switches(request)

    async def _faults(self, _: web.Request) -> web.Response:
        return web.json_response([fault.model_dump() for fault in self.faults.rules])

    async def _add_fault(self, request: web.Request) -> web.Response:
        self.faults.add(await read(request, Fault))
        return await self._faults(request)

    async def _clear_faults(self, request: web.Request) -> web.Response:
        self.faults.clear()
        return await self._faults(request)

    async def _move_clock(self, request: web.Request) -> web.Response:
        self.clock.move((await read(request, MoveClock)).seconds)
        return web.json_response({"now": self.clock.now().isoformat()})


async def _control(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except KeyError as missing:
        raise web.HTTPNotFound(text=f"there is no {missing}") from None
    except Impossible as impossible:
        raise web.HTTPConflict(text=str(impossible)) from None


@dataclass(frozen=True, slots=True)
class Sandbox:
    """How `retour sandbox KEY` finds a simulator: what the entry points of `retour.sandboxes` name."""

    key: str
    title: str
    create: Callable[[int], Simulator]
    """Makes the simulator, empty but for what a newcomer needs to try it, from a seed for its chances."""


@dataclass(slots=True)
class Running:
    """A simulator that serves; `stop` ends it."""

    simulator: Simulator
    url: str
    _runner: web.AppRunner

    async def stop(self) -> None:
        await self._runner.cleanup()


async def start(simulator: Simulator, host: str = "127.0.0.1", port: int = 0) -> Running:
    """Serves a simulator in this event loop; port 0 takes a free one. The url has no trailing slash."""
    runner = web.AppRunner(simulator.app(), access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError:
        await runner.cleanup()
        raise
    bound = runner.addresses[0][1]
    return Running(simulator, f"http://{host}:{bound}", runner)
