"""Each test has its own simulated Miravia, which checks the signature of every call."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from retour.sandbox.app import start
from retour.sandbox.miravia import SANDBOX
from tests.connectors.tapped import tap

from .simulated import SimulatedMiravia
from .world import Sent, World


@pytest.fixture
async def world() -> AsyncIterator[World]:
    sent: list[Sent] = []
    simulator = SANDBOX.create(0)

    async def see(request: web.Request) -> None:
        if request.path.startswith("/rest/"):
            body = await request.read()
            form = {name: str(value) for name, value in (await request.post()).items()}
            sent.append(Sent(request.method, request.path, dict(request.query), form, body))

    tap(simulator, see)
    running = await start(simulator)
    world = World(SimulatedMiravia(running), sent)
    await world.platform.prepare(limits=False)
    world.miravia = world.connect()
    yield world
    for door in world.doors:
        await door.close()
    await running.stop()
