"""Who may call, and how often: the two tokens of the query, and a fixed window per partner and store (contract 2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Final

from retour.sandbox.mijnwebwinkel.problems import Problem
from retour.sandbox.mijnwebwinkel.switches import MijnwebwinkelSwitches

STORE_TOKEN: Final = "sandbox-store-token"  # noqa: S105 - opens nothing but this simulator
PARTNER_TOKEN: Final = "sandbox-partner-token"  # noqa: S105 - opens nothing but this simulator
PARTNER: Final = "Retour"


class Tokens:
    """The partners of the platform, and the tokens that the merchant made: each is bound to one partner."""

    def __init__(self, switches: MijnwebwinkelSwitches) -> None:
        self._switches = switches
        self._partners: dict[str, str] = {PARTNER_TOKEN: PARTNER}
        self._tokens: dict[str, str] = {STORE_TOKEN: PARTNER_TOKEN}

    def add(self, token: str, partner_token: str, partner: str) -> None:
        """A partner that registered, and a token that the merchant made for it."""
        self._partners[partner_token] = partner
        self._tokens[token] = partner_token

    def revoke(self, token: str) -> None:
        """The merchant deletes a token. KeyError when there is none."""
        del self._tokens[token]

    def partner_of(self, query: Mapping[str, str], *, store: bool) -> str:
        """The partner that calls. `store`: the store's token must be there too. Raises `Problem`."""
        partner_token = query.get("partner_token", "")
        if partner_token not in self._partners:
            raise self._refused("The partner token is missing or unknown.")
        if store:
            bound = self._tokens.get(query.get("token", ""))
            if bound is None:
                raise self._refused("The token is missing, unknown or revoked.")
            if bound != partner_token:
                raise Problem(403, "Forbidden", "This token was not made for this partner.")
            if not self._switches.api_in_plan:
                raise Problem(403, "Forbidden", "The API is not part of this store's package.")
        return self._partners[partner_token]

    def _refused(self, words: str) -> Problem:
        status = self._switches.bad_token_status
        return Problem(status, "Unauthorized" if status == 401 else "Forbidden", words)


@dataclass(slots=True)
class _Window:
    began: datetime
    used: int = 0


class RateLimit:
    """A window begins with its first call. A refused call is not counted. The platform tells nothing beforehand."""

    def __init__(self, switches: MijnwebwinkelSwitches) -> None:
        self._switches = switches
        self._windows: dict[tuple[str, bool], _Window] = {}

    def take(self, partner: str, now: datetime, *, store: bool) -> None:
        """Counts a call, or raises `Problem`. Calls without a store have a window of their own."""
        switches = self._switches
        if not switches.limits:
            return
        length = timedelta(seconds=switches.limit_window)
        window = self._windows.get((partner, store))
        if window is None or now - window.began >= length:
            window = self._windows[partner, store] = _Window(now)
        if window.used >= switches.limit_calls:
            left = max(1, ceil((window.began + length - now).total_seconds()))
            headers = {"Retry-After": str(left)} if switches.retry_after else {}
            raise Problem(429, "Too Many Requests", "The rate limit has been reached.", headers=headers)
        window.used += 1
