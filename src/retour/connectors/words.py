"""What a platform says of a failure: its words, its id of the request, and when to come back."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from html import unescape
from typing import Any

MOST = 500
MOST_PLAIN = 200
REQUEST_IDS = (
    "x-request-id",
    "x-correlation-id",
    "x-flow-id",
    "x-amzn-requestid",
    "x-amz-request-id",
    "wm_qos.correlation_id",
    "request-id",
    "x-trace-id",
    "cf-ray",
)
SAYING = (
    "title",
    "error",
    "error_description",
    "message",
    "detail",
    "details",
    "description",
    "reason",
    "info",
)
LISTING = ("violations", "errors", "error", "messages")
NAMING = ("name", "field")
IN_TEXT = re.compile(r"\b(?:in|after)\s+(\d+(?:\.\d+)?)\s*(s|sec|seconds?|m|min|minutes?)\b", re.IGNORECASE)
NUMBER = re.compile(r"\s*(\d+(?:\.\d+)?)")


def _as_it_is(text: str) -> str:
    return text


def said(body: bytes, headers: Mapping[str, str], hide: Callable[[str], str] = _as_it_is) -> str | None:
    """The platform's words on one line: from problem+json, the common JSON shapes, or the text of a page.
    `hide` takes secrets out before the words are cut, so that no half of one is left."""
    text = decoded(body, headers)
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    if isinstance(value, dict | list):
        parts = list(dict.fromkeys(filter(None, map(_line, _sayings(value, 0)))))
        return _cut(hide(": ".join(parts)), MOST) if parts else None
    return _cut(hide(_line(_plain(text if not isinstance(value, str) else value))), MOST_PLAIN) or None


def _sayings(value: Any, depth: int) -> Iterator[str]:
    if depth > 4:
        return
    if isinstance(value, list):
        for one in value[:5]:
            yield from [one] if isinstance(one, str) else _sayings(one, depth + 1)
    elif isinstance(value, dict):
        names = [value[key] for key in NAMING if isinstance(value.get(key), str)]
        for key in SAYING:
            if isinstance(value.get(key), str) and value[key]:
                yield _filled(value[key], value.get("parameters")) if not names else f"{names.pop()} {value[key]}"
        for key in LISTING:
            if isinstance(value.get(key), dict | list):
                yield from _sayings(value[key], depth + 1)


def _filled(words: str, parameters: Any) -> str:
    """Words with numbered or named places (`%1`, `%fieldName`) and their values beside them, as Magento gives them."""
    if isinstance(parameters, list):
        parameters = {str(place): value for place, value in enumerate(parameters, start=1)}
    if isinstance(parameters, dict):
        return re.sub(r"%(\w+)", lambda hit: str(parameters.get(hit[1], hit[0])), words)
    return words


def _plain(text: str) -> str:
    text = re.sub(r"(?is)<(script|style|head)\b.*?(</\1>|$)", " ", text[: 16 * 1024])
    return unescape(re.sub(r"<[^>]*(>|$)", " ", text))


def _line(text: str) -> str:
    if not text.isprintable():
        text = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(text.split())


def line(text: str, hide: Callable[[str], str]) -> str:
    """A text of the platform's on one line of printable letters, without secrets and not too long."""
    return _cut(hide(_line(text)), MOST)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def decoded(body: bytes, headers: Mapping[str, str]) -> str:
    """The body as text: in its declared charset where Python knows it, else UTF-8; what does not fit is replaced."""
    charset = re.search(r"charset=\"?([\w.\-]+)", headers.get("Content-Type", ""), re.IGNORECASE)
    try:
        return body.decode(charset[1] if charset else "utf-8-sig", "replace")
    except (LookupError, UnicodeError, ValueError):
        return body.decode("utf-8-sig", "replace")


def request_id(headers: Mapping[str, str], hide: Callable[[str], str] = _as_it_is) -> str | None:
    """The platform's own id of the request."""
    return next((_cut(hide(_line(headers[name])), 200) for name in REQUEST_IDS if headers.get(name)), None)


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds from the `Retry-After` header: a number, or a date on the platform's own clock where it shows one."""
    value = headers.get("Retry-After", "").strip()
    if not value:
        return None
    if number := re.fullmatch(r"\d+(?:\.\d+)?", value):
        return float(number[0]) or None
    at = _date(value)
    if at is None:
        return None
    return max(1.0, (at - (_date(headers.get("Date", "")) or now)).total_seconds())


def retry_in_words(body: bytes, headers: Mapping[str, str]) -> float | None:
    """Seconds from words such as "retry in 12 seconds"."""
    found = IN_TEXT.search(said(body, headers) or "")
    return float(found[1]) * (60 if found[2][0] in "mM" else 1) or None if found else None


def numbers(value: str | None) -> list[float]:
    """The numbers of a rate header; slashes divide several windows."""
    return [float(found[1]) for part in (value or "").split("/") if (found := NUMBER.match(part))]


def resets(value: str | None, now: datetime) -> list[float]:
    """Seconds until the windows of a rate header reset. No window lasts decades: such a number is a Unix time, in
    seconds or in milliseconds."""

    def from_now(number: float) -> float:
        at = number / 1000 if number > 1e11 else number
        return max(0.0, at - now.timestamp()) if number > 1e9 else number

    return [from_now(number) for number in numbers(value)]


def _date(value: str) -> datetime | None:
    try:
        at = parsedate_to_datetime(value)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
