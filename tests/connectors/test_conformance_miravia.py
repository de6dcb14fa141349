"""Miravia keeps the contract of a marketplace's connector."""

from collections.abc import Awaitable
from typing import Any

import pytest

from retour.connectors.marketplaces.miravia import MANIFEST
from retour.core.model import Resolution
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

    @pytest.mark.parametrize("decision", Resolution)
    async def test_a_decision_reads_back_as_declared(self, platform: Any, hub: Opened, decision: Resolution) -> None:
        """Miravia is told of an exchange where the customer asked for one."""
        platform.request_type = "REPLACEMENT" if decision is Resolution.EXCHANGE else "RETURN"
        await super().test_a_decision_reads_back_as_declared(platform, hub, decision)

    @pytest.mark.parametrize("decision", Resolution)
    async def test_a_lost_answer_is_found_and_settled_once(
        self, platform: Any, hub: Opened, decision: Resolution
    ) -> None:
        platform.request_type = "REPLACEMENT" if decision is Resolution.EXCHANGE else "RETURN"
        await super().test_a_lost_answer_is_found_and_settled_once(platform, hub, decision)

    async def hurry(self, platform: Any, hub: Opened, count: int) -> list[Awaitable[Any]]:
        """A look and an order are two calls each: as many as asked for would wait for tomorrow's budget."""
        return await super().hurry(platform, hub, count // 3)
