"""A marketplace without a connector of its own: the adapter for partners, with whatever profile the merchant gives."""

from retour.connectors.contract import MarketplaceManifest, Maturity
from retour.connectors.marketplaces.generic.config import GenericConfig
from retour.connectors.partner import PARALLEL, account_limits, capabilities, opened

MANIFEST = MarketplaceManifest(
    key="generic",
    name="Generic marketplace",
    config=GenericConfig,
    maturity=Maturity.BETA,
    parallel=PARALLEL,
    open=opened,
    capabilities=capabilities,
    account_limits=account_limits,
)
