"""A simulated Magento 1 shop over real HTTP, and the connector that talks to it."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from retour.connectors.shops.magento1 import MANIFEST
from retour.sandbox.app import start
from retour.sandbox.magento1 import SANDBOX
from retour.testing.opened import opened

from .simulated import SimulatedMagento1

CREATE = SimulatedMagento1.writes


class Shop(SimulatedMagento1):
    """The simulated shop with more of its controls."""

    async def garble(self, ref: str, flaw: str | None) -> None:
        await self.command("POST", f"/_sandbox/returns/{ref}/garble", {"flaw": flaw})

    async def asked(self) -> int:
        """How many times the shop was asked how a return stands."""
        return sum(count for call, count in (await self.all_calls()).items() if "returns/get" in call)

    async def posted(self) -> int:
        """How many creates have reached the shop."""
        return sum(count for call, count in (await self.all_calls()).items() if "returns/index" in call)


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    running = await start(SANDBOX.create(0))
    yield Shop(running)
    await running.stop()


@pytest.fixture
async def magento(shop: Shop) -> AsyncIterator[Any]:
    async with opened(MANIFEST, shop.settings()) as hub:
        yield hub.connector
