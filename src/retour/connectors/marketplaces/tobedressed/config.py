"""The settings of a ToBeDressed connection."""

from retour.connectors.partner import PartnerConfig


class ToBeDressedConfig(PartnerConfig):
    """What a merchant fills in, with what his contact at ToBeDressed tells him. No address is built in, since none is
    publicly known."""
