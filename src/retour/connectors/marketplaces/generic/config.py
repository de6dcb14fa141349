"""The settings of a connection to a partner of one's own."""

from retour.connectors.partner import PartnerConfig


class GenericConfig(PartnerConfig):
    """What a merchant fills in for a partner that has no connector of its own."""
