"""A simulated Lightspeed shop over real HTTP, and the connector that talks to it."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import pytest

from retour.connectors.contract import Shop as ShopVerbs
from retour.connectors.contract import ShopPage, Unreadable
from retour.connectors.shops.lightspeed import MANIFEST
from retour.core.model import ShopSays
from retour.sandbox.app import start
from retour.sandbox.lightspeed import LightspeedSimulator, WantedOrder, WantedReturn
from retour.testing.opened import opened

from .simulated import EMPTY, SimulatedLightspeed, linked_full_request

LIST, MAKE = r"GET /nl/returns\.json", SimulatedLightspeed.writes


class Shop(SimulatedLightspeed):
    """The simulated shop with more of its controls."""

    def switch(self, **switches: Any) -> None:
        for name, value in switches.items():
            setattr(self.simulator.switches, name, value)

    def place(self, order: str, **wanted: Any) -> Any:
        return self.simulator.shop.place_order(WantedOrder(order, **wanted))

    def rows(self) -> list[Any]:
        return list(self.simulator.shop.returns)

    def others(self, count: int) -> None:
        """Customers ask for returns in the shop itself."""
        order = self.simulator.shop.place_order()
        for _ in range(count):
            self.simulator.shop.add_return(WantedReturn(order.number))

    def forget_calls(self) -> None:
        self.simulator.calls.clear()

    @property
    def asked(self) -> int:
        """Calls since they were forgotten."""
        return self.simulator.calls.total()

    @property
    def posts(self) -> int:
        return sum(count for call, count in self.simulator.calls.items() if call.startswith("POST"))


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    running = await start(EMPTY.create(0))
    assert isinstance(running.simulator, LightspeedSimulator)
    shop = Shop(running)
    shop.switch(limits=False)
    yield shop
    await running.stop()


@pytest.fixture
async def stocked(shop: Shop) -> Shop:
    """With an order for each of the samples' requests."""
    await shop.prepare(limits=False)
    return shop


@pytest.fixture
async def lightspeed(shop: Shop) -> AsyncIterator[Any]:
    async with opened(MANIFEST, shop.settings()) as hub:
        yield hub.connector


async def make(lightspeed: Any, count: int = 1, first: int = 1) -> list[str]:
    """Makes so many returns; their ids in the shop."""
    numbers = range(first, first + count)
    return [(await lightspeed.create(linked_full_request(n, quantity=1), f"r-{n}:1:create")).ref for n in numbers]


async def read(lightspeed: ShopVerbs, refs: list[str], since: datetime | None = None) -> dict[str, ShopSays]:
    """What the shop says; nothing of it unreadable, and nothing twice."""
    said, unreadable = await read_all(lightspeed, refs, since)
    assert not unreadable
    return said


async def read_all(
    lightspeed: ShopVerbs, refs: list[str], since: datetime | None = None
) -> tuple[dict[str, ShopSays], list[Unreadable]]:
    pages: list[ShopPage] = [page async for page in lightspeed.changed(refs, since)]
    assert all(page.returns or page.unreadable for page in pages), "an empty page says nothing"
    rows = [row for page in pages for row in page.returns]
    assert len(rows) == len({row.ref for row in rows}), "told twice"
    return {row.ref: row for row in rows}, [row for page in pages for row in page.unreadable]
