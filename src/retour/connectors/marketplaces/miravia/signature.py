"""How calls to Miravia are signed: each with app key, time and an HMAC over all parameters (contract miravia 2)."""

import hashlib
import hmac
import time
from collections import deque
from collections.abc import Iterable, Mapping
from urllib.parse import parse_qsl

from yarl import URL

from retour.connectors.marketplaces.miravia.config import MiraviaConfig

REMEMBERED = 64
"""Signatures that are still hidden wherever something is shown: each is good for its own call for two hours."""


def signature(secret: str, path: str, parameters: Mapping[str, str]) -> str:
    """Over the path without the API's own prefix and all parameters, sorted by their bytes: `OrderId` comes before
    `access_token`. Values are raw, as before any encoding for a URL."""
    said = path + "".join(name + value for name, value in sorted(parameters.items()))
    return hmac.new(secret.encode(), said.encode(), hashlib.sha256).hexdigest().upper()


class Signature:
    """The app's own credentials (`Auth`, `Signs`): enough for calls that are about tokens."""

    def __init__(self, config: MiraviaConfig) -> None:
        self._app_key = config.client_id
        self._secret = config.app_secret.get_secret_value()
        self._prefix = URL(config.api_url).path.rstrip("/")
        self._signed: deque[str] = deque(maxlen=REMEMBERED)

    async def sign(self, method: str, url: URL, body: bytes | None) -> tuple[URL, Mapping[str, str]]:
        return self.signed(url, body, {}), {}

    def signed(self, url: URL, body: bytes | None, further: Mapping[str, str]) -> URL:
        """The address with the system's parameters, these further ones, and the signature over them and the form. A
        body that is no form is not signed."""
        system = {
            "app_key": self._app_key,
            "sign_method": "sha256",
            # Milliseconds; Miravia compares it with its own clock.
            "timestamp": str(time.time_ns() // 1_000_000),
            **further,
        }
        path = url.path.removeprefix(self._prefix)
        sign = signature(self._secret, path, {**url.query, **_form(body), **system})
        self._signed.append(sign)
        return url.extend_query({**system, "sign": sign})

    async def headers(self) -> Mapping[str, str]:
        return {}

    def refused(self, status: int, body: bytes) -> bool:
        return False

    def drop(self) -> bool:
        return False

    def secrets(self) -> Iterable[str]:
        return (self._secret, *self._signed)


def _form(body: bytes | None) -> dict[str, str]:
    if not body or body.startswith(b"{"):
        return {}
    return dict(parse_qsl(body.decode(), keep_blank_values=True))
