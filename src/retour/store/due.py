"""What waits for a time is due now. Rows are held in the order of their ids first, as everybody holds them: on
PostgreSQL, two who change the same rows in other orders would wait for each other."""

from datetime import datetime
from typing import Any

from django.db import models, transaction

from retour.core.model import EffectState
from retour.store.models import Connection, Effect, Return


def effects_at_once(connection: Connection, at: datetime, state: EffectState | None = None) -> None:
    """The effects of a connection, or those in this state, wait no longer than until `at`."""
    waiting = Effect.objects.filter(connection=connection, due_at__gt=at)
    change(waiting if state is None else waiting.filter(state=state), due_at=at)


def looks_at_once(connection: Connection, at: datetime) -> None:
    """The returns of a connection that are to be looked at wait no longer than until `at`."""
    change(Return.objects.filter(connection=connection, look_at__gt=at), look_at=at)


def change(rows: "models.QuerySet[Any]", **changes: Any) -> None:
    """Changes these rows, held in the order of their ids."""
    with transaction.atomic():
        held = list(rows.select_for_update().order_by("pk").values_list("pk", flat=True))
        if held:
            rows.order_by().update(**changes)
