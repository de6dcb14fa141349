"""What is posted to connections' addresses: kept for their connectors alone, bounded, and not for long."""

from datetime import UTC, datetime, timedelta

import pytest

from retour.store import housekeeping, inbox
from retour.store.inbox import LARGEST, Kept
from retour.store.models import Connection, Posted
from retour.store.reseal import SEALED
from retour.store.sealed import seal
from retour.sync.database import Database
from retour.sync.inbox import StoredInbox
from tests.store.engine.hub import Hub

AT = datetime(2026, 3, 2, 9, 15, 30, tzinfo=UTC)
EVERY_BYTE = bytes(range(256)) + '{"naam": "Zoë"}'.encode()


def at(**time: float) -> datetime:
    return AT + timedelta(**time)


def fruugo(hub: Hub, **settings: str) -> Connection:
    return Connection.objects.create(
        project=hub.bol.project,
        slug="fruugo",
        role="marketplace",
        connector="fruugo",
        settings={"username": "noor@example.org", **settings},
        secrets=seal({"password": "a-made-up-secret"}),
        fingerprint="fruugo 1",
    )


def test_bodies_are_kept_as_they_came_oldest_first(hub: Hub) -> None:
    for number, body in enumerate((EVERY_BYTE, b"", EVERY_BYTE)):
        assert inbox.keep(hub.bol.pk, body, at(seconds=number)) is Kept.KEPT
    waiting = inbox.waiting(hub.bol.pk, at(minutes=1))
    assert [arrival.at for arrival in waiting] == [AT, at(seconds=1), at(seconds=2)]
    assert [inbox.read(hub.bol.pk, arrival.id) for arrival in waiting] == [EVERY_BYTE, b"", EVERY_BYTE]


def test_no_connection_sees_or_forgets_anothers(hub: Hub) -> None:
    inbox.keep(hub.bol.pk, b"made up", AT)
    [arrival] = inbox.waiting(hub.bol.pk, AT)
    assert inbox.waiting(hub.shop.pk, AT) == []
    assert inbox.read(hub.shop.pk, arrival.id) is None
    inbox.forget(hub.shop.pk, arrival.id)
    assert inbox.read(hub.bol.pk, arrival.id) == b"made up"
    inbox.forget(hub.bol.pk, arrival.id)
    assert inbox.read(hub.bol.pk, arrival.id) is None
    assert inbox.waiting(hub.bol.pk, AT) == []


def test_what_is_stored_is_sealed(hub: Hub) -> None:
    inbox.keep(hub.bol.pk, b'{"emailAddress": "noor@example.org"}', AT)
    row = Posted.objects.get()
    assert "noor" not in row.sealed
    assert "noor" not in f"{row} {row!r}"
    assert (Posted, "sealed") in SEALED


def test_a_body_that_is_too_large_is_not_kept(hub: Hub) -> None:
    assert inbox.keep(hub.bol.pk, b"x" * (LARGEST + 1), AT) is Kept.TOO_LARGE
    assert not Posted.objects.exists()


def test_only_so_many_wait(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "MOST", 3)
    for _ in range(3):
        assert inbox.keep(hub.bol.pk, b"1", AT) is Kept.KEPT
    assert inbox.keep(hub.bol.pk, b"1", AT) is Kept.TOO_MANY
    assert inbox.keep(hub.shop.pk, b"1", AT) is Kept.KEPT, "each connection for itself"
    inbox.forget(hub.bol.pk, inbox.waiting(hub.bol.pk, AT)[0].id)
    assert inbox.keep(hub.bol.pk, b"1", AT) is Kept.KEPT
    assert inbox.keep(hub.bol.pk, b"1", at(days=1, seconds=1)) is Kept.KEPT, "what has expired does not count"


def test_only_so_many_bytes_wait(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "MOST_BYTES", 10)
    assert inbox.keep(hub.bol.pk, b"x" * 8, AT) is Kept.KEPT
    assert inbox.keep(hub.bol.pk, b"x" * 3, AT) is Kept.TOO_MANY
    assert inbox.keep(hub.bol.pk, b"x" * 2, AT) is Kept.KEPT


def test_what_nobody_takes_in_expires(hub: Hub) -> None:
    inbox.keep(hub.bol.pk, b"1", AT)
    inbox.keep(hub.bol.pk, b"2", at(hours=2))
    assert len(inbox.waiting(hub.bol.pk, at(hours=23))) == 2
    assert len(inbox.waiting(hub.bol.pk, at(hours=25))) == 1
    assert housekeeping.clean(at(hours=25)) == 1
    assert Posted.objects.count() == 1


def test_only_a_connection_that_asks_for_it_receives(hub: Hub) -> None:
    asks = fruugo(hub, transport="v3")
    assert inbox.receives(asks.pk)
    assert not inbox.receives(hub.bol.pk)
    assert not inbox.receives(hub.shop.pk)
    assert not inbox.receives(asks.pk + 1000)
    for columns in (
        {"settings": {"username": "noor@example.org"}},
        {"settings": {"transport": "v4"}},
        {"connector": "no such connector"},
        {"secrets": "sealed with another key"},
        {"removed": True},
    ):
        Connection.objects.filter(pk=asks.pk).update(settings={"username": "n", "transport": "v3"}, connector="fruugo")
        Connection.objects.filter(pk=asks.pk).update(**columns)
        assert not inbox.receives(asks.pk), columns


async def test_a_connectors_inbox_is_the_store(shared_hub: Hub) -> None:
    db = Database()
    try:
        box = StoredInbox(shared_hub.bol.pk, db)
        await db(inbox.keep, shared_hub.bol.pk, EVERY_BYTE, await box.now())
        [arrival] = await box.arrived()
        assert arrival.at <= await box.now()
        assert await box.read(arrival.id) == EVERY_BYTE
        await box.forget(arrival.id)
        assert (await box.arrived(), await box.read(arrival.id)) == ([], None)
    finally:
        await db.close()
