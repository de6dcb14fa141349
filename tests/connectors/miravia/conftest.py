"""Each test has its own simulated Miravia, which checks the signature of every call."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from retour.sandbox.app import Handler, start
from retour.sandbox.miravia import SANDBOX

from .simulated import SimulatedMiravia
from .world import Sent, World


@pytest.fixture
async def world() -> AsyncIterator[World]:
    sent: list[Sent] = []
    simulator = SANDBOX.create(0)

    @web.middleware
    async def tap(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path.startswith("/rest/"):
            body = await request.read()
            form = {name: str(value) for name, value in (await request.post()).items()}
            sent.append(Sent(request.method, request.path, dict(request.query), form, body))
        return await handler(request)

    plain = simulator.app

    def tapped() -> web.Application:
        app = plain()
        app.middlewares.insert(0, tap)
        return app

    simulator.app = tapped  # type: ignore[method-assign]
    running = await start(simulator)
    world = World(SimulatedMiravia(running), sent)
    await world.platform.prepare(limits=False)
    world.miravia = world.connect()
    yield world
    for door in world.doors:
        await door.close()
    await running.stop()
