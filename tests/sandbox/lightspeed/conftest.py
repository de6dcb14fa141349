"""An empty shop that serves."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from retour.sandbox.app import start
from retour.sandbox.lightspeed import LightspeedSimulator
from tests.sandbox.lightspeed.client import Client


@pytest.fixture
async def shop() -> AsyncIterator[Client]:
    simulator = LightspeedSimulator(seed=1)
    running = await start(simulator)
    async with aiohttp.ClientSession(running.url) as http:
        yield Client(simulator, http)
    await running.stop()
