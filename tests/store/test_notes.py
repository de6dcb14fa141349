"""What connectors remember: kept for their connection alone, sealed, and all or nothing."""

from datetime import UTC, datetime

import pytest
from django.db import DataError, IntegrityError, transaction

from retour.store import notes
from retour.store.models import Note
from retour.sync.database import Database
from retour.sync.memory import StoredMemory
from tests.store.engine.hub import Hub

AT = datetime(2026, 3, 2, 9, 15, 30, tzinfo=UTC)


def test_a_note_is_found_by_its_name_and_by_how_it_begins(hub: Hub) -> None:
    one, other = hub.bol.pk, hub.shop.pk
    notes.write(one, {"line/1": {"told": 1}, "line/2": [1, 2], "Line/3": "upper", "token": "made-up-secret"}, AT)
    notes.write(other, {"line/1": "another connection's"}, AT)
    assert notes.read(one, ["line/1", "token", "none"]) == {"line/1": {"told": 1}, "token": "made-up-secret"}
    assert notes.begins(one, "line/") == {"line/1": {"told": 1}, "line/2": [1, 2]}


def test_a_note_is_replaced_and_forgotten(hub: Hub) -> None:
    notes.write(hub.bol.pk, {"a": 1, "b": 2}, AT)
    notes.write(hub.bol.pk, {"a": 3, "b": None, "never there": None}, AT)
    assert notes.begins(hub.bol.pk, "") == {"a": 3}


def test_what_is_stored_is_sealed(hub: Hub) -> None:
    notes.write(hub.bol.pk, {"token": "made-up-secret"}, AT)
    assert "made-up-secret" not in Note.objects.get().sealed


def test_all_or_none_are_kept(hub: Hub) -> None:
    notes.write(hub.bol.pk, {"a": 1}, AT)
    with pytest.raises((IntegrityError, DataError)), transaction.atomic():
        notes.write(hub.bol.pk, {"a": None, "b": 1, "c": 1}, None)  # type: ignore[arg-type]
    assert notes.begins(hub.bol.pk, "") == {"a": 1}


async def test_a_connectors_memory_is_the_store(shared_hub: Hub) -> None:
    db = Database()
    try:
        memory = StoredMemory(shared_hub.bol.pk, db)
        await memory.write({"a/1": 1, "b": [2]})
        again = StoredMemory(shared_hub.bol.pk, db)
        assert dict(await again.read("b")) == {"b": [2]}
        assert dict(await again.begins("a/")) == {"a/1": 1}
    finally:
        await db.close()
