"""Each test has its own simulated OTTO."""

from collections.abc import AsyncIterator

import pytest

from retour.sandbox.app import start
from retour.sandbox.otto import OttoSimulator

from .world import World


@pytest.fixture
async def world() -> AsyncIterator[World]:
    simulator = OttoSimulator()
    simulator.switches.limits = False
    running = await start(simulator)
    world = World(running)
    world.otto = world.connect()
    yield world
    for door in world.doors:
        await door.close()
    await running.stop()
