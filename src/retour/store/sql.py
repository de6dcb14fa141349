"""The few statements that every check runs, in plain SQL: building them anew each time costs more than running them."""

import json
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import connection, models


def time(value: datetime) -> Any:
    """A time as a parameter, in the form in which the database holds it."""
    return value if connection.vendor == "postgresql" else sqlite_time(value)


def sqlite_time(value: datetime) -> str:
    """A time as Django writes it on SQLite: UTC, without saying so."""
    if value.tzinfo is not UTC:
        value = value.astimezone(UTC)
    return value.isoformat(" ")[:-6]


def marks(values: Collection[Any]) -> str:
    """The places of a list of parameters, in brackets."""
    return f"({', '.join(['%s'] * len(values))})" if values else "(NULL)"


def held(*, skip_locked: bool = False) -> str:
    """The end of a query whose rows nobody else may change until the transaction ends. On SQLite it holds them all."""
    if not connection.features.has_select_for_update:
        return ""
    return "FOR UPDATE SKIP LOCKED" if skip_locked else "FOR UPDATE"


def rows(statement: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    """What a statement finds."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def change(statement: str, parameters: Sequence[Any]) -> int:
    """How many rows a statement changed."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        changed: int = cursor.rowcount
    return changed


def selected(column: "models.Field[Any, Any]") -> str:
    """A column as it is selected. On SQLite, Django's own way to a time costs ten times as much as ours; with a plus
    before it, a column is an expression, and nobody knows it for a time."""
    name = connection.ops.quote_name(column.column or "")
    return f"+{name}" if isinstance(column, models.DateTimeField) and connection.vendor == "sqlite" else name


def converter(column: "models.Field[Any, Any]") -> Callable[[Any], Any] | None:
    """What makes the Python value of a `selected` column of the driver's. None: the driver's is it already."""
    if isinstance(column, models.JSONField):
        return _json
    if isinstance(column, models.DateTimeField):
        return None if connection.vendor == "postgresql" else _moment
    expression = column.get_col(column.model._meta.db_table)
    converters = [*connection.ops.get_db_converters(expression), *column.get_db_converters(connection)]
    if not converters:
        return None

    def convert(value: Any) -> Any:
        for one in converters:
            value = one(value, expression, connection)
        return value

    return convert


def _json(text: str) -> Any:
    return [] if text == "[]" else json.loads(text)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+00:00")
