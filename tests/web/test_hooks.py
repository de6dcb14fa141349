"""A webhook makes the next check come now, and nothing else, unless its connection is answered there."""

import logging
from datetime import timedelta

import pytest
from django.db import OperationalError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from retour.store import hints, inbox
from retour.store.hints import token_of
from retour.store.models import Connection, Posted
from tests.web.conftest import House

pytestmark = pytest.mark.django_db
LATER = timedelta(minutes=4)


def waiting(row: Connection, **columns: object) -> None:
    now = timezone.now()
    told = {"checked_at": now - timedelta(minutes=1), "next_at": now + LATER, "observe_at": now + LATER}
    Connection.objects.filter(pk=row.pk).update(**(told | columns))


def address(row: Connection) -> str:
    return reverse("hook", args=[row.pk, token_of(row.pk)])


@pytest.mark.parametrize("method", ["get", "head", "post"])
def test_the_connection_is_checked_now(acme: House, client: Client, method: str) -> None:
    waiting(acme.bol)
    assert getattr(client, method)(address(acme.bol)).status_code == 200
    acme.bol.refresh_from_db()
    assert acme.bol.next_at is not None
    assert acme.bol.next_at <= timezone.now()
    assert acme.bol.observe_at == acme.bol.next_at


def test_no_sign_in_and_no_token_of_a_form_are_needed_and_the_body_is_not_believed(acme: House) -> None:
    waiting(acme.bol)
    strict = Client(enforce_csrf_checks=True)
    body = '{"returnId": "41000001", "status": "REFUNDED", "x": "' + "y" * 100_000 + '"}'
    assert strict.post(address(acme.bol), body, content_type="application/json").status_code == 200
    assert not acme.bol.returns.exists()


def test_who_does_not_know_the_address_finds_nothing(acme: House, client: Client) -> None:
    waiting(acme.bol)
    for wrong in (
        reverse("hook", args=[acme.bol.pk, token_of(acme.bol.pk + 1)]),
        f"/hooks/{acme.bol.pk}/x",
        "/hooks/1",
    ):
        assert client.post(wrong).status_code == 404
    acme.bol.refresh_from_db()
    assert acme.bol.next_at is not None
    assert acme.bol.next_at > timezone.now() + LATER / 2


@pytest.mark.parametrize(
    "columns",
    [
        {"state": Connection.State.PAUSED},
        {"state": Connection.State.STOPPED},
        {"state": Connection.State.RECONNECT},
        {"removed": True},
        {"checked_at": timedelta(seconds=1)},
    ],
    ids=["paused", "stopped", "not let in", "removed", "checked a moment ago"],
)
def test_a_hint_wakes_no_connection_that_is_to_rest(acme: House, client: Client, columns: dict[str, object]) -> None:
    since_now = {name: timezone.now() + one if isinstance(one, timedelta) else one for name, one in columns.items()}
    waiting(acme.bol, **since_now)
    assert client.post(address(acme.bol)).status_code == 200
    acme.bol.refresh_from_db()
    assert acme.bol.next_at is not None
    assert acme.bol.next_at > timezone.now() + LATER / 2


@pytest.mark.parametrize("method", ["put", "delete", "patch", "options"])
def test_an_address_that_is_used_wrongly_is_not_logged(
    acme: House, client: Client, method: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    assert getattr(client, method)(address(acme.bol)).status_code == 405
    assert token_of(acme.bol.pk) not in caplog.text


def test_a_fault_of_ours_does_not_log_the_address(
    acme: House, client: Client, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise OperationalError("database is locked")

    client.raise_request_exception = False
    monkeypatch.setattr(hints, "hint", fails)
    caplog.set_level(logging.DEBUG)
    assert client.post(address(acme.bol)).status_code >= 500
    assert token_of(acme.bol.pk) not in caplog.text


def test_addresses_differ(acme: House) -> None:
    assert token_of(acme.bol.pk) != token_of(acme.bol.pk + 1)


# --- a connection that is answered there ---


@pytest.fixture
def answered(acme: House) -> Connection:
    """Fruugo by callbacks."""
    plain, secret = {"username": "noor@example.org", "transport": "v3"}, {"password": "a-made-up-secret"}
    return acme._connection("fruugo", "marketplace", "fruugo", plain, secret)


def test_what_is_posted_is_kept_for_its_connector_and_wakes_it(acme: House, answered: Connection) -> None:
    waiting(answered)
    strict = Client(enforce_csrf_checks=True)
    body = b'{"correlationId": "\xff made up"}'
    assert strict.post(address(answered), body, content_type="application/octet-stream").status_code == 200
    [arrival] = inbox.waiting(answered.pk, timezone.now())
    assert inbox.read(answered.pk, arrival.id) == body
    answered.refresh_from_db()
    assert answered.next_at is not None
    assert answered.next_at <= timezone.now()


@pytest.mark.parametrize("method", ["get", "head"])
def test_only_what_is_posted_is_kept(client: Client, answered: Connection, method: str) -> None:
    assert getattr(client, method)(address(answered)).status_code == 200
    assert not Posted.objects.exists()


def test_a_stranger_without_the_address_leaves_nothing(acme: House, client: Client, answered: Connection) -> None:
    for wrong in (address(acme.bol).rpartition("/")[2], token_of(answered.pk)[:-1], "x"):
        path = reverse("hook", args=[answered.pk, wrong])
        assert client.post(path, b"{}", content_type="application/json").status_code == 404
    assert not Posted.objects.exists()


@pytest.mark.parametrize("change", [{"settings": {"username": "n"}}, {"removed": True}, {"connector": "unknown"}])
def test_nothing_is_kept_for_a_connection_that_asks_for_nothing(
    client: Client, answered: Connection, change: dict[str, object]
) -> None:
    Connection.objects.filter(pk=answered.pk).update(**change)
    assert client.post(address(answered), b"{}", content_type="application/json").status_code == 200
    assert not Posted.objects.exists()


def test_a_body_of_a_hundred_megabytes_is_not_kept(
    client: Client, answered: Connection, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """Nor does it wake anybody."""
    waiting(answered)
    caplog.set_level(logging.DEBUG)
    huge = b"made-up-body" * (100 * 1024 * 1024 // 12)
    assert client.post(address(answered), huge, content_type="application/json").status_code == 413
    assert not Posted.objects.exists()
    answered.refresh_from_db()
    assert answered.next_at is not None
    assert answered.next_at > timezone.now() + LATER / 2
    said = "".join([caplog.text, *capfd.readouterr()])
    assert "a callback was not kept" in said
    assert "made-up-body" not in said
    assert token_of(answered.pk) not in said


def test_a_flood_is_refused_until_there_is_room(
    client: Client, answered: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "MOST", 2)
    codes = [client.post(address(answered), b"{}", content_type="application/json").status_code for _ in range(4)]
    assert codes == [200, 200, 503, 503]
    assert Posted.objects.count() == 2
