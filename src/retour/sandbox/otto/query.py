"""Reading the query of a request, and making links (contract 3, 5)."""

from datetime import UTC, datetime

from aiohttp import web
from yarl import URL

from retour.sandbox.otto.problems import bad_request


def number_of(request: web.Request, name: str, default: int, high: int = 1 << 31) -> int:
    text = request.query.get(name, str(default))
    if text.isascii() and text.isdecimal() and 1 <= int(text) <= high:
        return int(text)
    raise bad_request(name, f"must be a number from 1 to {high}")


def moment_of(request: web.Request, name: str) -> datetime | None:
    """ISO 8601; without a zone it is UTC."""
    text = request.query.get(name)
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise bad_request(name, "must be a date and time in ISO 8601") from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def link(request: web.Request, rel: str, *, absolute: bool, **changes: str) -> dict[str, str]:
    """This request's address with other parameters."""
    url = URL(str(request.url)).update_query(changes)
    return {"rel": rel, "href": str(url if absolute else url.relative())}
