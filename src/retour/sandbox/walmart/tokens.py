"""Tokens: handed out, checked, described (contract 2.1)."""

import base64
import binascii
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from aiohttp import web

from retour.sandbox.walmart.refusals import Refusal
from retour.sandbox.walmart.switches import WalmartSwitches

UNAUTHORIZED = "UNAUTHORIZED.GMP_GATEWAY_API"


@dataclass(frozen=True, slots=True)
class Grant:
    issued_at: datetime
    expires_at: datetime


class Tokens:
    """Client credentials only. Several tokens are good at a time; those that ended are forgotten."""

    def __init__(self, client_id: str, secret: str, switches: WalmartSwitches, now: Callable[[], datetime]) -> None:
        self._client_id = client_id
        self._secret = secret
        self._switches = switches
        self._now = now
        self._grants: dict[str, Grant] = {}

    def set_credentials(self, client_id: str, secret: str) -> None:
        """The old pair stops working, and so do its tokens."""
        self._client_id, self._secret = client_id, secret
        self.revoke()

    def revoke(self) -> None:
        """Every token handed out until now is worth nothing."""
        self._grants.clear()

    async def issue(self, request: web.Request) -> dict[str, object]:
        """The body of `POST /v3/token`."""
        form = await request.post() if request.content_type == "application/x-www-form-urlencoded" else {}
        if form.get("grant_type") != "client_credentials":  # the seller's own keys know no other
            message = "grant_type must be client_credentials."
            raise Refusal(400, "INVALID_REQUEST.GMP_GATEWAY_API", message, field="grant_type", gateway=True)
        if not self._knows(request.headers["Authorization"]):
            raise Refusal(401, UNAUTHORIZED, "Unauthorized token or incorrect authorization header.", gateway=True)
        now, lifetime = self._now(), self._switches.token_lifetime
        self._grants = {token: grant for token, grant in self._grants.items() if grant.expires_at > now}
        token = f"eyJraWQiOi{secrets.token_urlsafe(600)}"
        self._grants[token] = Grant(now, now + timedelta(seconds=lifetime))
        return {"access_token": token, "token_type": "Bearer", "expires_in": lifetime}

    def grant_of(self, token: str) -> Grant:
        """What a token stands for; a refusal when it ended, was revoked or never was."""
        grant = self._grants.get(token)
        if grant is not None and grant.expires_at > self._now():
            return grant
        if self._switches.bad_token_status == 400:
            raise Refusal(400, "INVALID_TOKEN.GMP_GATEWAY_API", "Invalid access token.", gateway=True)
        raise Refusal(401, UNAUTHORIZED, "Unauthorized token or incorrect authorization header.", gateway=True)

    def detail(self, grant: Grant) -> dict[str, object]:
        """The body of `GET /v3/token/detail`; times are milliseconds as text."""
        everything = ("reports", "item", "shipping", "price", "lagtime", "feeds", "inventory", "content")
        scopes = dict.fromkeys(everything, "view_only")
        scopes |= {"returns": self._switches.returns_scope, "orders": self._switches.orders_scope}
        return {
            "expire_at": str(int(grant.expires_at.timestamp() * 1000)),
            "issued_at": str(int(grant.issued_at.timestamp() * 1000)),
            "is_valid": True,
            "is_channel_match": True,
            "scopes": scopes,
        }

    def _knows(self, authorization: str) -> bool:
        scheme, _, encoded = authorization.partition(" ")
        try:
            given = base64.b64decode(encoded, validate=True)
        except binascii.Error:
            return False
        return scheme.lower() == "basic" and secrets.compare_digest(given, f"{self._client_id}:{self._secret}".encode())
