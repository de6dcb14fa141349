"""What connectors remember. Sealed: a note may hold a token."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from retour.store import sql
from retour.store.models import Note
from retour.store.sealed import seal, unseal


def read(connection_id: int, names: Iterable[str]) -> dict[str, Any]:
    """A connection's notes with these names; those that do not exist are missing."""
    wanted = list(names)
    found = sql.rows(
        f"SELECT name, sealed FROM store_note WHERE connection_id = %s AND name IN {sql.marks(wanted)}",  # noqa: S608
        [connection_id, *wanted],
    )
    return {name: unseal(sealed) for name, sealed in found}


def begins(connection_id: int, prefix: str) -> dict[str, Any]:
    """All notes of a connection whose names begin so."""
    statement = "SELECT name, sealed FROM store_note WHERE connection_id = %s AND substr(name, 1, %s) = %s"
    return {name: unseal(sealed) for name, sealed in sql.rows(statement, [connection_id, len(prefix), prefix])}


def write(connection_id: int, notes: Mapping[str, Any], at: datetime) -> None:
    """Keeps all of these, or none; None forgets a note."""
    kept = [
        Note(connection_id=connection_id, name=name, sealed=seal(value), at=at)
        for name, value in notes.items()
        if value is not None
    ]
    with transaction.atomic():
        forgotten = [name for name, value in notes.items() if value is None]
        if forgotten:
            Note.objects.filter(connection_id=connection_id, name__in=forgotten).delete()
        Note.objects.bulk_create(
            kept, update_conflicts=True, unique_fields=["connection", "name"], update_fields=["sealed", "at"]
        )
