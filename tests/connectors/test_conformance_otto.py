"""OTTO keeps the contract of a marketplace's connector."""

from retour.connectors.marketplaces.otto import MANIFEST
from retour.sandbox.otto import SANDBOX
from retour.testing import MarketplaceConformance

from .otto.simulated import SimulatedOtto


class TestOtto(MarketplaceConformance):
    manifest, sandbox, simulated = MANIFEST, SANDBOX, SimulatedOtto
