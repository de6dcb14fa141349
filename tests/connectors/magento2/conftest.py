"""A simulated Magento 2 shop over real HTTP, and the connector that talks to it."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from retour.connectors.shops.magento2 import MANIFEST
from retour.sandbox.app import start
from retour.sandbox.magento2 import SANDBOX
from retour.testing.opened import opened

from .simulated import SimulatedMagento2

STATUS, HOOK = SimulatedMagento2.reads, SimulatedMagento2.writes


class Shop(SimulatedMagento2):
    """The simulated shop with more of its controls."""

    async def asked(self) -> int:
        """How many times the shop was asked how a return stands."""
        return sum(count for call, count in (await self.all_calls()).items() if "returns/status" in call)


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    running = await start(SANDBOX.create(0))
    yield Shop(running)
    await running.stop()


@pytest.fixture
async def magento(shop: Shop) -> AsyncIterator[Any]:
    async with opened(MANIFEST, shop.settings()) as hub:
        yield hub.connector
