"""Magento 2 keeps the contract of a shop's connector, whether or not it may search orders."""

from typing import Any

from retour.connectors.shops.magento2 import MANIFEST
from retour.sandbox.magento2 import SANDBOX, TOKEN
from retour.testing import ShopConformance

from .magento2.simulated import SimulatedMagento2


class SimulatedWithoutOrders(SimulatedMagento2):
    def settings(self) -> dict[str, Any]:
        return {"base_url": self.url, "token": TOKEN}


class TestMagento2(ShopConformance):
    manifest, sandbox, simulated = MANIFEST, SANDBOX, SimulatedMagento2


class TestMagento2WithoutOrders(ShopConformance):
    manifest, sandbox, simulated = MANIFEST, SANDBOX, SimulatedWithoutOrders
