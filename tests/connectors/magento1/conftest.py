"""A simulated Magento 1 shop over real HTTP, and the connector that talks to it."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import stamina

from retour.connectors.contract import ShopPage
from retour.connectors.errors import ConnectorError
from retour.connectors.shops.magento1 import MANIFEST
from retour.sandbox.app import start
from retour.sandbox.magento1 import SANDBOX
from retour.testing.opened import opened
from retour.testing.samples import full_request

from .simulated import SimulatedMagento1

STATUS, CREATE = SimulatedMagento1.reads, SimulatedMagento1.writes


class Shop(SimulatedMagento1):
    """The simulated shop with more of its controls."""

    async def switch(self, **switches: Any) -> None:
        await self.command("PATCH", "/_sandbox/switches", switches)

    async def garble(self, ref: str, flaw: str | None) -> None:
        await self.command("POST", f"/_sandbox/returns/{ref}/garble", {"flaw": flaw})

    async def rows(self) -> list[dict[str, Any]]:
        stored: list[dict[str, Any]] = await self.command("GET", "/_sandbox/returns")
        return stored

    async def asked(self) -> int:
        """How many times the shop was asked how a return stands."""
        return sum(count for call, count in (await self.all_calls()).items() if "returns/get" in call)

    async def posted(self) -> int:
        """How many creates have reached the shop."""
        return sum(count for call, count in (await self.all_calls()).items() if "returns/index" in call)


@pytest.fixture(autouse=True)
def _no_waiting_between_attempts() -> Iterator[None]:
    with stamina.set_testing(True, attempts=3):
        yield


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    running = await start(SANDBOX.create(0))
    yield Shop(running)
    await running.stop()


@pytest.fixture
async def magento(shop: Shop) -> AsyncIterator[Any]:
    async with opened(MANIFEST, shop.settings()) as hub:
        yield hub.connector


async def make(magento: Any, count: int = 1) -> list[str]:
    """Makes so many return requests; their numbers in the shop."""
    return [(await magento.create(full_request(number), f"r-{number}:1:create")).ref for number in range(1, count + 1)]


async def read(magento: Any, refs: list[str]) -> tuple[list[ShopPage], ConnectorError | None]:
    """The pages that came, and the failure that ended them, if one did."""
    pages: list[ShopPage] = []
    try:
        async for page in magento.changed(refs, None):
            pages += [page]
    except ConnectorError as error:
        return pages, error
    return pages, None
