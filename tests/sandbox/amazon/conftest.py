from collections.abc import AsyncIterator

import aiohttp
import pytest

from retour.sandbox.amazon import SANDBOX
from retour.sandbox.app import start
from tests.sandbox.amazon.world import World


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """The European seller is signed in, and there are no limits."""
    running = await start(SANDBOX.create(0))
    async with aiohttp.ClientSession(auto_decompress=False) as session:
        world = World(running, session)
        await world.sign_in()
        await world.switch(limits=False)
        yield world
    await running.stop()
