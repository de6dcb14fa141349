"""Each test has its own simulated Amazon; every request that the connector sends is held to Amazon's descriptions."""

from collections.abc import AsyncIterator, Iterator

import aiohttp
import pytest
import stamina
from aiohttp import web

from retour.sandbox.amazon import SANDBOX
from retour.sandbox.app import Handler, start

from .specification import MISSING, Sent, flaws
from .world import World


@pytest.fixture(autouse=True)
def _no_waiting_between_attempts() -> Iterator[None]:
    with stamina.set_testing(True, attempts=3):
        yield


@pytest.fixture
async def world() -> AsyncIterator[World]:
    sent: list[Sent] = []
    simulator = SANDBOX.create(0)

    @web.middleware
    async def tap(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not request.path.startswith(("/_sandbox/", "/auth/")):
            headers, body = dict(request.headers), await request.read()
            sent.append(Sent(request.method, request.rel_url.raw_path, dict(request.query), headers, body))
        return await handler(request)

    plain = simulator.app

    def tapped() -> web.Application:
        app = plain()
        app.middlewares.insert(0, tap)
        return app

    simulator.app = tapped  # type: ignore[method-assign]
    running = await start(simulator)
    async with aiohttp.ClientSession() as session:
        world = World(running, session, sent)
        world.connect()
        await world.switch(limits=False)
        yield world
        for door in world.doors:
            await door.close()
    await running.stop()
    if MISSING is None:
        assert [(request.path, flaws(request)) for request in sent if flaws(request)] == []
