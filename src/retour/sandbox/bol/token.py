"""The token endpoint and what a bearer token is worth (contract 1.1)."""

import base64
import binascii
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from aiohttp import web

from retour.sandbox.bol.problems import Problem
from retour.sandbox.bol.switches import BolSwitches
from retour.sandbox.clock import Clock


@dataclass(frozen=True, slots=True)
class Grant:
    client_id: str
    expires_at: datetime


class Tokens:
    """Client credentials only; there are no refresh tokens."""

    def __init__(self, secrets_of: Mapping[str, str], switches: BolSwitches, clock: Clock) -> None:
        self._secrets = secrets_of
        self._switches = switches
        self._clock = clock
        self._grants: dict[str, Grant] = {}

    async def serve(self, request: web.Request) -> web.Response:
        """`POST /token`"""
        form = await request.post() if request.content_type == "application/x-www-form-urlencoded" else {}
        if form.get("grant_type") != "client_credentials":  # in the query string it does not count
            return web.json_response({"error": "unsupported_grant_type"}, status=400)
        client_id = self._client(request.headers.get("Authorization", ""))
        if client_id is None:
            return web.json_response({"error": "invalid_client"}, status=401)
        lifetime = self._switches.token_lifetime
        return web.json_response(
            {
                "access_token": self._issue(client_id, lifetime),
                "token_type": "Bearer",
                "expires_in": lifetime,
                "scope": "retailer",
            }
        )

    def client_of(self, authorization: str) -> str:
        """The account that a request speaks for; raises the 401 that fits."""
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Problem(401, "Unauthorized", "Missing or invalid Authorization header.")
        grant = self._grants.get(token)
        if grant is None:
            raise Problem(401, "Malformed JWT", "Unable to parse or verify the JWT.")
        if grant.expires_at <= self._clock.now():
            raise Problem(401, "Expired JWT", f"JWT expired at {grant.expires_at:%Y-%m-%dT%H:%M:%SZ}.")
        return grant.client_id

    def _client(self, authorization: str) -> str | None:
        scheme, _, encoded = authorization.partition(" ")
        try:
            client_id, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
        known = self._secrets.get(client_id)
        if scheme.lower() != "basic" or known is None or not secrets.compare_digest(known.encode(), secret.encode()):
            return None
        return client_id

    def _issue(self, client_id: str, lifetime: int) -> str:
        """Looks like a JWT; the signature is chance, and only this endpoint knows what it stands for."""
        now = self._clock.now()
        claims = {"sub": client_id, "iat": int(now.timestamp()), "exp": int(now.timestamp()) + lifetime}
        parts = [_base64url(json.dumps(part).encode()) for part in ({"alg": "RS256", "typ": "JWT"}, claims)]
        token = ".".join([*parts, secrets.token_urlsafe(32)])
        self._grants[token] = Grant(client_id, now + timedelta(seconds=lifetime))
        return token


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
