"""What is kept, how it is sealed, and when it goes."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.conf import settings
from django.db import connection

from retour.connectors.contract import Unreadable
from retour.connectors.http import Exchange as SentAndReceived
from retour.core.model import Order, Party
from retour.store import record, results
from retour.store.housekeeping import clean
from retour.store.models import Connection, Exchange, MarketplaceOrder, Return, UnreadableRow
from retour.store.reseal import count_sealed, reseal_all
from retour.store.sealed import CannotOpen, seal, unseal
from tests.store.engine.hub import Hub, seen

PRIVATE = ["Noor", "Utrecht", "noor@example.org", "Kanaalweg", "a-secret-token", "a-bol-secret", "hidden words"]


def fill(hub: Hub) -> None:
    """One of each thing that must not be read by whoever finds the database."""
    hub.lists(seen())
    record.record_orders(hub.bol, {"C000TEST01": Order("C000TEST01", billing=Party(street="Kanaalweg"))}, hub.now)
    hub.looks(seen())
    exchange = SentAndReceived(
        about=None,
        method="PUT",
        url="https://api.example.org/x",
        status=202,
        sent="hidden words",
        received="hidden words too",
        request_id="q1",
    )
    results.record_results(hub.bol, [], [exchange], hub.now)
    record.record_unreadable(hub.bol, "fbr-open", [Unreadable("9", "garbled", "hidden words")], hub.now)


def test_personal_data_and_secrets_cannot_be_read_in_the_raw_database(shared_hub: Hub) -> None:
    fill(shared_hub)
    raw = _raw()
    assert b"41000001" in raw
    for words in PRIVATE:
        assert words.encode() not in raw, f"{words} can be read in the database"


def _raw() -> bytes:
    """All bytes of SQLite's file, or all that PostgreSQL would dump."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return Path(connection.settings_dict["NAME"]).read_bytes()
    dumped = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT CAST("{table}" AS text) FROM "{table}"')
            dumped += [row[0] for row in cursor.fetchall()]
    return "\n".join(dumped).encode()


def test_what_is_sealed_comes_back(hub: Hub) -> None:
    fill(hub)
    assert unseal(Return.objects.get().customer)["city"] == "Utrecht"
    assert unseal(MarketplaceOrder.objects.get().sealed)["billing"]["street"] == "Kanaalweg"
    assert unseal(Exchange.objects.get().sealed) == {"sent": "hidden words", "received": "hidden words too"}
    assert unseal(UnreadableRow.objects.get().sealed) == "hidden words"
    assert unseal("") is None


def test_a_new_key_seals_and_the_old_one_still_opens_until_all_is_sealed_anew(hub: Hub, settings: Any) -> None:
    fill(hub)
    old = settings.SECRET_KEYS
    new = Fernet.generate_key().decode()
    settings.SECRET_KEYS = [new, *old]
    assert unseal(Return.objects.get().customer)["city"] == "Utrecht"
    seen_progress: list[int] = []
    count = count_sealed()
    assert count == 6
    assert reseal_all(seen_progress.append) == sum(seen_progress) == count
    settings.SECRET_KEYS = [new]
    assert unseal(Return.objects.get().customer)["city"] == "Utrecht"
    assert unseal(Connection.objects.get(slug="shop").secrets) == {"token": "a-secret-token"}
    settings.SECRET_KEYS = old
    with pytest.raises(CannotOpen, match=r"secret\.keys"):
        unseal(Return.objects.get().customer)


def test_without_the_key_nothing_opens_and_it_is_said(settings: Any) -> None:
    sealed = seal({"city": "Utrecht"})
    settings.SECRET_KEYS = []
    with pytest.raises(CannotOpen):
        unseal(sealed)


def test_exchanges_and_unreadable_rows_go_when_their_time_has_come(hub: Hub) -> None:
    fill(hub)
    assert clean(hub.now + timedelta(days=29)) == 0
    record.record_unreadable(
        hub.bol, "fbr-open", [Unreadable("9", "garbled", "hidden words")], hub.now + timedelta(days=29)
    )
    assert clean(hub.now + timedelta(days=31)) == 1
    assert Exchange.objects.count() == 0
    assert UnreadableRow.objects.count() == 1
    assert clean(hub.now + timedelta(days=60)) == 1
    assert Return.objects.count() == 1


def test_the_tests_have_a_home_of_their_own() -> None:
    assert Path(settings.HOME).name.startswith("retour-test-home-")
