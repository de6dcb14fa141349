"""Magento 2 keeps the contract of a shop's connector, whether or not it may search orders, and however it signs in."""

from typing import Any

from retour.connectors.shops.magento2 import MANIFEST
from retour.sandbox.magento2 import SANDBOX, TOKEN
from retour.testing import ShopConformance

from .magento2.simulated import SIGNED, SimulatedMagento2


class SimulatedWithoutOrders(SimulatedMagento2):
    def settings(self) -> dict[str, Any]:
        return {"base_url": self.url, "token": TOKEN}


class SimulatedWithSignatures(SimulatedMagento2):
    """As Magento comes: it takes no token alone."""

    def settings(self) -> dict[str, Any]:
        self.simulator.switches.bearer_enabled = False
        return super().settings() | SIGNED


class TestMagento2(ShopConformance):
    manifest, sandbox, simulated = MANIFEST, SANDBOX, SimulatedMagento2


class TestMagento2WithoutOrders(ShopConformance):
    manifest, sandbox, simulated = MANIFEST, SANDBOX, SimulatedWithoutOrders


class TestMagento2WithSignatures(ShopConformance):
    manifest, sandbox, simulated = MANIFEST, SANDBOX, SimulatedWithSignatures
