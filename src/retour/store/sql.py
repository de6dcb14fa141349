"""The few statements that every check runs, in plain SQL: building them anew each time costs more than running them."""

from datetime import UTC, datetime
from typing import Any

from django.db import connection


def time(value: datetime) -> Any:
    """A time as a parameter, in the form in which the database holds it."""
    if connection.vendor == "postgresql":
        return value
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ")


def rows(statement: str, parameters: list[Any]) -> list[tuple[Any, ...]]:
    """What a statement finds."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def change(statement: str, parameters: list[Any]) -> int:
    """How many rows a statement changed."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        changed: int = cursor.rowcount
    return changed
