"""A simulated store over real HTTP, and connectors that talk to it; every request is held to the published
description."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web

from retour.connectors.memory import Notebook
from retour.connectors.shops.mijnwebwinkel import MANIFEST
from retour.core.model import ShopSays
from retour.sandbox.app import start
from retour.sandbox.mijnwebwinkel import MijnwebwinkelSimulator
from retour.testing.opened import Traffic, WatchedDoor, secrets_of
from tests.connectors.asked import read
from tests.connectors.tapped import tap

from .simulated import DECISIONS, SimulatedMijnwebwinkel, fields
from .specification import MISSING, Sent, flaws

WAITING: dict[str, Any] = {"requested_status": 20}
STATUSES: dict[str, Any] = fields(DECISIONS)


class Shop(SimulatedMijnwebwinkel):
    """The simulated store with more of its controls, and what was sent to it."""

    sent: list[Sent]

    @asynccontextmanager
    async def connector(self, memory: Notebook | None = None, **settings: Any) -> AsyncIterator[Any]:
        """With no status filled in, unless `settings` say otherwise. `memory` outlives the connector."""
        given = {name: value for name, value in self.settings().items() if not name.endswith("_status")}
        config = MANIFEST.config.model_validate(given | settings)
        door = WatchedDoor(
            Traffic(), name=MANIFEST.name, secrets=secrets_of(config), parallel=MANIFEST.parallel, memory=memory
        )
        async with door:
            yield MANIFEST.open(config, door)

    async def place(self, number: int, *lines: tuple[str, int], **more: Any) -> None:
        bought = [{"sku": sku, "quantity": quantity} for sku, quantity in lines or [("MUG-BLUE", 2)]]
        await self.command("POST", "/_sandbox/orders", {"number": number, "lines": bought, **more})

    async def order(self, number: int | str) -> dict[str, Any]:
        found: dict[str, Any] = await self.command("GET", f"/_sandbox/orders/{number}")
        return found

    async def note(self, number: int | str) -> str:
        return str((await self.order(number))["comments"].get("internal", ""))

    async def write_note(self, number: int, text: str) -> None:
        await self.command("POST", f"/_sandbox/orders/{number}/note", {"text": text})

    async def set_status(self, number: int, status: int) -> None:
        await self.command("POST", f"/_sandbox/orders/{number}/status", {"status": status})

    async def credit(self, number: int, **units: int) -> str:
        body = {"units": {sku.replace("_", "-"): count for sku, count in units.items()}}
        return str((await self.command("POST", f"/_sandbox/orders/{number}/credit", body))["number"])

    async def race(self, number: int, moment: str, skip: int = 0, **edit: Any) -> None:
        body = {"moment": moment, "edit": edit, "skip": skip}
        await self.command("POST", f"/_sandbox/orders/{number}/race", body)

    async def kinds(self, *kinds: str) -> list[str]:
        """What became of return requests, oldest first."""
        return [entry["kind"] for entry in await self.journal(*(kinds or ("created", "erased", "decided")))]


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    sent: list[Sent] = []
    simulator = MijnwebwinkelSimulator(seed=1)

    async def see(request: web.Request) -> None:
        sent.append(Sent(request.method, request.path, dict(request.query), await request.read()))

    tap(simulator, see)
    running = await start(simulator)
    shop = Shop(running)
    shop.sent = sent
    await shop.switch(limits=False)
    yield shop
    await running.stop()
    if MISSING is None:
        assert [(request, flaws(request)) for request in sent if flaws(request)] == []


async def says(connector: Any, *refs: str, since: Any = None) -> dict[str, ShopSays]:
    """What the store says of these. Fails when something cannot be read, or is said twice."""
    pages, error = await read(connector, list(refs), since)
    assert error is None, error
    assert not [row for page in pages for row in page.unreadable]
    told = [row for page in pages for row in page.returns]
    assert len({row.ref for row in told}) == len(told)
    return {row.ref: row for row in told}
