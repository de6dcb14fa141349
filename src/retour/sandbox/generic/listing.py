"""`GET /returns` in each style of pages (contract 3.1, 5)."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from aiohttp import web
from yarl import URL

from retour.sandbox.generic.problems import Json, bad_parameter
from retour.sandbox.generic.state import Book, Return
from retour.sandbox.generic.switches import PartnerSwitches

MOST = 100


@dataclass(frozen=True, slots=True)
class Slice:
    """The rows of one page, and what stands around them."""

    returns: Sequence[Return]
    around: Json = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)


def page_of(request: web.Request, book: Book, switches: PartnerSwitches) -> Slice:
    """The page a request asks for. Parameters: page and page_size, or offset and limit, or cursor and limit."""
    since = _since(request, switches)
    total = book.count(since)
    shown_total: Json = {"total": total} if switches.total_shown else {}
    match switches.page_style:
        case "none":
            return Slice(book.rows(since, 0, None))
        case "offset":
            offset, limit = _number(request, "offset", 0, low=0), _size(request, "limit", switches)
            return Slice(book.rows(since, offset, limit), {"offset": offset, "limit": limit, **shown_total})
        case "cursor":
            return _by_cursor(request, book, switches, since)
        case "page" | "link":
            page, size = _number(request, "page", 1), _size(request, "page_size", switches)
            rows = book.rows(since, (page - 1) * size, size)
            if switches.page_style == "page":
                return Slice(rows, {"page": page, "page_size": size, **shown_total})
            more = page * size < total
            return _linked(rows, request.url.update_query(page=str(page + 1)) if more else None, switches)


def _by_cursor(request: web.Request, book: Book, switches: PartnerSwitches, since: datetime | None) -> Slice:
    """A cursor is a place in the list, so nothing is passed over; the last page has none."""
    limit = _size(request, "limit", switches)
    text = request.query.get("cursor")
    place = _place(text) if text else None
    rows = book.rows_after(place, limit + 1) if place else book.rows(since, 0, limit + 1)
    last = rows[limit - 1] if len(rows) > limit else None
    cursor = None
    if last is not None and last.updated_at is not None:
        place_after = f"{last.updated_at.timestamp():.0f} {last.return_id}"
        cursor = base64.urlsafe_b64encode(place_after.encode()).decode()
    return Slice(rows[:limit], {"next_cursor": cursor})


def _linked(rows: Sequence[Return], url: URL | None, switches: PartnerSwitches) -> Slice:
    if switches.link_place == "body":
        return Slice(rows, {"links": {"next": str(url) if url else None}})
    return Slice(rows, headers={"Link": f'<{url}>; rel="next"'} if url else {})


def _place(text: str) -> tuple[datetime, str]:
    try:
        seconds, _, return_id = base64.urlsafe_b64decode(text.encode()).decode().partition(" ")
        return datetime.fromtimestamp(int(seconds), UTC), return_id
    except (binascii.Error, ValueError, OverflowError):
        raise bad_parameter("cursor", "is none of ours") from None


def _since(request: web.Request, switches: PartnerSwitches) -> datetime | None:
    text = request.query.get("updated_since")
    if text is None:
        return None
    try:
        match switches.since_format:
            case "epoch":
                return datetime.fromtimestamp(int(text), UTC)
            case "date":
                return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
            case "iso":
                moment = datetime.fromisoformat(text)
                if moment.tzinfo is not None and "T" in text:
                    return moment.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        pass
    wish = {"iso": "a moment in ISO 8601 with its zone", "epoch": "seconds since 1970", "date": "a date"}
    raise bad_parameter("updated_since", f"must be {wish[switches.since_format]}")


def _number(request: web.Request, name: str, default: int, low: int = 1) -> int:
    text = request.query.get(name, str(default))
    if text.isascii() and text.isdecimal() and low <= int(text) < 1 << 31:
        return int(text)
    raise bad_parameter(name, f"must be a number from {low}")


def _size(request: web.Request, name: str, switches: PartnerSwitches) -> int:
    size = _number(request, name, MOST)
    if size > MOST and switches.over_page_size == "400":
        raise bad_parameter(name, f"must be at most {MOST}")
    return min(size, MOST)
