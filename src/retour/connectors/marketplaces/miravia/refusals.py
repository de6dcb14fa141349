"""What Miravia's error answers mean. They come with HTTP 200 and a `code` other than 0 (contract miravia 5.2, 9)."""

import re
from collections.abc import Callable
from datetime import timedelta

from retour.connectors import words
from retour.connectors.errors import (
    ConnectorError,
    Misconfigured,
    OutcomeUnknown,
    Refused,
    Transient,
    Unauthorized,
    Unavailable,
)
from retour.connectors.marketplaces.miravia import wire

PAUSE = timedelta(minutes=1)
"""After a refusal for the number of calls that names no time."""
LONGEST = timedelta(days=1)
_BAN = re.compile(r"last\s+(\d+)\s+second", re.IGNORECASE)
_CREDENTIALS = re.compile(r"(access|refresh)token|signature$|appkey|permission|whiteip|^unauthorized")
_OURS = re.compile(r"^(missing|invalid|illegal|unsupported)")
_SHORT = 8 * 1024
"""An error is shorter than that; a page of returns is not read twice to find out that it is none."""
UNKNOWN_ORDER = frozenset({"16", "106", "112"})
"""E0016, E0106 and E0112: no such order."""


def token_ended(status: int, body: bytes) -> bool:
    """Whether an answer says that the access token is not good any more. Nothing was done then."""
    if status == 401:
        return True
    said = wire.said(body) if status == 200 and len(body) <= _SHORT else None
    return said is not None and "accesstoken" in _plain(said.code)


def unknown_order(said: wire.Said) -> bool:
    """Whether it says that there is no such order: not where the trouble is Miravia's own."""
    return said.code in UNKNOWN_ORDER and not _theirs(said)


def failure(said: wire.Said, *, write: bool, hide: Callable[[str], str]) -> ConnectorError:
    """The name of an error answer, by what happens next. `hide` takes secrets out of Miravia's words."""
    code = _plain(said.code)
    shown = words.line(said.message, hide) if said.message else None
    kept = {"code": said.code, "words": shown, "request_id": words.line(said.request_id or "", hide) or None}
    if code.endswith("calllimit"):
        return Unavailable("Miravia was asked too often and wants a pause.", retry_after=_pause(said), **kept)
    if _CREDENTIALS.search(code):
        return Unauthorized(
            "Miravia does not accept the app secret or the tokens. Authorise your shop again.",
            **kept,
        )
    if code == "invalidtimestamp":
        return Misconfigured("Miravia says that this server's clock is wrong.", **kept)
    if _ours(said, code):
        return Refused("Miravia refused the call.", **kept)
    if write:
        return OutcomeUnknown("Miravia failed and did not say whether it was done.", **kept)
    return Transient("Miravia failed.", **kept)


def _ours(said: wire.Said, code: str) -> bool:
    """Whether the call itself was wrong, so that nothing happened. E0106 is an unknown id or an internal error."""
    if code == "serviceunavailable" or _theirs(said):
        return False
    return said.type == "ISV" or _OURS.match(code) is not None or (code.isdecimal() and code != "106")


def _theirs(said: wire.Said) -> bool:
    return said.type in {"ISP", "SYSTEM"}


def _pause(said: wire.Said) -> timedelta:
    named = _BAN.search(said.message or "")
    return min(timedelta(seconds=max(1, int(named[1][:9]))), LONGEST) if named else PAUSE


def _plain(code: str | None) -> str:
    """Codes are spelled in several ways."""
    return (code or "").replace("_", "").casefold()
