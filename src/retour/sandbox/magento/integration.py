"""A shop's one integration, and how a request proves to be its own: OAuth 1.0a or a bare token (contract
magento-native A1)."""

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Final, Protocol
from urllib.parse import parse_qsl, quote, unquote

from retour.sandbox.clock import Clock
from retour.sandbox.magento.problems import Problem, bad, required

CONSUMER_KEY: Final = "sandboxconsumerkey00000000000001"
CONSUMER_SECRET: Final = "sandboxconsumersecret00000000001"  # noqa: S105 - of a simulated shop
ACCESS_TOKEN: Final = "sandboxaccesstoken00000000000001"  # noqa: S105 - of a simulated shop
ACCESS_TOKEN_SECRET: Final = "sandboxaccesstokensecret00000001"  # noqa: S105 - of a simulated shop

_METHOD: Final = "HMAC-SHA256"
_PART: Final = re.compile(r'\s*([A-Za-z_]+)="([^"]*)"\s*')
_NEEDED: Final = ("oauth_consumer_key", "oauth_token", "oauth_signature_method", "oauth_signature", "oauth_nonce")
_NONCES: Final = 100_000
_PORTS: Final = {"http": ":80", "https": ":443"}


class Terms(Protocol):
    """What the shop lets an integration do."""

    bearer_enabled: bool
    resources: list[str]
    timestamp_window_seconds: int | None


class Integration:
    """Its keys, and the nonces that were used. Tokens never expire; they are revoked, or made anew."""

    def __init__(self, clock: Clock, switches: Terms) -> None:
        self.access_token = ACCESS_TOKEN
        self.access_token_secret = ACCESS_TOKEN_SECRET
        self.active = True
        self._clock = clock
        self._switches = switches
        self._nonces: dict[str, None] = {}

    def revoke(self) -> None:
        """The merchant deactivates the integration."""
        self.active = False

    def reauthorize(self) -> tuple[str, str]:
        """The merchant authorizes it again: a new token and its secret; the old ones are refused."""
        self.access_token, self.access_token_secret = secrets.token_hex(16), secrets.token_hex(16)
        self.active = True
        return self.access_token, self.access_token_secret

    def admit(self, authorization: str, method: str, scheme: str, host: str, target: str, resource: str) -> None:
        """Lets a request pass or raises `Problem`. `target` is path and query as they came."""
        kind, _, rest = authorization.partition(" ")
        if kind == "OAuth":
            self._verify({name: unquote(value) for name, value in _PART.findall(rest)}, method, scheme, host, target)
        elif not (self._switches.bearer_enabled and self.active and authorization == f"Bearer {self.access_token}"):
            raise _forbidden(resource)
        if resource not in self._switches.resources:
            raise _forbidden(resource)

    def _verify(self, given: Mapping[str, str], method: str, scheme: str, host: str, target: str) -> None:
        missing = [name for name in (*_NEEDED, "oauth_timestamp") if not given.get(name)]
        if missing:
            raise required(*missing)
        if given.get("oauth_version", "1.0") != "1.0":
            raise bad('The "%1" Oauth version isn\'t supported.', [given["oauth_version"]])
        if given["oauth_signature_method"] != _METHOD:
            raise bad('The signature method "%1" isn\'t supported.', [given["oauth_signature_method"]])
        if given["oauth_consumer_key"] != CONSUMER_KEY:
            raise _unauthorized("A consumer having the specified key does not exist")
        self._use_nonce(given["oauth_nonce"], given["oauth_timestamp"])
        if given["oauth_token"] != self.access_token:
            raise _unauthorized("Specified token does not exist")
        if not self.active:
            raise _unauthorized("Access token has been revoked")
        path, _, query = target.partition("?")
        pairs = [(name, value) for name, value in given.items() if name not in ("oauth_signature", "realm")]
        pairs += parse_qsl(query, keep_blank_values=True)
        text = base_string(method, f"{scheme}://{_host(scheme, host)}{path}", pairs)
        expected = _sign(text, self.access_token_secret)
        if not hmac.compare_digest(expected.encode(), given["oauth_signature"].encode()):
            raise _unauthorized("The signature is invalid. Verify and try again.")

    def _use_nonce(self, nonce: str, timestamp: str) -> None:
        """A nonce serves once, whether the signature is right or not."""
        window = self._switches.timestamp_window_seconds
        now: datetime = self._clock.now()
        if not timestamp.isdecimal() or (window is not None and abs(now.timestamp() - int(timestamp)) > window):
            raise _unauthorized("Incorrect timestamp value in the oauth_timestamp parameter")
        if nonce in self._nonces:
            raise _unauthorized("The nonce is already being used by the consumer with ID %1.", ["1"])
        self._nonces[nonce] = None
        if len(self._nonces) > _NONCES:
            del self._nonces[next(iter(self._nonces))]


def base_string(method: str, url: str, pairs: Iterable[tuple[str, str]]) -> str:
    """What is signed (RFC 5849, section 3.4.1); `pairs` are decoded, those of the query included."""
    encoded = sorted((_encode(name), _encode(value)) for name, value in pairs)
    normalized = "&".join(f"{name}={value}" for name, value in encoded)
    return "&".join((method.upper(), _encode(url), _encode(normalized)))


def _sign(text: str, token_secret: str) -> str:
    key = f"{_encode(CONSUMER_SECRET)}&{_encode(token_secret)}"
    return base64.b64encode(hmac.digest(key.encode(), text.encode(), hashlib.sha256)).decode()


def _encode(text: str) -> str:
    return quote(text, safe="~")


def _host(scheme: str, host: str) -> str:
    return host.lower().removesuffix(_PORTS.get(scheme, ""))


def _unauthorized(message: str, parameters: list[str] | None = None) -> Problem:
    return Problem(HTTPStatus.UNAUTHORIZED, message, parameters or [])


def _forbidden(resource: str) -> Problem:
    text = "The consumer isn't authorized to access %resources."
    return Problem(HTTPStatus.UNAUTHORIZED, text, {"resources": resource})
