"""Hints from platforms that something has happened. A hint is never believed: it makes the next check come sooner.

The address is all that a hint has to know. It is derived from the hub's oldest key and names the connection, so that it
survives restarts and backups and cannot be guessed.
"""

from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.crypto import constant_time_compare, salted_hmac

from retour.store.models import Connection

REST = timedelta(seconds=10)
"""A connection that was checked so shortly ago is not checked again for a hint; nor does a flood of them check more."""


def token_of(connection_id: int) -> str:
    """What the address of a connection's hints ends with."""
    return salted_hmac("retour.store.hints", str(connection_id), algorithm="sha256").hexdigest()[:40]


def is_address(connection_id: int, token: str) -> bool:
    """Whether this is a connection's address."""
    return constant_time_compare(token, token_of(connection_id))


def hint(connection_id: int, at: datetime) -> None:
    """Takes a hint: the connection is checked now."""
    rested = Q(checked_at__isnull=True) | Q(checked_at__lt=at - REST)
    due = Connection.objects.filter(rested, pk=connection_id, state=Connection.State.ACTIVE, removed=False)
    due.filter(next_at__gt=at).update(next_at=at, observe_at=at)
