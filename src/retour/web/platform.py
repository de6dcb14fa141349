"""What people call a connection's platform, and how far its connector has been proven."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from retour.connectors.contract import Maturity
from retour.connectors.registry import UnknownConnector
from retour.store.models import Connection
from retour.store.platforms import manifest_of
from retour.web.words import MATURITIES


@dataclass(frozen=True, slots=True)
class Platform:
    name: str
    maturity: Maturity | None
    """None: its connector is not installed (any more)."""

    @property
    def is_experimental(self) -> bool:
        return self.maturity is Maturity.EXPERIMENTAL

    @property
    def how_far(self) -> str | Promise:
        """The maturity in words."""
        return MATURITIES[self.maturity] if self.maturity else ""

    def __str__(self) -> str:
        if self.is_experimental:
            return _("%(platform)s (experimental)") % {"platform": self.name}
        return self.name


def platform_of(connection: Connection) -> Platform:
    """A connection's platform. Where its connector is gone, the key that the connection has for it."""
    try:
        manifest = manifest_of(connection)
    except UnknownConnector:
        return Platform(connection.connector, None)
    return Platform(manifest.name, manifest.maturity)
