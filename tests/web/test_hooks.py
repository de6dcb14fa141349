"""A webhook makes the next check come now, and nothing else."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from retour.store.hints import token_of
from retour.store.models import Connection
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


def test_addresses_differ(acme: House) -> None:
    assert token_of(acme.bol.pk) != token_of(acme.bol.pk + 1)
