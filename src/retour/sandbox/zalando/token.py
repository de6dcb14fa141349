"""The token endpoint and what a bearer token is worth (contract 2)."""

import base64
import binascii
import json
import secrets
from datetime import datetime, timedelta

from aiohttp import web

from retour.sandbox.clock import Clock
from retour.sandbox.zalando.problems import Unauthorized
from retour.sandbox.zalando.switches import ZalandoSwitches

CLIENT_ID = "sandbox-client"
CLIENT_SECRET = "sandbox-secret"  # noqa: S105 - opens nothing but this simulator


class Tokens:
    """Client credentials of one app; there are no refresh tokens."""

    def __init__(self, switches: ZalandoSwitches, clock: Clock) -> None:
        self._switches = switches
        self._clock = clock
        self._expiry: dict[str, datetime] = {}
        self.client_secret = CLIENT_SECRET

    def revoke(self) -> None:
        """No token issued so far opens anything."""
        self._expiry.clear()

    async def serve(self, request: web.Request) -> web.Response:
        """`POST /auth/token`"""
        form = await request.post() if request.content_type == "application/x-www-form-urlencoded" else {}
        if form.get("grant_type") != "client_credentials":
            return web.json_response({"error": "unsupported_grant_type"}, status=400)
        if not self._knows(request.headers.get("Authorization", "")):
            return web.json_response({"error": "invalid_client"}, status=401)
        if self._switches.scope_required and form.get("scope") != "access_token_only":
            return web.json_response({"error": "invalid_scope"}, status=400)
        lifetime = self._switches.token_lifetime
        answer = {"access_token": self._issue(lifetime), "expires_in": lifetime, "token_type": "Bearer"}
        return web.json_response(answer | {"scope": "access_token_only"})

    def check(self, authorization: str) -> None:
        """Raises the 401 that fits, or not."""
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Unauthorized("Authorization is missing.")
        expires_at = self._expiry.get(token)
        if expires_at is None:
            raise Unauthorized("The token is not valid.")
        if expires_at <= self._clock.now():
            raise Unauthorized("The token has expired.")

    def _knows(self, authorization: str) -> bool:
        scheme, _, encoded = authorization.partition(" ")
        try:
            client_id, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return False
        right = secrets.compare_digest(secret.encode(), self.client_secret.encode())
        return scheme.lower() == "basic" and client_id == CLIENT_ID and right

    def _issue(self, lifetime: int) -> str:
        """Looks like a JWT; the signature is chance, and only this endpoint knows what it stands for."""
        now = self._clock.now()
        self._expiry = {token: at for token, at in self._expiry.items() if at > now - timedelta(hours=1)}
        claims = {"sub": CLIENT_ID, "iat": int(now.timestamp()), "exp": int(now.timestamp()) + lifetime}
        parts = [_base64url(json.dumps(part).encode()) for part in ({"alg": "RS256", "typ": "JWT"}, claims)]
        token = ".".join([*parts, secrets.token_urlsafe(32)])
        self._expiry[token] = now + timedelta(seconds=lifetime)
        return token


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
