"""Walks over lists that come in pages. Pages are fetched when they are asked for.

No walk trusts the platform to end it: a page, cursor or link that comes back, and a walk beyond `most` pages, raise
`Endless`. What a page is, the caller says: rows, or rows with a total beside them.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sized
from typing import Generic, TypeVar
from urllib.parse import urljoin, urlsplit, urlunsplit

from retour.connectors.errors import Transient

P = TypeVar("P")
S = TypeVar("S", bound=Sized)
MOST = 10_000


class Endless(Transient):
    """The platform repeats itself: going on would never end, or skip what was not shown."""


def empty(page: object) -> bool:
    """The default end of a walk: a page with nothing on it."""
    return not page


async def by_page(
    fetch: Callable[[int], Awaitable[P]],
    *,
    first: int = 1,
    stop: Callable[[P], bool] = empty,
    most: int = MOST,
) -> AsyncIterator[P]:
    """Pages by number, until one for which `stop` is true; that one is shown too, unless it is empty."""
    trail = _Trail[P](most)
    number = first
    while True:
        page = await fetch(number)
        trail.add(page, "ignores the page number")
        if page:
            yield page
        if stop(page):
            return
        number += 1


async def by_offset(
    fetch: Callable[[int], Awaitable[S]],
    *,
    first: int = 0,
    stop: Callable[[S], bool] = empty,
    most: int = MOST,
) -> AsyncIterator[S]:
    """Pages by offset. It grows by what was shown, not by what was asked for, so that a platform with smaller pages
    than we wanted skips nothing. An empty page ends the walk whatever `stop` says."""
    trail = _Trail[S](most)
    offset = first
    while page := await fetch(offset):
        trail.add(page, "ignores the offset")
        yield page
        if stop(page):
            return
        offset += len(page)


async def by_cursor(
    fetch: Callable[[str | None], Awaitable[tuple[P, str | None]]],
    *,
    first: str | None = None,
    most: int = MOST,
) -> AsyncIterator[P]:
    """Pages that each name the next one. `fetch` gives a page and the next cursor; none or an empty one ends."""
    trail = _Trail[P](most)
    cursor = first
    while True:
        trail.turn(cursor or "")
        page, cursor = await fetch(cursor)
        trail.add(page, "shows the same page for another cursor")
        if page:
            yield page
        if not cursor:
            return


async def by_link(
    fetch: Callable[[str], Awaitable[tuple[P, str | None]]],
    *,
    first: str,
    most: int = MOST,
) -> AsyncIterator[P]:
    """Pages that each link to the next one. A link tells path and query; scheme, host and port stay those of `first`,
    so that credentials never follow a link elsewhere, and a platform behind a proxy may not know its own address."""
    trail = _Trail[P](most)
    here = first
    while True:
        trail.turn(here)
        page, link = await fetch(here)
        trail.add(page, "shows the same page behind another link")
        if page:
            yield page
        if not link:
            return
        here = _followed(here, link)


def _followed(here: str, link: str) -> str:
    ours = urlsplit(here)
    try:
        there = urlsplit(urljoin(here, link))
    except ValueError:
        there = ours._replace(scheme="")
    if there.scheme not in {"http", "https"}:
        raise Endless("The platform's list goes on behind what is not a link to a page.")
    return urlunsplit((ours.scheme, ours.netloc, there.path or "/", there.query, ""))


class _Trail(Generic[P]):
    """Where a walk has been."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._pages = 0
        self._turns: set[str] = set()
        self._last: P | None = None

    def turn(self, mark: str) -> None:
        if mark in self._turns:
            raise Endless("The platform sends the walk in a circle: it names a page again that was read before.")
        self._turns.add(mark)

    def add(self, page: P, otherwise: str) -> None:
        self._pages += 1
        if page and page == self._last:
            raise Endless(f"The platform {otherwise}: two pages in a row are the same.")
        if self._pages > self._most:
            raise Endless(f"The platform's list has more than {self._most} pages.")
        self._last = page
