"""Writing many rows with few statements. Measured: an order of magnitude cheaper than `bulk_update`."""

from collections.abc import Sequence
from typing import Any, cast

from django.db import DEFAULT_DB_ALIAS, connection, connections, models


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
    prepared = [(field.attname, field.get_db_prep_save) for field in fields]
    with wrapper.cursor() as cursor:
        cursor.executemany(
            statement, [[prepare(getattr(row, name), wrapper) for name, prepare in prepared] for row in rows]
        )


def _quoted(name: str | None) -> str:
    return connection.ops.quote_name(name or "")
