"""Authorisation codes, access tokens and refresh tokens (contract 3)."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from retour.sandbox.clock import Clock
from retour.sandbox.miravia.refusals import Refused, missing
from retour.sandbox.miravia.switches import MiraviaSwitches


@dataclass(frozen=True, slots=True)
class Grant:
    """What a code or a token is worth; `pair` is what was issued together."""

    seller_id: str
    expires_at: datetime
    pair: int = 0


@dataclass(frozen=True, slots=True)
class Issued:
    """Fresh tokens, and how long they are good, in seconds."""

    access_token: str
    expires_in: int
    refresh_token: str
    refresh_expires_in: int


class Tokens:
    """Knows every code and token that is good; one that is not known is not good."""

    def __init__(self, switches: MiraviaSwitches, clock: Clock) -> None:
        self._switches = switches
        self._clock = clock
        self._codes: dict[str, Grant] = {}
        self._access: dict[str, Grant] = {}
        self._refresh: dict[str, Grant] = {}
        self._pairs = 0

    def seller_of(self, access_token: str) -> str:
        """Whom a call speaks for."""
        grant = self._access.get(access_token)
        if grant is None:
            raise Refused("IllegalAccessToken", "The specified access token is invalid or expired")
        if grant.expires_at <= self._clock.now():
            raise Refused(self._switches.stale_token_code, "The specified access token is invalid or expired")
        return grant.seller_id

    def code(self, seller_id: str) -> str:
        """What the redirect brings when the seller has said yes: short-lived, good once."""
        code = f"0_{secrets.token_hex(12)}"
        self._codes[code] = Grant(seller_id, self._after(self._switches.code_lifetime))
        return code

    def issue(
        self, seller_id: str, *, refresh_ends: datetime | None = None, names: tuple[str, str] = ("", "")
    ) -> Issued:
        """A pair; `names` are the tokens to issue, made up when empty."""
        self._forget_expired()
        self._pairs += 1
        access_token, refresh_token = (name or f"5000{secrets.token_hex(22)}" for name in names)
        refresh_ends = refresh_ends or self._after(self._switches.refresh_lifetime)
        self._access[access_token] = Grant(seller_id, self._after(self._switches.access_lifetime), self._pairs)
        self._refresh[refresh_token] = Grant(seller_id, refresh_ends, self._pairs)
        left = int((refresh_ends - self._clock.now()).total_seconds() + 0.5)
        return Issued(access_token, self._switches.access_lifetime, refresh_token, left)

    def expire(self, seller_id: str) -> None:
        """Ends the seller's access tokens now; the refresh tokens stay."""
        for token, grant in self._access.items():
            if grant.seller_id == seller_id:
                self._access[token] = Grant(seller_id, self._clock.now(), grant.pair)

    def revoke(self, seller_id: str) -> None:
        """The seller takes back its authorisation: only a new one helps."""
        for grants in (self._codes, self._access, self._refresh):
            for token in [token for token, grant in grants.items() if grant.seller_id == seller_id]:
                del grants[token]

    def create(self, parameters: dict[str, str]) -> dict[str, Any]:
        """`/auth/token/create`"""
        grant = self._codes.pop(parameters.get("code") or _raise(missing("code")), None)
        if grant is None or grant.expires_at <= self._clock.now():
            raise Refused("InvalidCode", "The authorization code is invalid, used or expired")
        return self._answer(grant.seller_id, self.issue(grant.seller_id))

    def refresh(self, parameters: dict[str, str]) -> dict[str, Any]:
        """`/auth/token/refresh`"""
        token = parameters.get("refresh_token") or _raise(missing("refresh_token"))
        grant = self._refresh.get(token)
        if grant is None or grant.expires_at <= self._clock.now():
            raise Refused("IllegalRefreshToken", "The specified refresh token is invalid or expired")
        if self._switches.old_refresh_token_dies:
            del self._refresh[token]
        if self._switches.old_access_token_dies:
            self._access = {name: known for name, known in self._access.items() if known.pair != grant.pair}
        ends = None if self._switches.refresh_lifetime_restarts else grant.expires_at
        return self._answer(grant.seller_id, self.issue(grant.seller_id, refresh_ends=ends))

    def _answer(self, seller_id: str, issued: Issued) -> dict[str, Any]:
        return {
            "access_token": issued.access_token,
            "expires_in": issued.expires_in,
            "refresh_token": issued.refresh_token,
            "refresh_expires_in": issued.refresh_expires_in,
            "country": "es",
            "account_platform": "seller_center",
            "account": "seller@example.org",
            "user_info": [{"country": "es", "seller_id": seller_id, "short_code": f"ES{seller_id}"}],
        }

    def _after(self, seconds: float) -> datetime:
        return self._clock.now() + timedelta(seconds=seconds)

    def _forget_expired(self) -> None:
        """Long after, so that an expired token is still told from an unknown one."""
        long_ago = self._after(-86400)
        for grants in (self._codes, self._access, self._refresh):
            for token in [token for token, grant in grants.items() if grant.expires_at < long_ago]:
                del grants[token]


def _raise(error: Refused) -> str:
    raise error
