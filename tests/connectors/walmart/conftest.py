"""Each test has its own simulated Walmart; every request that the connector sends is held to Walmart's description."""

from collections.abc import AsyncIterator, Iterator

import pytest
import stamina
from aiohttp import web

from retour.sandbox.app import Handler, start
from retour.sandbox.walmart import SANDBOX

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
        if not request.path.startswith("/_sandbox/"):
            url, body = request.rel_url, await request.read()
            sent.append(Sent(request.method, url.raw_path, dict(request.query), dict(request.headers), body))
        return await handler(request)

    plain = simulator.app

    def tapped() -> web.Application:
        app = plain()
        app.middlewares.insert(0, tap)
        return app

    simulator.app = tapped  # type: ignore[method-assign]
    world = World(await start(simulator), sent)
    await world.switch(limits=False)
    yield world
    await world.close()
    await world.running.stop()
    if MISSING is None:
        assert [(one, flaws(one)) for one in sent if flaws(one)] == []
