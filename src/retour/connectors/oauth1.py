"""Calls signed with OAuth 1.0a (RFC 5849) by a client that holds its tokens for good."""

import hashlib
import hmac
import secrets
import time
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping
from typing import Final, Literal
from urllib.parse import quote

from yarl import URL

from retour.connectors.auth import unauthorized

Method = Literal["HMAC-SHA256", "HMAC-SHA1"]

_HASHES: Final = {"HMAC-SHA256": hashlib.sha256, "HMAC-SHA1": hashlib.sha1}
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}


class OAuth1:
    """Credentials (`Auth`, `Signs`) in the `Authorization` header, over method, address and query.

    A body is not signed, which is right for every body but a form (RFC 5849, 3.4.1.3.1). Each attempt gets a time and a
    nonce of its own. `version`: name it, as most platforms want. `clock` gives Unix seconds, `nonce` a text that never
    comes twice: both are replaced in tests only."""

    def __init__(
        self,
        consumer_key: str,
        consumer_secret: str,
        token: str,
        token_secret: str,
        *,
        method: Method = "HMAC-SHA256",
        version: bool = True,
        clock: Callable[[], float] = time.time,
        nonce: Callable[[], str] = lambda: secrets.token_hex(16),
    ) -> None:
        self._consumer_key, self._token = consumer_key, token
        self._secrets = (consumer_secret, token_secret)
        self._method: Method = method
        self._version = version
        self._clock, self._nonce = clock, nonce

    async def headers(self) -> Mapping[str, str]:
        return {}

    async def sign(self, method: str, url: URL, body: bytes | None) -> tuple[URL, Mapping[str, str]]:
        said = {
            "oauth_consumer_key": self._consumer_key,
            "oauth_nonce": self._nonce(),
            "oauth_signature_method": self._method,
            "oauth_timestamp": str(int(self._clock())),
            "oauth_token": self._token,
            **({"oauth_version": "1.0"} if self._version else {}),
        }
        text = base_string(method, url, [*url.query.items(), *said.items()])
        said["oauth_signature"] = signature(text, *self._secrets, self._method)
        listed = ", ".join(f'{name}="{encoded(value)}"' for name, value in said.items())
        return url, {"Authorization": f"OAuth {listed}"}

    def refused(self, status: int, body: bytes) -> bool:
        return unauthorized(status, body)

    def drop(self) -> bool:
        return False

    def secrets(self) -> Iterable[str]:
        return (self._consumer_key, self._token, *self._secrets)


def base_string(method: str, url: URL, pairs: Iterable[tuple[str, str]]) -> str:
    """What is signed (RFC 5849, 3.4.1): the method, the address without its query, and all parameters, decoded as
    `pairs`, sorted by their encoded names and values."""
    port = url.port if url.port not in {None, _DEFAULT_PORTS.get(url.scheme)} else None
    host = (url.raw_host or "").lower()
    authority = f"[{host}]" if ":" in host else host
    address = f"{url.scheme}://{authority}{f':{port}' if port else ''}{url.raw_path}"
    listed = "&".join(f"{name}={value}" for name, value in sorted((encoded(n), encoded(v)) for n, v in pairs))
    return "&".join((method.upper(), encoded(address), encoded(listed)))


def signature(text: str, consumer_secret: str, token_secret: str, method: Method) -> str:
    """Of a base string (RFC 5849, 3.4.2), in Base64."""
    key = f"{encoded(consumer_secret)}&{encoded(token_secret)}"
    return b64encode(hmac.new(key.encode(), text.encode(), _HASHES[method]).digest()).decode()


def encoded(text: str) -> str:
    """Percent-encoded as RFC 5849, 3.6, wants it: all but letters, digits, and `-._~`."""
    return quote(text, safe="-._~")
