"""What platforms post to the addresses of their connections, where a connector asks for it (`connectors.inbox`).

It is kept as it came, unopened: what it is worth only its connector can tell. All bounds are there for the day on which
somebody else has learned the address.
"""

from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Final

from django.db.models import Count, Sum
from pydantic import ValidationError

from retour.connectors.inbox import Arrival
from retour.connectors.registry import UnknownConnector
from retour.core.capabilities import MarketplaceCapabilities
from retour.store.models import Connection, Posted
from retour.store.platforms import config_of, manifest_of
from retour.store.sealed import CannotOpen, seal, unseal

LARGEST: Final = 8 * 1024 * 1024
"""Of one body, in bytes."""
MOST: Final = 200
MOST_BYTES: Final = 8 * LARGEST
"""What waits for one connection at most: so many bodies, so many bytes."""
KEPT: Final = timedelta(days=1)


class Kept(Enum):
    """What became of a body."""

    KEPT = auto()
    NOT_WANTED = auto()
    """The connection takes nothing in. That is the usual case."""
    TOO_LARGE = auto()
    TOO_MANY = auto()


def receives(connection_id: int) -> bool:
    """Whether a connection's connector takes in what is posted to its address, under its settings."""
    connection = Connection.objects.filter(pk=connection_id, removed=False).first()
    if connection is None:
        return False
    try:
        able = manifest_of(connection).capabilities(config_of(connection))
    except (UnknownConnector, ValidationError, CannotOpen):
        return False
    return isinstance(able, MarketplaceCapabilities) and able.receives


def keep(connection_id: int, body: bytes, at: datetime) -> Kept:
    """Keeps a body for the connection's next check. A caller needs to read no more than one byte beyond `LARGEST`."""
    if len(body) > LARGEST:
        return Kept.TOO_LARGE
    waiting = Posted.objects.filter(connection_id=connection_id, expires_at__gt=at)
    taken = waiting.aggregate(count=Count("pk"), size=Sum("size"))
    if taken["count"] >= MOST or (taken["size"] or 0) + len(body) > MOST_BYTES:
        return Kept.TOO_MANY
    # Each byte as a letter: that reads back as it was, whatever it is.
    Posted.objects.create(
        connection_id=connection_id,
        at=at,
        size=len(body),
        sealed=seal(body.decode("latin-1")),
        expires_at=at + KEPT,
    )
    return Kept.KEPT


def waiting(connection_id: int, at: datetime) -> list[Arrival]:
    """What waits for a connection, oldest first."""
    found = Posted.objects.filter(connection_id=connection_id, expires_at__gt=at)
    return [Arrival(*row) for row in found.order_by("pk").values_list("pk", "at")]


def read(connection_id: int, posted_id: int) -> bytes | None:
    """A body as it was posted; None: there is none any more."""
    found = Posted.objects.filter(pk=posted_id, connection_id=connection_id).values_list("sealed", flat=True).first()
    text: str | None = unseal(found) if found else None
    return None if text is None else text.encode("latin-1")


def forget(connection_id: int, *posted_ids: int) -> None:
    """These were taken in."""
    Posted.objects.filter(pk__in=posted_ids, connection_id=connection_id).delete()
