"""Lists: pages and the filters that all of them know (contract 2, Pagination & filters)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Final, Protocol, TypeVar

from retour.sandbox.lightspeed.documents import Document
from retour.sandbox.lightspeed.problems import Fields, Invalid
from retour.sandbox.lightspeed.switches import LightspeedSwitches

_PAGE: Final = 50
_MOST: Final = 250
_DATES: Final = ("created_at_min", "created_at_max", "updated_at_min", "updated_at_max")


class Listed(Protocol):
    """What a list is made of. The rows come in with rising ids."""

    @property
    def id(self) -> int: ...
    @property
    def created_at(self) -> datetime: ...
    @property
    def updated_at(self) -> datetime: ...


Row = TypeVar("Row", bound=Listed)


@dataclass(frozen=True, slots=True)
class Query:
    """A list's query, understood."""

    page: int
    limit: int
    since_id: int | None
    dates: Mapping[str, datetime]
    fields: frozenset[str]

    def matches(self, row: Listed) -> bool:
        """Both ends of a span of time belong to it."""
        bounds = self.dates
        return (
            (self.since_id is None or row.id > self.since_id)
            and ("created_at_min" not in bounds or row.created_at >= bounds["created_at_min"])
            and ("created_at_max" not in bounds or row.created_at <= bounds["created_at_max"])
            and ("updated_at_min" not in bounds or row.updated_at >= bounds["updated_at_min"])
            and ("updated_at_max" not in bounds or row.updated_at <= bounds["updated_at_max"])
        )

    def only_fields(self, document: Document) -> Document:
        if not self.fields or not isinstance(document, dict):
            return document
        return {name: value for name, value in document.items() if name in self.fields}


def read(query: Mapping[str, str], switches: LightspeedSwitches) -> Query:
    """Raises `Invalid` for what makes no sense; parameters that nobody knows are ignored."""
    wrong: Fields = {}
    limit = _number(query, "limit", _PAGE, 1, wrong)
    if limit > _MOST and switches.over_limit == "refuse":
        wrong["limit"] = [f"must not be greater than {_MOST}."]
    understood = Query(
        page=_number(query, "page", 1, 1, wrong),
        limit=min(limit, _MOST),
        since_id=_number(query, "since_id", 0, 0, wrong) if "since_id" in query else None,
        dates={name: _date(query[name], name, switches.naive_date_offset, wrong) for name in _DATES if query.get(name)},
        fields=frozenset(name.strip() for name in query.get("fields", "").split(",") if name.strip()),
    )
    beyond = understood.page * understood.limit > switches.deep_paging_rows
    if beyond and understood.since_id is None and switches.deep_paging == "refuse":
        wrong["page"] = ["is too deep, use since_id."]
    if wrong:
        raise Invalid(wrong)
    return understood


def cut(query: Query, rows: Iterable[Row], switches: LightspeedSwitches) -> list[Row]:
    """One page. With since_id the ids rise, whatever the order of the list otherwise is."""
    matching: Iterable[Row] = (row for row in rows if query.matches(row))
    start = (query.page - 1) * query.limit
    if query.since_id is None:
        if start + query.limit > switches.deep_paging_rows:
            return []
        if switches.newest_first:
            matching = reversed(list(matching))
    return list(islice(matching, start, start + query.limit))


def _number(query: Mapping[str, str], name: str, default: int, least: int, wrong: Fields) -> int:
    text = query.get(name, str(default))
    if text.isdecimal() and least <= int(text) < 1 << 62:
        return int(text)
    wrong[name] = [f"must be a number of at least {least}."]
    return default


def _date(text: str, name: str, naive_offset: int, wrong: Fields) -> datetime:
    """`YYYY-MM-DD HH:MM:SS` without zone, or ISO-8601. A plus sign that was not encoded arrives as a space."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        wrong[name] = ["is not a valid date."]
        return datetime.fromtimestamp(0, UTC)
    return at if at.tzinfo else at.replace(tzinfo=UTC) - timedelta(minutes=naive_offset)
