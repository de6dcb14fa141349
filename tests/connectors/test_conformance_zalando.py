"""Zalando keeps the contract of a marketplace's connector."""

from collections.abc import Awaitable
from typing import Any

from retour.connectors.marketplaces.zalando import MANIFEST
from retour.core.model import Resolution
from retour.sandbox.zalando import SANDBOX
from retour.testing import MarketplaceConformance, SimulatedMarketplace
from retour.testing.opened import Opened
from retour.testing.settling import part
from retour.testing.walking import Walked, nothing_known

from .zalando.simulated import SimulatedZalando


class TestZalando(MarketplaceConformance):
    manifest, sandbox, simulated = MANIFEST, SANDBOX, SimulatedZalando

    async def hurry(self, platform: SimulatedMarketplace, hub: Opened, count: int) -> list[Awaitable[Any]]:
        """The lists and the refunds too: each has a limit of its own."""
        wanted = await super().hurry(platform, hub, count)
        decision = Resolution.ACCEPT
        for _ in range(count):
            sold = await platform.sell()
            wanted.append(hub.connector.settle(sold.ref, [part(platform, sold, decision)]))
        wanted += [Walked.over(hub, since=None, known=nothing_known) for _ in range(45)]
        return wanted
