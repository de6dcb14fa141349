"""What people around a simulated platform ask for over its control routes: shape, reading, and what cannot be."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

Shape = TypeVar("Shape")
Row = TypeVar("Row")


class Command(BaseModel):
    """The body of a control route. An unknown name in it is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Nothing(Command):
    """A body with nothing in it."""


class Bulk(Command):
    """Many made-up returns at once, opened over the last days. The same seed makes the same ones."""

    count: int = Field(ge=1, le=100_000)
    seed: int = 0
    days: float = Field(default=10, gt=0, le=36_500)


class MoveClock(Command):
    seconds: float = Field(ge=-1e9, le=1e9)


class Impossible(Exception):
    """What a person asked for, on a page or over a control route, cannot be as things are; says why."""


async def read(request: web.Request, shape: type[Shape]) -> Shape:
    """The body as a command; without a body, a command without fields. 400 with the reasons for what is none."""
    try:
        return TypeAdapter(shape).validate_json(await request.read() or b"{}")
    except ValidationError as error:
        raise web.HTTPBadRequest(text=reasons(error)) from None


def reasons(error: ValidationError) -> str:
    """What is wrong with each field. Not what was in it: that may be a password."""
    return "; ".join(": ".join([*map(str, one["loc"]), one["msg"]]) for one in error.errors(include_input=False))


def window(request: web.Request, rows: Iterable[Row], limit: int | None = None) -> Iterator[Row]:
    """The rows from `?offset=` on, at most `?limit=` or else `limit`; None is all. 400 for what is no number."""
    offset = _count(request, "offset") or 0
    asked = _count(request, "limit")
    most = limit if asked is None else asked
    return islice(rows, offset, None if most is None else offset + most)


def _count(request: web.Request, name: str) -> int | None:
    text = request.query.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= 9):
        raise web.HTTPBadRequest(text=f"{name} must be a number")
    return int(text)
