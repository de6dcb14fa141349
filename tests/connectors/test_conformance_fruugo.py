"""Fruugo keeps the contract of a marketplace's connector."""

from typing import Any

from retour.connectors.marketplaces.fruugo import MANIFEST
from retour.sandbox.fruugo import SANDBOX
from retour.testing import Announced, MarketplaceConformance, SimulatedMarketplace
from retour.testing.marketplace import MONEY

from .fruugo.simulated import SimulatedFruugo


class TestFruugo(MarketplaceConformance):
    manifest, sandbox, simulated = MANIFEST, SANDBOX, SimulatedFruugo

    async def _effects(self, platform: SimulatedMarketplace, announced: Announced) -> list[dict[str, Any]]:
        """Fruugo knows lines of orders, and no numbers of returns."""
        line = announced.line_ref.rpartition(":")[0]
        return [entry for entry in await platform.journal(*MONEY) if entry["ref"] == line]
