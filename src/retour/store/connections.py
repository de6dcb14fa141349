"""How a connection fares: checked, throttled, in trouble, stopped. Each ends the check and gives its lease back."""

import json
from datetime import datetime
from typing import Any

from django.db import connection as database
from django.db import transaction

from retour.store import doubts, fits, sql
from retour.store.models import Connection


def went_well(connection: Connection, changes: dict[str, Any], observe_at: datetime) -> None:
    """A check came to its end. The next one is due when the lists are, or sooner when there is work."""
    with transaction.atomic():
        # Whoever adds work now waits for this row, and makes the connection due after that.
        if database.features.has_select_for_update:
            list(Connection.objects.select_for_update().filter(pk=connection.pk).values_list("pk"))
        work = doubts.next_work(connection)
        _went_well(connection, {**changes, "next_at": min(observe_at, work or observe_at)})


def went_quietly(
    connection: Connection, checked_at: datetime | None, observe_at: datetime, budget: dict[str, Any]
) -> bool:
    """The same for a check that found nothing to do and brought nothing new, with one statement. False when somebody
    made the connection due in the meantime, or when it has trouble to forget: then it has to be `went_well`."""
    if connection.trouble or connection.vanish_allowed or connection.state != Connection.State.ACTIVE:
        return False
    if connection.next_at is None or connection.deep_at is None:
        return False
    changed = sql.change(
        """
        UPDATE store_connection
        SET checked_at = %s, observe_at = %s, next_at = %s, quota = %s, lease_owner = '', lease_until = NULL
        WHERE id = %s AND lease_owner = %s AND fingerprint = %s AND next_at = %s
        """,
        [
            sql.time(checked_at) if checked_at else None,
            sql.time(observe_at),
            sql.time(observe_at),
            json.dumps(budget),
            connection.pk,
            connection.lease_owner,
            connection.fingerprint,
            sql.time(connection.next_at),
        ],
    )
    return changed == 1


def _went_well(connection: Connection, changes: dict[str, Any]) -> None:
    if connection.failures or connection.trouble:
        changes |= {"failures": 0, "trouble": "", "trouble_since": None}
    if connection.vanish_allowed:
        changes["vanish_allowed"] = False
    _release(connection, changes)
    if connection.state == Connection.State.RECONNECT:
        again = Connection.objects.filter(pk=connection.pk, state=Connection.State.RECONNECT)
        again.update(state=Connection.State.ACTIVE, state_words="", state_since=changes.get("checked_at"))


def throttled(connection: Connection, next_at: datetime, budget: dict[str, Any]) -> None:
    """The platform asked for a pause. That is no trouble."""
    _release(connection, {"next_at": next_at, "quota": budget})


def failed(connection: Connection, words: str, at: datetime, next_at: datetime) -> None:
    """A check failed and will be tried again."""
    _release(connection, _in_trouble(connection, words, at, next_at))


def reconnect(connection: Connection, words: str, at: datetime, next_at: datetime) -> None:
    """The platform does not let us in, or a setting is wrong: nothing works until that is mended."""
    changes = _in_trouble(connection, words, at, next_at)
    _release(connection, changes)
    usable = Connection.objects.filter(pk=connection.pk, state__in=["active", "reconnect"])
    since = connection.state_since if connection.state == Connection.State.RECONNECT else at
    usable.update(state=Connection.State.RECONNECT, state_words=changes["trouble"], state_since=since)


def _in_trouble(connection: Connection, words: str, at: datetime, next_at: datetime) -> dict[str, Any]:
    changes: dict[str, Any] = {"failures": connection.failures + 1, "trouble": fits.text(words), "next_at": next_at}
    if not connection.trouble:
        changes["trouble_since"] = at
    return changes


def stop(connection: Connection, words: str, at: datetime) -> None:
    """Stopped as a precaution, until a person resumes it."""
    stopped = {"state": Connection.State.STOPPED, "state_words": words, "state_since": at}
    Connection.objects.filter(pk=connection.pk).update(**stopped)
    _release(connection, {})


def _release(connection: Connection, changes: dict[str, Any]) -> None:
    """Ends the check. One that has lost its lease in the meantime has nothing to say: another one is under way. Nor has
    one whose settings were changed while it ran."""
    held = Connection.objects.filter(pk=connection.pk, lease_owner=connection.lease_owner)
    lease = {"lease_owner": "", "lease_until": None}
    if not held.filter(fingerprint=connection.fingerprint).update(**changes, **lease):
        held.update(**lease)
