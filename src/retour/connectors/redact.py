"""Nothing secret leaves a door: one redactor for every message and every recorded exchange."""

import base64
import json
import re
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import quote, quote_plus

MASK = "•••"
SHORTEST = 4
"""A shorter value cannot be told from ordinary text, and is no secret."""

_NAMES = (
    *("password", "passwd", "secret", "signature", "credential", "token", "authorization"),
    *("apikey", "api_key", "api-key", "accesskey", "access_key", "access-key"),
)
_SCHEMES = ("bearer", "basic")
_NAME = rf"[\w.\-]*(?:{'|'.join(_NAMES)})"
_IN_URL = re.compile(rf"(?i)([?&;]|%26|^)((?:{_NAME}|code|key|sig|sign|auth)(?:=|%3d))[^&;#\s\"'<>]*")
_OF_PEOPLE = re.compile(r"(?i)@|%40|e_?mail|(?:last|first|sur)_?name")
"""In the query of a search for a customer's orders. All of it is masked: what stands beside a name may be a name."""
_IN_PATH = re.compile(
    r"(?i)(/(?:password|secret|signature|token|access[_-]?token|api[_-]?key|key|code)/)[^/?#\s\"'<>]+"
)
_IN_FORM = re.compile(rf"(?i)((?:^|[&\s])(?:{_NAME})=)[^&\s\"'<>]+")
_IN_JSON = re.compile(rf'(?i)("(?:{_NAME})"\s*:\s*)("(?:[^"\\]|\\.)*"?|[\d.]+)')
_IN_HEADER = re.compile(rf"(?i)\b((?:{'|'.join(_SCHEMES)})\s+)[A-Za-z0-9._~+/\-]{{8,}}=*")


class Redactor:
    """Masks known values in every spelling that a request gives them, and whatever stands under a secret's name."""

    def __init__(self, secrets: Iterable[str]) -> None:
        spellings = {spelling for secret in secrets for spelling in _spellings(secret)}
        # Longest first: a secret that begins with another one must not leave its tail.
        ordered = sorted(spellings, key=lambda spelling: (-len(spelling), spelling))
        self.longest = len(ordered[0]) if ordered else 0
        self._known = re.compile("|".join(map(re.escape, ordered))) if ordered else None

    def __call__(self, text: str) -> str:
        text = self.values(text)
        # Nearly no text holds one of these words, and looking for them costs a tenth of what the expressions do.
        folded = text.casefold()
        if any(name in folded for name in _NAMES):
            text = _IN_JSON.sub(rf'\1"{MASK}"', text)
            text = _IN_FORM.sub(rf"\1{MASK}", text)
        if any(scheme in folded for scheme in _SCHEMES):
            text = _IN_HEADER.sub(rf"\1{MASK}", text)
        return text

    def url(self, text: str) -> str:
        """A URL, where also `code`, `key` and the like are secrets, and a search by people is nobody's business."""
        address, mark, query = text.partition("?")
        if mark and _OF_PEOPLE.search(query):
            text = f"{address}?{MASK}"
        text = _IN_URL.sub(rf"\1\2{MASK}", self.values(text))
        return _IN_PATH.sub(rf"\1{MASK}", text)

    def values(self, text: str) -> str:
        return self._known.sub(MASK, text) if self._known else text

    def clipped(self, text: str, limit: int) -> str:
        """Masked, then cut to `limit` characters, so that no secret is cut in two and shown by half."""
        window = text[: 4 * limit]
        masked = self(window)
        if len(window) < len(text):
            masked = masked[: max(0, len(masked) - self.longest)]
        return masked if len(masked) <= limit and len(window) == len(text) else masked[:limit] + "…"


@lru_cache(maxsize=64)
def redactor_for(secrets: frozenset[str]) -> Redactor:
    """The redactor of these secrets; making one costs more than using it."""
    return Redactor(secrets)


def _spellings(secret: str) -> set[str]:
    if len(secret) < SHORTEST:
        return set()
    found = {secret, json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]}
    for quoted in (quote(secret, safe=""), quote(secret), quote_plus(secret)):
        found |= {quoted, re.sub(r"%[0-9A-F]{2}", lambda hit: hit[0].lower(), quoted)}
    raw = secret.encode()
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        found.add(encode(raw).decode())
        # Inside a longer value (`id:secret`) base64 has three forms; their inner letters are the secret's alone.
        for ahead in range(3):
            inner = encode(b"\0" * ahead + raw).decode().rstrip("=")
            inner = inner[(0, 2, 3)[ahead] : len(inner) - (1 if (ahead + len(raw)) % 3 else 0)]
            if len(inner) >= 2 * SHORTEST:
                found.add(inner)
    return found
