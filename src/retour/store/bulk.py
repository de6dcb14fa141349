"""Writing many rows with few statements. Measured: an order of magnitude cheaper than `bulk_update`."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, cast

from django.db import DEFAULT_DB_ALIAS, connection, connections, models
from django.db.backends.base.base import BaseDatabaseWrapper


def allocate(model: type[models.Model], count: int) -> list[int]:
    """Ids for rows that are about to be inserted, known before. Call inside the transaction that inserts them."""
    table, column = model._meta.db_table, "id"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)", [table, column, count]
            )
            return [row[0] for row in cursor.fetchall()]
        # The write lock is held from the transaction's first statement: nobody else can take these.
        cursor.execute("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = %s", [table])
        last = cursor.fetchone()[0]
        return list(range(last + 1, last + 1 + count))


def insert(rows: Sequence[models.Model], *, with_ids: bool = False) -> None:
    """Inserts rows of one model. `with_ids`: they carry allocated ids; otherwise the database gives them."""
    if not rows:
        return
    meta = rows[0]._meta
    fields = [field for field in meta.concrete_fields if with_ids or not field.primary_key]
    columns = ", ".join(_quoted(field.column) for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    _run(f"INSERT INTO {_quoted(meta.db_table)} ({columns}) VALUES ({marks})", fields, rows)  # noqa: S608


def update(rows: Sequence[models.Model], names: Sequence[str]) -> None:
    """Writes these fields of known rows of one model."""
    if not rows:
        return
    meta = rows[0]._meta
    fields = [cast("models.Field[Any, Any]", meta.get_field(name)) for name in names]
    changes = ", ".join(f"{_quoted(field.column)} = %s" for field in fields)
    statement = f"UPDATE {_quoted(meta.db_table)} SET {changes} WHERE id = %s"  # noqa: S608
    _run(statement, [*fields, cast("models.Field[Any, Any]", meta.get_field("id"))], rows)


def _run(statement: str, fields: Sequence["models.Field[Any, Any]"], rows: Sequence[models.Model]) -> None:
    wrapper = connections[DEFAULT_DB_ALIAS]  # the thread's own; `connection` would look it up for every value
    prepared = [(field.attname, _preparation(field, wrapper)) for field in fields]
    with wrapper.cursor() as cursor:
        cursor.executemany(
            statement,
            [
                [prepare(getattr(row, name)) if prepare else getattr(row, name) for name, prepare in prepared]
                for row in rows
            ],
        )


def _preparation(field: "models.Field[Any, Any]", wrapper: BaseDatabaseWrapper) -> Callable[[Any], Any] | None:
    """How a field's value becomes the driver's. None: it is one already. Django's own way costs most of the writing."""
    if isinstance(
        field, models.CharField | models.TextField | models.BooleanField | models.IntegerField | models.ForeignKey
    ):
        return None
    if isinstance(field, models.DateTimeField):
        return None if wrapper.vendor == "postgresql" else _sqlite_time
    if isinstance(field, models.JSONField) and wrapper.vendor == "sqlite":
        return _sqlite_json
    return lambda value: field.get_db_prep_save(value, wrapper)


def _sqlite_time(value: datetime | None) -> str | None:
    return None if value is None else value.astimezone(UTC).replace(tzinfo=None).isoformat(" ")


def _sqlite_json(value: Any) -> str | None:
    return None if value is None else json.dumps(value)


def _quoted(name: str | None) -> str:
    return connection.ops.quote_name(name or "")
