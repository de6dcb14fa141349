"""Each test has its own simulated Zalando."""

from collections.abc import AsyncIterator

import pytest

from retour.sandbox.app import start
from retour.sandbox.zalando import ZalandoSimulator

from .world import World


@pytest.fixture
async def world() -> AsyncIterator[World]:
    simulator = ZalandoSimulator()
    simulator.switches.limits = False
    running = await start(simulator)
    world = World(running)
    world.zalando = world.connect()
    yield world
    for door in world.doors:
        await door.close()
    await running.stop()
