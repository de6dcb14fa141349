"""How a call shows who makes it: whichever way the profile says (contract tobedressed 3)."""

from collections.abc import Iterable, Mapping

from pydantic import SecretStr
from yarl import URL

from retour.connectors.auth import Basic, Bearer, Fixed
from retour.connectors.call import Auth
from retour.connectors.partner.config import PartnerConfig


class InAddress(Fixed):
    """A key in the address's query."""

    def __init__(self, name: str, key: str) -> None:
        super().__init__({}, [key])
        self._name, self._key = name, key

    async def sign(self, method: str, url: URL, body: bytes | None) -> tuple[URL, Mapping[str, str]]:
        return url.update_query({self._name: self._key}), {}

    def secrets(self) -> Iterable[str]:
        return (self._key,)


def credentials(config: PartnerConfig) -> Auth | None:
    """None: the partner wants none."""
    shown, key = config.shape.auth, _plain(config.api_key)
    match shown.style:
        case "bearer":
            return Bearer(key)
        case "header":
            return Fixed({shown.name: key})
        case "basic":
            return Basic(config.username or "", _plain(config.password))
        case "query":
            return InAddress(shown.name, key)
    return None


def _plain(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""
