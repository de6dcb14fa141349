"""Lightspeed eCom keeps the contract of a shop's connector."""

from retour.connectors.shops.lightspeed import MANIFEST
from retour.testing import ShopConformance

from .lightspeed.simulated import EMPTY, SimulatedLightspeed


class TestLightspeed(ShopConformance):
    manifest, sandbox, simulated = MANIFEST, EMPTY, SimulatedLightspeed
