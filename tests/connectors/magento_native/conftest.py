"""A simulated shop over real HTTP, and connectors that talk to it; every request is held to the published
description."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web

from retour.connectors.contract import ReturnRequest, Unreadable
from retour.connectors.memory import Notebook
from retour.connectors.shops.magento_native import MANIFEST
from retour.core.model import ShopSays
from retour.sandbox.app import start
from retour.testing.opened import Traffic, WatchedDoor, secrets_of
from tests.connectors.tapped import tap

from .simulated import EMPTY, SimulatedMagentoNative, full
from .specification import MISSING, Sent, flaws

KEY = "r-1:1:create"


class Shop(SimulatedMagentoNative):
    """The simulated shop with more of its controls, and what was sent to it."""

    sent: list[Sent]

    @asynccontextmanager
    async def connector(self, memory: Notebook | None = None, **settings: Any) -> AsyncIterator[Any]:
        """`memory` outlives the connector."""
        config = MANIFEST.config.model_validate(self.settings() | settings)
        door = WatchedDoor(
            Traffic(), name=MANIFEST.name, secrets=secrets_of(config), parallel=MANIFEST.parallel, memory=memory
        )
        async with door:
            yield MANIFEST.open(config, door)

    def switch(self, **switches: Any) -> None:
        for name, value in switches.items():
            setattr(self.simulator.switches, name, value)

    async def step(self, ref: str, **change: Any) -> None:
        await self.command("POST", f"/_sandbox/returns/{ref}/step", change)

    async def rmas(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = await self.command("GET", "/_sandbox/returns")
        return found

    async def staff(self, order_id: int, text: str, status: str | None = None) -> None:
        """Staff comments an order."""
        await self.command("POST", f"/_sandbox/orders/{order_id}/comment", {"text": text, "status": status})

    async def credit(self, order_id: int, **details: Any) -> None:
        await self.command("POST", f"/_sandbox/orders/{order_id}/credit-memo", details)

    def order_of(self, ref: str) -> Any:
        """The order that a request of comments stands in."""
        return next(one for one in self.simulator.shop.orders if str(one.entity_id) == ref.partition("#")[0])

    def posts(self, ending: str = "") -> list[Sent]:
        return [one for one in self.sent if one.method != "GET" and one.path.endswith(ending)]


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    """With an order for each of the samples' requests."""
    sent: list[Sent] = []
    simulator = EMPTY.create(1)

    async def see(request: web.Request) -> None:
        sent.append(Sent(request.method, request.path, dict(request.query), await request.read()))

    tap(simulator, see)
    running = await start(simulator)
    shop = Shop(running)
    shop.sent = sent
    await shop.prepare(limits=False)
    yield shop
    await running.stop()
    assert not _mails(shop), "a customer was mailed"
    if MISSING is None:
        assert [(request, flaws(request)) for request in sent if flaws(request)] == []


def _mails(shop: Shop) -> list[Any]:
    """Those that the staff did not cause."""
    mails = shop.simulator.journal.of("mail")
    return [entry for entry in mails if entry.detail.get("by") != "staff"]


@pytest.fixture
async def commerce(shop: Shop) -> AsyncIterator[Any]:
    async with shop.connector() as connector:
        yield connector


@pytest.fixture
async def open_source(shop: Shop) -> AsyncIterator[Any]:
    shop.switch(edition="open_source")
    async with shop.connector() as connector:
        yield connector


async def make(connector: Any, count: int = 1, **changes: Any) -> list[str]:
    """Makes so many requests, each of an order of its own; their refs."""
    numbers = range(1, count + 1)
    return [(await connector.create(full(n, **changes), f"r-{n}:1:create")).ref for n in numbers]


async def make_two_of_one_order(connector: Any) -> tuple[str, str]:
    first = await connector.create(full(1, quantity=1), KEY)
    second = await connector.create(second_request(), "r-2:1:create")
    return first.ref, second.ref


def second_request() -> ReturnRequest:
    """Another request of the first one's order."""
    return full(2, quantity=1, shop_order=full(1).shop_order)


async def read(connector: Any, *refs: str) -> dict[str, ShopSays]:
    """What the shop says; nothing of it unreadable, and nothing twice."""
    said, unreadable = await read_all(connector, *refs)
    assert not unreadable
    return said


async def read_all(connector: Any, *refs: str) -> tuple[dict[str, ShopSays], list[Unreadable]]:
    pages = [page async for page in connector.changed(list(refs), None)]
    rows = [row for page in pages for row in page.returns]
    assert len(rows) == len({row.ref for row in rows}), "told twice"
    return {row.ref: row for row in rows}, [row for page in pages for row in page.unreadable]
