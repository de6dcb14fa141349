"""Who runs a connection's check now."""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from enum import Enum, auto

from django.db.models import F, Q

from retour.store import due, sql
from retour.store.models import Connection
from retour.store.record import CLOCK_STEP

CYCLE_LEASE = timedelta(minutes=10)


def due_connections(now: datetime) -> list[Connection]:
    """Connections whose check is due, the longest waiting first. A stopped one is not due until it is resumed."""
    due = Connection.objects.filter(
        Q(next_at__lte=now) | Q(next_at__isnull=True) | Q(checked_at__gt=now + CLOCK_STEP),
        state__in=[Connection.State.ACTIVE, Connection.State.RECONNECT],
        removed=False,
    )
    return list(due.select_related("project__company").order_by(F("next_at").asc(nulls_first=True), "pk"))


def all_connections(only: Collection[int] | None = None) -> list[Connection]:
    """Every connection that is in use, or only those."""
    used = Connection.objects.filter(removed=False).select_related("project__company").order_by("pk")
    return list(used.filter(pk__in=only) if only is not None else used)


def take_cycle(connection: Connection, owner: str, now: datetime, alive: Callable[[str], bool]) -> bool:
    """Takes the lease on a connection's cycle; false when somebody who is alive holds it.

    A lease that could not be given back is the owner's own to take again: nobody runs two checks of a connection.
    One that ends later than any lease can was taken while a clock was ahead."""
    taken = sql.change(
        """
        UPDATE store_connection SET lease_owner = %s, lease_until = %s
        WHERE id = %s AND (lease_until IS NULL OR lease_until <= %s OR lease_until > %s)
        """,
        [owner, sql.time(now + CYCLE_LEASE), connection.pk, sql.time(now), sql.time(now + CYCLE_LEASE + CLOCK_STEP)],
    )
    if not taken:
        row = Connection.objects.filter(pk=connection.pk)
        held = row.values_list("lease_owner", flat=True).first()
        if held and (held == owner or not alive(held)):
            taken = row.filter(lease_owner=held).update(lease_owner=owner, lease_until=now + CYCLE_LEASE)
    if taken:
        connection.lease_owner = owner
    return taken == 1


def is_ahead(connection: Connection, now: datetime) -> bool:
    """Whether the last check lies ahead of the clock."""
    return connection.checked_at is not None and connection.checked_at > now + CLOCK_STEP


def clock_went_back(connection: Connection, now: datetime) -> bool:
    """Heals a connection whose last check lies ahead: this machine's clock was wrong then, and has been put right.
    Whatever waits for a time waits no longer than until now."""
    if not is_ahead(connection, now):
        return False
    due.looks_at_once(connection, now)
    due.effects_at_once(connection, now)
    times = {"checked_at": now, "observe_at": now, "next_at": now}
    Connection.objects.filter(pk=connection.pk).update(**times)
    for name, time in times.items():
        setattr(connection, name, time)
    return True


def keep_cycle(connection: Connection, owner: str, now: datetime) -> bool:
    """Prolongs the lease; false when it was lost."""
    statement = "UPDATE store_connection SET lease_until = %s WHERE id = %s AND lease_owner = %s"
    return sql.change(statement, [sql.time(now + CYCLE_LEASE), connection.pk, owner]) == 1


class Standing(Enum):
    """How a check stands that is under way."""

    GOES_ON = auto()
    LOST = auto()
    """Another worker has the lease."""
    HELD_BACK = auto()
    """The connection was paused, stopped or removed."""


def standing(connection: Connection, owner: str, now: datetime | None) -> Standing:
    """How this owner's check of a connection stands. Prolongs the lease, unless `now` is None."""
    if now is not None and not keep_cycle(connection, owner, now):
        return Standing.LOST
    ((usable, holder),) = sql.rows(
        "SELECT state IN ('active', 'reconnect') AND NOT removed, lease_owner FROM store_connection WHERE id = %s",
        [connection.pk],
    )
    if holder != owner:
        return Standing.LOST
    return Standing.GOES_ON if usable else Standing.HELD_BACK


def give_back(connection: Connection, owner: str) -> None:
    """Ends the lease without a result."""
    Connection.objects.filter(pk=connection.pk, lease_owner=owner).update(lease_owner="", lease_until=None)
