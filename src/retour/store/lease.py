"""Who runs a connection's check now."""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta

from django.db.models import F, Q

from retour.store.models import Connection

CYCLE_LEASE = timedelta(minutes=10)


def due_connections(now: datetime) -> list[Connection]:
    """Connections whose check is due, the longest waiting first. A stopped one is not due until it is resumed."""
    due = Connection.objects.filter(
        Q(next_at__lte=now) | Q(next_at__isnull=True),
        state__in=[Connection.State.ACTIVE, Connection.State.RECONNECT],
        removed=False,
    )
    return list(due.select_related("project__company").order_by(F("next_at").asc(nulls_first=True), "pk"))


def all_connections(only: Collection[int] | None = None) -> list[Connection]:
    """Every connection that is in use, or only those."""
    used = Connection.objects.filter(removed=False).select_related("project__company").order_by("pk")
    return list(used.filter(pk__in=only) if only is not None else used)


def take_cycle(connection: Connection, owner: str, now: datetime, alive: Callable[[str], bool]) -> bool:
    """Takes the lease on a connection's cycle; false when somebody who is alive holds it."""
    free = Q(lease_until__isnull=True) | Q(lease_until__lte=now)
    held = Connection.objects.filter(pk=connection.pk).values_list("lease_owner", flat=True).first()
    if held and not alive(held):
        free |= Q(lease_owner=held)
    taken = Connection.objects.filter(free, pk=connection.pk).update(lease_owner=owner, lease_until=now + CYCLE_LEASE)
    return taken == 1


def keep_cycle(connection: Connection, owner: str, now: datetime) -> bool:
    """Prolongs the lease; false when it was lost."""
    held = Connection.objects.filter(pk=connection.pk, lease_owner=owner)
    return held.update(lease_until=now + CYCLE_LEASE) == 1


def give_back(connection: Connection, owner: str) -> None:
    """Ends the lease without a result."""
    Connection.objects.filter(pk=connection.pk, lease_owner=owner).update(lease_owner="", lease_until=None)
