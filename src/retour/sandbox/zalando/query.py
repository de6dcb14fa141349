"""Reading the query of a request as strictly as Zalando does (contract 4, 6)."""

from datetime import UTC, datetime

from aiohttp import web
from yarl import URL

from retour.sandbox.zalando.problems import Problem

INCLUDES = ("order_items", "order_lines", "order_lines.order_line_transitions", "order_transitions", "shipments")


def number_of(request: web.Request, name: str, default: int, low: int, high: int) -> int:
    text = request.query.get(name, str(default))
    if text.isascii() and text.isdecimal() and low <= int(text) <= high:
        return int(text)
    raise Problem(400, f"{name} must be a number from {low} to {high}.", parameter=name)


def moment_of(request: web.Request, name: str) -> datetime | None:
    """ISO 8601 with a zone. A + that was not encoded has become a space, and is refused."""
    text = request.query.get(name)
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise Problem(400, f"{name} must be a date and time with its zone.", parameter=name)
    return moment.astimezone(UTC)


def word_of(request: web.Request, name: str, allowed: tuple[str, ...]) -> str | None:
    text = request.query.get(name)
    if text is not None and text not in allowed:
        raise Problem(400, f"{name} must be one of {', '.join(allowed)}.", parameter=name)
    return text


def includes_of(request: web.Request) -> frozenset[str]:
    names = frozenset(filter(None, request.query.get("include", "").split(",")))
    if not names <= frozenset(INCLUDES):
        raise Problem(400, f"include may hold {', '.join(INCLUDES)}.", parameter="include")
    return names


def link(request: web.Request, **changes: str) -> str:
    """This request's address with other parameters; `page_number` is `page[number]`."""
    renamed = {name.replace("page_number", "page[number]"): value for name, value in changes.items()}
    return str(URL(str(request.url)).update_query(renamed))
