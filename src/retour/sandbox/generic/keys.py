"""The keys that open the interface, and how a call shows one (contract 3)."""

import base64
import binascii
import secrets
from datetime import datetime, timedelta

from aiohttp import web

from retour.sandbox.clock import Clock
from retour.sandbox.generic.problems import Problem
from retour.sandbox.generic.switches import PartnerSwitches

API_KEY = "sandbox-key"
USERNAME = "sandbox"
"""Of HTTP Basic, where the password is the key; and of SFTP."""
PASSWORD = "sandbox-password"  # noqa: S105 - made up, and told to everybody
"""Of SFTP."""


class Keys:
    """Which keys are good, and until when."""

    def __init__(self, switches: PartnerSwitches, clock: Clock) -> None:
        self._switches = switches
        self._clock = clock
        self._ends: dict[str, datetime | None] = {API_KEY: None}

    def issue(self, key: str = "", seconds: float | None = None) -> str:
        """A good key, made up when none is given; it ends after so many seconds."""
        key = key or secrets.token_urlsafe(24)
        self._ends[key] = None if seconds is None else self._clock.now() + timedelta(seconds=seconds)
        return key

    def revoke(self) -> None:
        """No key so far is good any more."""
        self._ends.clear()

    def check(self, request: web.Request) -> None:
        """Raises the 401 or 403 that fits."""
        key = self._shown(request)
        if key is None:
            raise self._unauthorized("missing_key", "This call needs a key.")
        if key not in self._ends:
            raise self._unauthorized("invalid_key", "This key is not known.")
        end = self._ends[key]
        if end is not None and end <= self._clock.now():
            raise self._unauthorized("expired_key", "This key has ended.")
        if not self._switches.account_active:
            raise Problem(403, "forbidden", "This account is not active.")

    def _shown(self, request: web.Request) -> str | None:
        """Only the way that is switched on counts."""
        authorization = request.headers.get("Authorization", "")
        match self._switches.auth:
            case "bearer":
                scheme, _, key = authorization.partition(" ")
                return key if scheme.lower() == "bearer" and key else None
            case "basic":
                return _password(authorization)
            case "header":
                return request.headers.get(self._switches.auth_header)
            case "query":
                return request.query.get(self._switches.auth_parameter)

    def _unauthorized(self, code: str, message: str) -> Problem:
        scheme = {"bearer": "Bearer", "basic": 'Basic realm="partner"'}.get(self._switches.auth)
        return Problem(401, code, message, headers={"WWW-Authenticate": scheme} if scheme else {})


def _password(authorization: str) -> str | None:
    scheme, _, encoded = authorization.partition(" ")
    try:
        username, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return password if scheme.lower() == "basic" and username == USERNAME and password else None
