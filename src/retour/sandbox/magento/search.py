"""`searchCriteria`: Magento's filter language in a query string (contract magento-native A1)."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from retour.sandbox.magento import php

Column = str | int | float | None
Row = TypeVar("Row")

_FILTER: Final = re.compile(r"\[filter_groups\]\[(\w+)\]\[filters\]\[(\w+)\]\[(field|value|condition_type)\]")
_SORT: Final = re.compile(r"\[sort_orders\]\[(\w+)\]\[(field|direction)\]")
_CAMEL: Final = re.compile(r"(?<=[a-z])([A-Z])")


class BadSearch(Exception):
    """A condition or a column that the shop does not have."""


@dataclass(frozen=True, slots=True)
class Filter:
    """One comparison."""

    field: str
    value: str
    condition: str

    def passes(self, stored: Column) -> bool:
        try:
            return _CONDITIONS[self.condition](stored, self.value)
        except KeyError:
            raise BadSearch(f"unknown condition {self.condition}") from None

    def looked_up(self) -> list[str] | None:
        """The exact values it asks for, when an index can answer it."""
        if self.condition == "in":
            return self.value.split(",")
        return [self.value] if self.condition == "eq" else None


@dataclass(slots=True)
class Search:
    """A parsed `searchCriteria`: groups are joined by AND, the filters of a group by OR."""

    groups: list[list[Filter]] = field(default_factory=list)
    sorts: list[tuple[str, bool]] = field(default_factory=list)
    page_size: int | None = None
    current_page: int = 1

    def select(self, rows: Iterable[Row], columns: Mapping[str, Callable[[Row], Column]]) -> list[Row]:
        """The rows that pass, in the order asked for. Raises `BadSearch` for a column that is not there."""
        named = [entry.field for group in self.groups for entry in group] + [name for name, _ in self.sorts]
        unknown = [name for name in named if name not in columns]
        if unknown:
            raise BadSearch(f"unknown column {unknown[0]}")
        found = [
            row
            for row in rows
            if all(any(entry.passes(columns[entry.field](row)) for entry in group) for group in self.groups)
        ]
        for name, descending in reversed(self.sorts):
            found.sort(key=lambda row, name=name: _sortable(columns[name](row)), reverse=descending)  # type: ignore[misc]
        return found

    def page(self, rows: list[Row], *, repeat_last: bool) -> list[Row]:
        """The page asked for; past the end the last one again, where the collection behaves so."""
        if not self.page_size:
            return rows
        last = max(-(-len(rows) // self.page_size), 1)
        number = min(self.current_page, last) if repeat_last else self.current_page
        return rows[(number - 1) * self.page_size : number * self.page_size]

    def as_json(self) -> dict[str, Any]:
        """The echo in the answer."""
        groups = [
            {"filters": [{"field": e.field, "value": e.value, "condition_type": e.condition} for e in group]}
            for group in self.groups
        ]
        sorts = [{"field": name, "direction": "DESC" if descending else "ASC"} for name, descending in self.sorts]
        echo: dict[str, Any] = {"filter_groups": groups}
        if sorts:
            echo["sort_orders"] = sorts
        if self.page_size is not None:
            echo["page_size"] = self.page_size
        echo["current_page"] = self.current_page
        return echo


def read_search(query: Mapping[str, str]) -> Search | None:
    """The criteria of a query string, camel case or snake case; None when it has none at all."""
    parts = {_CAMEL.sub(r"_\1", name).lower(): value for name, value in query.items()}
    parts = {name.removeprefix("search_criteria"): v for name, v in parts.items() if name.startswith("search_criteria")}
    if not parts:
        return None
    filters: dict[str, dict[str, dict[str, str]]] = {}
    sorts: dict[str, dict[str, str]] = {}
    for name, value in parts.items():
        if matched := _FILTER.fullmatch(name):
            filters.setdefault(matched[1], {}).setdefault(matched[2], {})[matched[3]] = value
        elif matched := _SORT.fullmatch(name):
            sorts.setdefault(matched[1], {})[matched[2]] = value
    return Search(
        groups=[[_filter(entry) for entry in group.values()] for group in filters.values()],
        sorts=[(entry.get("field", ""), entry.get("direction", "ASC").upper() == "DESC") for entry in sorts.values()],
        page_size=php.to_int(parts["[page_size]"]) or None if "[page_size]" in parts else None,
        current_page=max(php.to_int(parts.get("[current_page]", "1")), 1),
    )


def _filter(entry: dict[str, str]) -> Filter:
    return Filter(entry.get("field", ""), entry.get("value", ""), entry.get("condition_type", "eq").lower())


def _sortable(value: Column) -> tuple[bool, float, str]:
    """NULL first, numbers as numbers, texts without regard to case."""
    number = float(value) if isinstance(value, int | float) else 0.0
    return value is not None, number, value.casefold() if isinstance(value, str) else ""


def _compare(stored: Column, asked: str) -> int | None:
    """Below, equal or above, as MySQL compares; None against NULL, which passes nothing."""
    if stored is None:
        return None
    if isinstance(stored, str):
        left, right = stored.rstrip(" ").casefold(), asked.rstrip(" ").casefold()
        return (left > right) - (left < right)
    number = float(asked) if php.is_numeric(asked) else float(php.to_int(asked))
    return (stored > number) - (stored < number)


def _is_one_of(stored: Column, asked: str) -> bool:
    return any(_compare(stored, value) == 0 for value in asked.split(","))


def _is_like(stored: Column, asked: str) -> bool:
    if stored is None:
        return False
    pattern = re.escape(asked).replace("%", ".*").replace("_", ".")
    return re.fullmatch(pattern, str(stored), re.IGNORECASE | re.DOTALL) is not None


def _at_least(stored: Column, asked: str) -> bool:
    return _compare(stored, asked) in (0, 1)


def _at_most(stored: Column, asked: str) -> bool:
    return _compare(stored, asked) in (0, -1)


_CONDITIONS: Final[Mapping[str, Callable[[Column, str], bool]]] = {
    "eq": lambda stored, asked: _compare(stored, asked) == 0,
    "neq": lambda stored, asked: _compare(stored, asked) in (1, -1),
    "in": _is_one_of,
    "nin": lambda stored, asked: stored is not None and not _is_one_of(stored, asked),
    "like": _is_like,
    "gt": lambda stored, asked: _compare(stored, asked) == 1,
    "gteq": _at_least,
    "from": _at_least,
    "lt": lambda stored, asked: _compare(stored, asked) == -1,
    "lteq": _at_most,
    "to": _at_most,
    "null": lambda stored, _: stored is None,
    "notnull": lambda stored, _: stored is not None,
}
