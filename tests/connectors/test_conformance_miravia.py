"""Miravia keeps the contract of a marketplace's connector."""

from collections.abc import Awaitable
from typing import Any

from retour.connectors.marketplaces.miravia import MANIFEST
from retour.sandbox.miravia import SANDBOX
from retour.testing import MarketplaceConformance
from retour.testing.opened import Opened

from .miravia.simulated import SimulatedMiravia


class TestMiravia(MarketplaceConformance):
    manifest, sandbox, simulated = MANIFEST, SANDBOX, SimulatedMiravia

    async def test_an_expired_token_is_renewed_once(self, platform: Any, hub: Opened) -> None:
        """The settings bring a token that is good: the suite, which counts from the first one, begins at its end."""
        await self.read(platform, hub)
        assert await platform.calls(platform.tokens) == 0
        await platform.command("POST", "/_sandbox/tokens/expire")
        await super().test_an_expired_token_is_renewed_once(platform, hub)

    async def hurry(self, platform: Any, hub: Opened, count: int) -> list[Awaitable[Any]]:
        """A look and an order are two calls each: as many as asked for would wait for tomorrow's budget."""
        return await super().hurry(platform, hub, count // 3)
