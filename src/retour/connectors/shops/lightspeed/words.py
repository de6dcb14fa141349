"""The shop's words: its status codes, and what the free text of a return's action wishes for (contract lightspeed.md,
3.1, 3.2). Only the code `authorized` is proven; the others are read through a table that a setting extends."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Final, Literal

Meaning = Literal["open", "authorized", "repaired", "refunded", "rejected", "cancelled"]
Wish = Literal["keep", "exchange", "repair"]

MEANINGS: Final[Mapping[str, Meaning]] = {
    "new": "open",
    "open": "open",
    "requested": "open",
    "pending": "open",
    "processing": "open",
    "in_progress": "open",
    "received": "open",
    "authorized": "authorized",
    "authorised": "authorized",
    "return_authorized": "authorized",
    "repaired": "repaired",
    "items_repaired": "repaired",
    "refunded": "refunded",
    "credited": "refunded",
    "items_refunded": "refunded",
    "rejected": "rejected",
    "denied": "rejected",
    "request_rejected": "rejected",
    "cancelled": "cancelled",
    "canceled": "cancelled",
}

_NOT = re.compile(r"\b(?:no|not|don't|niet|geen|ne|pas|non|nicht|kein\w*)\b")


def meaning(code: str, further: Mapping[str, Meaning]) -> Meaning | None:
    """None: a code that nobody knows."""
    known = _code(code)
    return {_code(own): means for own, means in further.items()}.get(known) or MEANINGS.get(known)


def wish(action: str | None, *, keep: Iterable[str], exchange: Iterable[str], repair: Iterable[str]) -> Wish | None:
    """What a free text clearly wishes for. None: nothing, several things, or something that it does not want."""
    said = _plain(action or "")
    if _NOT.search(said):
        return None
    lists: dict[Wish, Iterable[str]] = {"keep": keep, "exchange": exchange, "repair": repair}
    wishes = [one for one, beginnings in lists.items() if _begins(said, beginnings)]
    return wishes[0] if len(wishes) == 1 else None


def _begins(said: str, beginnings: Iterable[str]) -> bool:
    return any(re.search(rf"\b{re.escape(_plain(beginning))}", said) for beginning in beginnings)


def _plain(text: str) -> str:
    """Small letters without accents."""
    return "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))


def _code(text: str) -> str:
    """`Item(s) refunded` and `items-refunded` are one code."""
    return re.sub(r"[\W_]+", "_", text.casefold().replace("(s)", "s")).strip("_")
