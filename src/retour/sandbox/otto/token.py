"""The token endpoint and what a bearer token is worth (contract 2)."""

import base64
import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from aiohttp import web

from retour.sandbox.clock import Clock
from retour.sandbox.otto.limits import Window
from retour.sandbox.otto.problems import Problem
from retour.sandbox.otto.switches import OttoSwitches

CLIENT_ID = "sandbox-client"
CLIENT_SECRET = "sandbox-secret"  # noqa: S105 - opens nothing but this simulator


@dataclass(frozen=True, slots=True)
class Grant:
    scopes: frozenset[str]
    expires_at: datetime


class Tokens:
    """Client credentials only: the password grant is being retired, and refused here."""

    def __init__(self, switches: OttoSwitches, clock: Clock) -> None:
        self._switches = switches
        self._clock = clock
        self._grants: dict[str, Grant] = {}
        self._window = Window(1)

    def revoke(self) -> None:
        """No token issued so far opens anything."""
        self._grants.clear()

    async def serve(self, request: web.Request) -> web.Response:
        """`POST /v1/token`; the credentials are fields of the form, not a header."""
        now = self._clock.now()
        if self._switches.limits and self._window.take(now, self._switches.token_limit_per_second):
            return web.json_response({"error": "too_many_requests"}, status=429)
        form = await request.post() if request.content_type == "application/x-www-form-urlencoded" else {}
        if form.get("grant_type") != "client_credentials":
            return web.json_response({"error": "unsupported_grant_type"}, status=400)
        secret = str(form.get("client_secret", ""))
        if form.get("client_id") != CLIENT_ID or not secrets.compare_digest(secret.encode(), CLIENT_SECRET.encode()):
            return web.json_response({"error": "invalid_client"}, status=401)
        scopes = frozenset(str(form.get("scope", "")).split())
        if not scopes or not scopes <= frozenset(self._switches.scopes):
            return web.json_response({"error": "invalid_scope"}, status=400)
        return web.json_response(
            {
                "access_token": self._issue(scopes, now),
                "token_type": "Bearer",
                "expires_in": self._switches.token_lifetime,
                "scope": " ".join(sorted(scopes)),
            }
        )

    def check(self, authorization: str, scope: str) -> None:
        """Raises the 401 or 403 that fits, or not."""
        scheme, _, token = authorization.partition(" ")
        grant = self._grants.get(token)
        if scheme.lower() != "bearer" or grant is None or grant.expires_at <= self._clock.now():
            detail = "Full authentication is required to access this resource."
            raise Problem(401, "UNAUTHORIZED", detail, {"WWW-Authenticate": "Bearer"})
        if scope not in grant.scopes:
            raise Problem(403, "FORBIDDEN", f"The token lacks the scope '{scope}'.")

    def _issue(self, scopes: frozenset[str], now: datetime) -> str:
        """Looks like a JWT; the signature is chance, and only this endpoint knows what it stands for."""
        self._grants = {token: grant for token, grant in self._grants.items() if grant.expires_at > now}
        lifetime = self._switches.token_lifetime
        claims = {"clientId": CLIENT_ID, "scope": sorted(scopes), "exp": int(now.timestamp()) + lifetime}
        parts = [_base64url(json.dumps(part).encode()) for part in ({"alg": "RS256", "typ": "JWT"}, claims)]
        token = ".".join([*parts, secrets.token_urlsafe(32)])
        self._grants[token] = Grant(scopes, now + timedelta(seconds=lifetime))
        return token


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
