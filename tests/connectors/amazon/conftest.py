"""Each test has its own simulated Amazon; every request that the connector sends is held to Amazon's descriptions."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web

from retour.sandbox.amazon import SANDBOX
from retour.sandbox.app import start
from tests.connectors.tapped import tap

from .specification import MISSING, Sent, flaws
from .world import World


@pytest.fixture
async def world() -> AsyncIterator[World]:
    sent: list[Sent] = []
    simulator = SANDBOX.create(0)

    async def see(request: web.Request) -> None:
        if not request.path.startswith("/auth/"):
            headers, body = dict(request.headers), await request.read()
            sent.append(Sent(request.method, request.rel_url.raw_path, dict(request.query), headers, body))

    tap(simulator, see)
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
