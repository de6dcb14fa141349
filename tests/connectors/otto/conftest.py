"""Each test has its own simulated OTTO."""

from collections.abc import AsyncIterator, Iterator

import pytest
import stamina

from retour.sandbox.app import start
from retour.sandbox.otto import OttoSimulator

from .world import World


@pytest.fixture(autouse=True)
def no_waiting_between_attempts() -> Iterator[None]:
    with stamina.set_testing(True, attempts=3):
        yield


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
