"""Amazon keeps the contract of a marketplace's connector."""

from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

import pytest

from retour.connectors.contract import Receipt, ReceiptState, ToTell
from retour.connectors.errors import ConnectorError
from retour.connectors.marketplaces.amazon import MANIFEST, Amazon
from retour.connectors.marketplaces.amazon.watch import line_note
from retour.core.model import Handler, Resolution
from retour.sandbox.amazon import SANDBOX
from retour.testing import Announced, MarketplaceConformance
from retour.testing.opened import Opened, opened
from retour.testing.settling import part
from retour.testing.walking import Walked, nothing_known

from .amazon.simulated import SimulatedAmazon

NOT_LISTED_YET = 360
MOST_AT_ONCE = 16
"""More than Amazon's largest bucket of rare calls holds."""


class Reported(Amazon):
    """Decides about nothing that no report has shown, as the hub: where none has, one is read first."""

    platform: SimulatedAmazon
    hub: Opened

    async def settle_together(self, told: Sequence[ToTell]) -> Mapping[str, Receipt | ConnectorError]:
        names = {line_note(one.part.line_ref) for one in told}
        if names - (await self._door.memory.read(*names)).keys():
            await self.platform.refresh()
            await Walked.over(self.hub, since=None, known=nothing_known, wait=self.platform.wait)
        return await super().settle_together(told)


def reported(platform: SimulatedAmazon, hub: Opened) -> Opened:
    if not isinstance(hub.connector, Reported):
        connector = Reported(cast(Any, hub.config), hub.connector._door)
        hub = replace(hub, connector=connector)
        connector.platform, connector.hub = platform, hub
    return hub


class TestAmazon(MarketplaceConformance):
    manifest, sandbox, simulated = MANIFEST, SANDBOX, SimulatedAmazon

    @pytest.fixture
    async def hub(self, platform: SimulatedAmazon) -> AsyncIterator[Opened]:
        async with opened(self.manifest, platform.settings()) as hub:
            yield reported(platform, hub)

    async def read(self, platform: Any, hub: Opened, subject: Any = None) -> Any:
        """Amazon cannot be asked for one return; it can be asked for its order."""
        announced = subject or await self.subject(platform)
        return await hub.connector.order(announced.order_ref)

    async def write(self, platform: Any, hub: Opened, subject: Any = None) -> Receipt:
        return await super().write(platform, reported(platform, hub), subject)

    async def hurry(self, platform: Any, hub: Opened, count: int) -> list[Awaitable[Any]]:
        """Reports, feeds and their results are asked for one after the other, as fast as they come."""
        hub = reported(platform, hub)
        announced = await self.subject(platform)
        return [
            self._reports_and_feeds(platform, hub),
            *(hub.connector.check() for _ in range(MOST_AT_ONCE)),
            *(hub.connector.order(announced.order_ref) for _ in range(count)),
        ]

    async def test_who_handles_it_is_told(self, platform: Any, hub: Opened) -> None:
        """One walk: the same report is not made twice within minutes."""
        announced = await platform.announce_own()
        walked = await Walked.over(hub, since=None, known=nothing_known, wait=platform.wait)
        assert {(seen.ref, seen.handler) for seen in walked.seen} == {(announced.ref, Handler.MARKETPLACE)}
        line = walked.lines[announced.ref, announced.line_ref]
        assert (line.awaits, [one.resolution for one in line.handlings]) == (False, [Resolution.ACCEPT])

    async def _reports_and_feeds(self, platform: Any, hub: Opened) -> None:
        decision = next(iter(hub.capabilities.tells))
        for _ in range(MOST_AT_ONCE):
            announced = await platform.announce()
            receipt = await hub.connector.settle(announced.ref, [part(platform, announced, decision)])
            platform.wait(60)
            told = await hub.connector.confirm([receipt.ref])
            assert told[receipt.ref].state is ReceiptState.DONE
            platform.wait(NOT_LISTED_YET)

    async def _absent(self, platform: Any, hub: Opened, announced: Announced, parts: list[Any], sent_at: Any) -> None:
        """Not before Amazon's list is sure to show a feed that it took."""
        platform.wait(NOT_LISTED_YET)
        await super()._absent(platform, hub, announced, parts, sent_at)
