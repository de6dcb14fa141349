"""A fresh simulator for each test, signed in, without rate limits."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from retour.sandbox.app import start
from retour.sandbox.walmart import SANDBOX

from .world import World


@pytest.fixture
async def world() -> AsyncIterator[World]:
    running = await start(SANDBOX.create(0))
    async with aiohttp.ClientSession() as session:
        world = World(running, session)
        await world.sign_in()
        await world.switch(limits=False)
        yield world
    await running.stop()
