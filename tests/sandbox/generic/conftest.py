"""A running partner with a folder and SFTP."""

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from retour.sandbox.app import start
from retour.sandbox.generic import PartnerSimulator
from tests.sandbox.generic.world import World


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    simulator = PartnerSimulator(folder=tmp_path / "exchange", sftp=True)
    running = await start(simulator)
    async with aiohttp.ClientSession() as session:
        world = World(running, session, simulator, tmp_path / "exchange")
        await world.switch(limits=False)
        yield world
    await running.stop()
