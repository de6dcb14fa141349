"""A partner's list of returns, walked to its end in whichever style it has.

A list sorted by the last change moves while it is read: what changes leaves its place and moves all that follows one
up, so that the next page begins too late. So a walk by pages goes on from the last moment that it was shown, not from
the next number; what moved to the end is met there (contract tobedressed 3.1).
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from yarl import URL

from retour.connectors.errors import Misconfigured, Transient
from retour.connectors.http import Answer
from retour.connectors.pages import MOST, Endless, by_cursor, by_link
from retour.connectors.partner import paths, values
from retour.connectors.partner.calls import Calls
from retour.connectors.partner.profile import RestProfile

A_DAY = timedelta(days=1)
"""A list that is asked by the day goes back to its beginning, in whatever time zone."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page of the list."""

    rows: list[Any]
    total: int | None
    answer: Answer


class Lists:
    """The list of one connection. Raises what its calls raise, and Endless when it does not move on."""

    def __init__(self, calls: Calls, profile: RestProfile) -> None:
        self._calls = calls
        self._profile = profile
        self._list = profile.list

    async def walk(self, since: datetime | None) -> AsyncIterator[list[Any]]:
        """The rows of each page."""
        match self._list.page_style:
            case "page" | "offset":
                pages = self._numbered(since)
            case "cursor":
                pages = by_cursor(lambda cursor: self._behind_cursor(self._since(since), cursor))
            case "link":
                first = URL(self._calls.address(self._list.path)).extend_query(
                    self._params(self._since(since), self._sized())
                )
                pages = by_link(self._behind_link, first=str(first))
            case "none":
                pages = self._whole(self._since(since))
        async for rows in pages:
            yield rows

    async def first(self) -> list[Any]:
        """The first page, to try the list out."""
        start = {self._list.page_param: "1"} if self._list.page_style == "page" else {}
        paged = self._list.page_style != "none"
        return (await self._sheet(self._params(None, start | (self._sized() if paged else {})))).rows

    async def _numbered(self, begin: datetime | None) -> AsyncIterator[list[Any]]:
        told, size = self._list, self._list.page_size
        since, number, last = begin, 1, list[Any]()
        for _ in range(MOST):
            place = number if told.page_style == "page" else (number - 1) * size
            sheet = await self._sheet(self._params(self._since(since), {told.page_param: str(place), **self._sized()}))
            if not sheet.rows:
                return
            if sheet.rows == last:
                raise Endless("The partner ignores the page number: two pages in a row are the same.")
            yield sheet.rows
            if sheet.total is not None and number * size >= sheet.total:
                return
            reached = self._reached(sheet.rows, None if since == begin else since)
            if (
                reached is not None
                and (since is None or reached > since)
                and self._since(reached) != self._since(since)
            ):
                since, number, last = reached, 1, []
            else:
                number, last = number + 1, sheet.rows
        raise Endless(f"The partner's list has more than {MOST} pages.")

    def _reached(self, rows: list[Any], asked: datetime | None) -> datetime | None:
        """The moment of the last row's change; None: the list cannot go on from there. Raises Misconfigured where it
        shows what is much older than what it was asked for."""
        if not (self._list.oldest_change_first and self._list.since_param):
            return None
        told = self._profile
        moments = [
            values.moment(paths.value_at(row, told.fields.updated_at), told.date_format, told.timezone) for row in rows
        ]
        known = [moment for moment in moments if moment is not None]
        if asked is not None and known and known[0] < asked - A_DAY:
            raise Misconfigured(
                f"The partner's list ignores {self._list.since_param!r}: set the profile's list.since_param to what it"
                " understands, or list.oldest_change_first = false."
            )
        return known[-1] if known and known == sorted(known) else None

    async def _behind_cursor(self, since: str | None, cursor: str | None) -> tuple[list[Any], str | None]:
        place = {self._list.page_param: cursor} if cursor else {}
        sheet = await self._sheet(self._params(since, place | self._sized()))
        return sheet.rows, self._next(sheet.answer)

    async def _behind_link(self, url: str) -> tuple[list[Any], str | None]:
        sheet = self._read(await self._calls.read(url))
        return sheet.rows, self._next(sheet.answer)

    async def _whole(self, since: str | None) -> AsyncIterator[list[Any]]:
        yield (await self._sheet(self._params(since, {}))).rows

    async def _sheet(self, params: dict[str, str]) -> Sheet:
        return self._read(await self._calls.read(self._list.path, params=params))

    def _read(self, answer: Answer) -> Sheet:
        body = answer.json()
        rows = paths.value_at(body, self._list.items_path)
        if not isinstance(rows, list):
            raise Transient(
                f"The partner's list of returns has no rows under {self._list.items_path!r}.",
                request_id=answer.request_id,
            )
        total = values.quantity(paths.value_at(body, self._list.total_path), "point") if self._list.total_path else None
        return Sheet(rows, total, answer)

    def _next(self, answer: Answer) -> str | None:
        if self._list.next_path:
            return values.text(paths.value_at(answer.json(), self._list.next_path))
        return link_to_next(answer.headers.get("Link", ""))

    def _params(self, since: str | None, place: dict[str, str]) -> dict[str, str]:
        limited = {self._list.since_param: since} if since is not None and self._list.since_param else {}
        return {**self._list.params, **limited, **place}

    def _sized(self) -> dict[str, str]:
        return {self._list.size_param: str(self._list.page_size)} if self._list.size_param else {}

    def _since(self, at: datetime | None) -> str | None:
        if at is None:
            return None
        match self._list.since_format:
            case "iso":
                return at.isoformat(timespec="seconds").replace("+00:00", "Z")
            case "epoch":
                return str(int(at.timestamp()))
            case "date":
                return at.date().isoformat()
            case pattern:
                return at.astimezone(values.zone_of(self._profile.timezone)).strftime(pattern)


def link_to_next(header: str) -> str | None:
    """The address of the next page in a `Link` header (RFC 8288); None: there is none."""
    for link in header.split(",<"):
        target, _, rest = link.strip().lstrip("<").partition(">")
        if 'rel="next"' in rest.replace("'", '"') or "rel=next" in rest:
            return target
    return None
