"""The adapter for partners whose interface nobody has described: a profile says how it looks, and the profile is data.

It stands apart from the connectors that offer it under their own names. Contract tobedressed: 2-6, all ASSUMED.
"""

from datetime import timedelta

from retour.connectors.contract import Marketplace
from retour.connectors.http import Door, Limit
from retour.connectors.partner import mapping
from retour.connectors.partner.calls import CALLS
from retour.connectors.partner.config import PartnerConfig
from retour.connectors.partner.files import FilesPartner
from retour.connectors.partner.profile import CsvProfile
from retour.connectors.partner.rest import RestPartner
from retour.core.capabilities import MarketplaceCapabilities

__all__ = ["PARALLEL", "PartnerConfig", "account_limits", "capabilities", "opened"]

PARALLEL = 4
"""Calls that may be under way at once: few, since nobody knows what a partner's server takes."""


def opened(config: PartnerConfig, door: Door) -> Marketplace:
    """The connector that the profile asks for."""
    profile = config.shape
    return (
        FilesPartner(config, profile, door) if isinstance(profile, CsvProfile) else RestPartner(config, profile, door)
    )


def account_limits(config: PartnerConfig) -> tuple[Limit, ...]:
    """How often the partner may be called, as the profile says."""
    profile = config.shape
    if isinstance(profile, CsvProfile):
        return ()
    return (Limit(CALLS, profile.rate_limit.calls, timedelta(seconds=profile.rate_limit.seconds)),)


def capabilities(config: PartnerConfig) -> MarketplaceCapabilities:
    return mapping.capabilities(config.shape)
