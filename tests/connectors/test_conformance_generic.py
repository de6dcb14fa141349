"""The adapter for partners keeps the contract of a marketplace's connector, with calls and with files."""

from typing import Any

from retour.connectors.marketplaces.generic import MANIFEST
from retour.core.model import Resolution
from retour.testing import MarketplaceConformance, SimulatedMarketplace
from retour.testing.looking import looked
from retour.testing.opened import Opened
from retour.testing.settling import settled
from retour.testing.walking import Walked, nothing_known

from .partner.simulated import CALLS, EXCHANGE, SimulatedExchange, SimulatedPartner


class TestGeneric(MarketplaceConformance):
    manifest, sandbox, simulated = MANIFEST, CALLS, SimulatedPartner


class TestGenericFiles(MarketplaceConformance):
    manifest, sandbox, simulated = MANIFEST, EXCHANGE, SimulatedExchange

    async def read(self, platform: Any, hub: Opened, subject: Any = None) -> Any:
        """A single return cannot be asked for: the files are read."""
        await platform.announce() if subject is None else None
        return await Walked.over(hub, since=None, known=nothing_known, wait=platform.wait)

    async def test_some_units_can_be_decided_alone(self, platform: SimulatedMarketplace, hub: Opened) -> None:
        """A row has one word for all its units: what became of a part shows when nothing of it waits any more."""
        announced = await platform.announce(quantity=3)
        await settled(platform, hub, announced, Resolution.ACCEPT, quantity=1)
        seen = await looked(platform, hub, announced.ref)
        assert seen is not None
        assert (seen.lines[0].awaits, seen.lines[0].handlings) == (True, ())
        await settled(platform, hub, announced, Resolution.REJECT, quantity=2)
        seen = await looked(platform, hub, announced.ref)
        assert seen is not None
        told = [(entry.resolution, entry.quantity) for entry in seen.lines[0].handlings]
        assert told == [(Resolution.ACCEPT, 1), (Resolution.REJECT, 2)]
        effects = await self._effects(platform, announced)
        assert [(entry["kind"], entry["quantity"]) for entry in effects] == [("refund", 1), ("settled", 2)]
