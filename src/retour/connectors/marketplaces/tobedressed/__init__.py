"""ToBeDressed (and its sister shop V&D): experimental, since no description of its interface is public.

It is the adapter for partners under its own name, with the profile that was assumed for it (contract tobedressed 2-6).
What ToBeDressed's real interface has otherwise is a matter of the profile, not of code.
"""

from retour.connectors.contract import MarketplaceManifest, Maturity
from retour.connectors.marketplaces.tobedressed.config import ToBeDressedConfig
from retour.connectors.partner import PARALLEL, account_limits, capabilities, opened

MANIFEST = MarketplaceManifest(
    key="tobedressed",
    name="ToBeDressed",
    config=ToBeDressedConfig,
    maturity=Maturity.EXPERIMENTAL,
    parallel=PARALLEL,
    open=opened,
    capabilities=capabilities,
    account_limits=account_limits,
)
