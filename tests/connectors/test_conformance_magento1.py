"""Magento 1 keeps the contract of a shop's connector."""

from typing import Any

from retour.connectors.shops.magento1 import MANIFEST
from retour.sandbox.magento1 import SANDBOX
from retour.testing import ShopConformance

from .magento1.simulated import SimulatedMagento1


class TextIds(SimulatedMagento1):
    """A shop that writes its ids the other way round: a number after a create, a text with a status (E1)."""

    async def prepare(self, *, limits: bool) -> None:
        spelling: dict[str, Any] = {"create_id_as_text": False, "status_id_as_text": True}
        await self.command("PATCH", "/_sandbox/switches", spelling)


class TestMagento1(ShopConformance):
    manifest, sandbox, simulated = MANIFEST, SANDBOX, SimulatedMagento1


class TestMagento1SpelledOtherwise(ShopConformance):
    manifest, sandbox, simulated = MANIFEST, SANDBOX, TextIds
