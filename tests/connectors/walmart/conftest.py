"""Each test has its own simulated Walmart; every request that the connector sends is held to Walmart's description."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from retour.sandbox.app import start
from retour.sandbox.walmart import SANDBOX
from tests.connectors.tapped import tap

from .specification import MISSING, Sent, flaws
from .world import World


@pytest.fixture
async def world() -> AsyncIterator[World]:
    sent: list[Sent] = []
    simulator = SANDBOX.create(0)

    async def see(request: web.Request) -> None:
        url, body = request.rel_url, await request.read()
        sent.append(Sent(request.method, url.raw_path, dict(request.query), dict(request.headers), body))

    tap(simulator, see)
    world = World(await start(simulator), sent)
    await world.switch(limits=False)
    yield world
    await world.close()
    await world.running.stop()
    if MISSING is None:
        assert [(one, flaws(one)) for one in sent if flaws(one)] == []
