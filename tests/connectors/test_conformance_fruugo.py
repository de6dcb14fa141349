"""Fruugo keeps the contract of a marketplace's connector, whichever way it is reached."""

from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, cast

import pytest

from retour.connectors.contract import Receipt
from retour.connectors.marketplaces.fruugo import MANIFEST
from retour.sandbox.fruugo import SANDBOX
from retour.testing import Announced, MarketplaceConformance, SimulatedMarketplace
from retour.testing.marketplace import MONEY
from retour.testing.opened import Opened, opened

from .fruugo.simulated import Patient, SimulatedFruugo, SimulatedFruugoV3, listening


class TestFruugo(MarketplaceConformance):
    manifest, sandbox, simulated = MANIFEST, SANDBOX, SimulatedFruugo

    async def _effects(self, platform: SimulatedMarketplace, announced: Announced) -> list[dict[str, Any]]:
        """Fruugo knows lines of orders, and no numbers of returns."""
        line = announced.line_ref.rpartition(":")[0]
        return [entry for entry in await platform.journal(*MONEY) if entry["ref"] == line]


class TestFruugoV3(TestFruugo):
    """By callbacks: over HTTP, too, to an address that listens."""

    simulated = SimulatedFruugoV3

    @pytest.fixture
    async def hub(self, platform: SimulatedFruugoV3) -> AsyncIterator[Opened]:
        async with opened(self.manifest, platform.settings(), inbox=platform.inbox) as hub:
            yield patient(hub)

    @asynccontextmanager
    async def running(self, *, limits: bool = False) -> AsyncIterator[Any]:
        async with super().running(limits=limits) as platform, listening(platform.running) as box:
            platform.inbox = box
            yield platform

    async def read(self, platform: Any, hub: Opened, subject: Any = None) -> Any:
        return await super().read(platform, patient(hub), subject)

    async def write(self, platform: Any, hub: Opened, subject: Any = None) -> Receipt:
        return await super().write(platform, patient(hub), subject)

    async def hurry(self, platform: Any, hub: Opened, count: int) -> list[Awaitable[Any]]:
        return await super().hurry(platform, patient(hub), count)


def patient(hub: Opened) -> Opened:
    if isinstance(hub.connector, Patient):
        return hub
    return replace(hub, connector=Patient(cast(Any, hub.config), hub.connector._door))
