"""Rows for reading alone: as `retour.store.rows` reads them, but not held, so that nobody waits for a reader."""

from collections.abc import Callable, Collection
from typing import Any, TypeVar

from django.db import connection, models

from retour.store import sql
from retour.store.models import Effect, Return
from retour.store.rows import EffectRow, ReturnRow, columns

R = TypeVar("R", ReturnRow, EffectRow)


def returns(keys: Collection[int]) -> list[ReturnRow]:
    """These returns."""
    return _read(Return, ReturnRow, "id", keys)


def effects(returns: Collection[int]) -> list[EffectRow]:
    """The effects of these returns, in the order in which they were wanted."""
    return _read(Effect, EffectRow, "of_id", returns)


def _read(model: type[models.Model], row: type[R], column: str, keys: Collection[int]) -> list[R]:
    select, converted = _shape(model, row)
    found = []
    for values in sql.rows(f"{select} WHERE {column} IN {sql.marks(keys)} ORDER BY id", [*keys]):
        fields = list(values)
        for place, convert in converted:
            if fields[place] is not None:
                fields[place] = convert(fields[place])
        found.append(row(*fields))
    return found


_Shape = tuple[str, tuple[tuple[int, Callable[[Any], Any]], ...]]
_shapes: dict[tuple[str, str], _Shape] = {}


def _shape(model: type[models.Model], row: type) -> _Shape:
    """How a table is selected, and what converts which of its values."""
    key = row.__name__, connection.vendor
    if key not in _shapes:
        names = ("id" if name == "pk" else name for name in columns(row))
        by_name = {column.attname: column for column in model._meta.concrete_fields}
        wanted = [by_name[name] for name in names]
        converters = [(place, sql.converter(column)) for place, column in enumerate(wanted)]
        select = f"SELECT {', '.join(map(sql.selected, wanted))} FROM {model._meta.db_table}"  # noqa: S608
        _shapes[key] = select, tuple((place, convert) for place, convert in converters if convert)
    return _shapes[key]
