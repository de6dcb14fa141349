"""ToBeDressed's connector keeps the contract of a marketplace's connector, with the profile that is assumed for it."""

from retour.connectors.marketplaces.tobedressed import MANIFEST
from retour.testing import MarketplaceConformance

from .partner.simulated import CALLS, SimulatedPartner


class TestToBeDressed(MarketplaceConformance):
    manifest, sandbox, simulated = MANIFEST, CALLS, SimulatedPartner
