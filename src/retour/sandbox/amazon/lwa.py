"""Login with Amazon: the token endpoint, and what an access token is worth (contract 1.2)."""

import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from aiohttp import web

from retour.sandbox.amazon.problems import Denied
from retour.sandbox.amazon.state import Seller
from retour.sandbox.amazon.switches import AmazonSwitches

NOTIFICATIONS = "sellingpartnerapi::notifications"
REMEMBERED = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Grant:
    """`seller_id` is empty for a grantless token; `paths` are those of a restricted token's resources."""

    seller_id: str
    expires_at: datetime
    paths: tuple[str, ...] = ()

    def covers(self, path: str) -> bool:
        """A part in braces stands for any id."""
        patterns = (re.sub(r"\\\{[^/]*?\\\}", "[^/]+", re.escape(one)) for one in self.paths)
        return not self.paths or any(re.fullmatch(pattern, path) for pattern in patterns)


class Tokens:
    """Applications by client id; sellers by the refresh token they gave to one of them."""

    def __init__(
        self, applications: Mapping[str, str], sellers: Mapping[str, Seller], switches: AmazonSwitches,
        now: Callable[[], datetime],
    ) -> None:  # fmt: skip
        self._applications = applications
        self._sellers = sellers
        self._switches = switches
        self._now = now
        self._grants: dict[str, Grant] = {}

    async def serve(self, request: web.Request) -> web.Response:
        """`POST /auth/o2/token`"""
        if request.content_type != "application/x-www-form-urlencoded":
            return _error(400, "invalid_request", "The request body must be form-encoded.")
        form = {name: str(value) for name, value in (await request.post()).items()}
        known = self._applications.get(form.get("client_id", ""))
        if known is None or not secrets.compare_digest(known.encode(), form.get("client_secret", "").encode()):
            return _error(self._switches.invalid_client_status, "invalid_client", "Client authentication failed")
        match form.get("grant_type"):
            case "refresh_token":
                return self._refresh(form)
            case "client_credentials":
                return self._grantless(form)
            case None:
                return _error(400, "invalid_request", "The request is missing a required parameter : grant_type")
        return _error(400, "unsupported_grant_type", "The authorization grant type is not supported")

    def grant_of(self, token: str) -> Grant:
        """What a token allows now; raises the denial that fits."""
        grant = self._grants.get(token)
        if not token:
            raise Denied("The access token is missing in the request header.")
        if grant is None or (grant.seller_id and self._sellers[grant.seller_id].revoked):
            details = "The access token you provided is revoked, malformed or invalid."
            raise Denied(details, self._switches.invalid_token_status)
        if grant.expires_at <= self._now():
            raise Denied("The access token you provided has expired.")
        return grant

    def restrict(self, seller: Seller, paths: tuple[str, ...]) -> tuple[str, int]:
        """A restricted data token and its seconds."""
        lifetime = self._switches.token_lifetime
        return self._issue("Atz.sprdt|", seller.seller_id, lifetime, paths), lifetime

    def expire(self) -> None:
        """Every access token that is out there is too old now."""
        for token, grant in self._grants.items():
            self._grants[token] = Grant(grant.seller_id, min(grant.expires_at, self._now()), grant.paths)

    def _refresh(self, form: Mapping[str, str]) -> web.Response:
        refresh_token = form.get("refresh_token", "")
        if not refresh_token:
            return _error(400, "invalid_request", "The request is missing a required parameter : refresh_token")
        for seller in self._sellers.values():
            if seller.refresh_token == refresh_token and seller.client_id == form["client_id"] and not seller.revoked:
                return self._answer(seller.seller_id, refresh_token)
        return _error(400, "invalid_grant", "The request has an invalid grant parameter : refresh_token")

    def _grantless(self, form: Mapping[str, str]) -> web.Response:
        if form.get("scope") != NOTIFICATIONS:
            return _error(400, "invalid_scope", "The requested scope is invalid")
        return self._answer("", None)

    def _answer(self, seller_id: str, refresh_token: str | None) -> web.Response:
        lifetime = self._switches.token_lifetime
        body: dict[str, object] = {
            "access_token": self._issue("Atza|", seller_id, lifetime),
            "token_type": "bearer",
            "expires_in": lifetime,
        }
        if refresh_token:
            body["refresh_token"] = refresh_token
        return web.json_response(body, headers={"Cache-Control": "no-store"})

    def _issue(self, prefix: str, seller_id: str, lifetime: int, paths: tuple[str, ...] = ()) -> str:
        now = self._now()
        # Long expired ones are forgotten; they read as garbage from then on.
        self._grants = {token: grant for token, grant in self._grants.items() if now - grant.expires_at < REMEMBERED}
        token = prefix + secrets.token_urlsafe(48)
        self._grants[token] = Grant(seller_id, now + timedelta(seconds=lifetime), paths)
        return token


def _error(status: int, error: str, description: str) -> web.Response:
    return web.json_response({"error": error, "error_description": description}, status=status)
