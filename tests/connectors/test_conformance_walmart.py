"""Walmart keeps the contract of a marketplace's connector."""

from collections.abc import Awaitable
from typing import Any

from retour.connectors.marketplaces.walmart import MANIFEST
from retour.sandbox.walmart import SANDBOX
from retour.testing import MarketplaceConformance
from retour.testing.opened import Opened
from retour.testing.settling import part

from .walmart.simulated import SimulatedWalmart


class TestWalmart(MarketplaceConformance):
    manifest, sandbox, simulated = MANIFEST, SANDBOX, SimulatedWalmart

    async def hurry(self, platform: Any, hub: Opened, count: int) -> list[Awaitable[Any]]:
        """Refunds have a limit of their own."""
        wanted = await super().hurry(platform, hub, count)
        decision = next(iter(hub.capabilities.tells))
        for announced in await platform.announce_many(count):
            wanted.append(hub.connector.settle(announced.ref, [part(platform, announced, decision)]))
        return wanted
