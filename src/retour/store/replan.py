"""Plans returns anew from their facts: after an upgrade whose rules differ, or when what a platform can do changed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from retour.store.ledger import Ledger
from retour.store.models import Return

BATCH = 200


@dataclass(frozen=True, slots=True)
class Replanned:
    """How many returns were planned anew, and how many of them stand elsewhere now."""

    returns: int = 0
    moved: int = 0


def replan(returns: QuerySet[Return], now: Callable[[], datetime], progress: Callable[[int], None]) -> Replanned:
    """Goes through these returns in batches, one transaction each; safe to stop at any time and to run again.

    `progress` is told after each batch how many it held.
    """
    keys = list(returns.order_by("pk").values_list("pk", flat=True))
    moved = 0
    for start in range(0, len(keys), BATCH):
        batch = keys[start : start + BATCH]
        with transaction.atomic():
            ledger = Ledger(now())
            entries = ledger.load(batch)
            stages = {entry.row.pk: entry.row.stage for entry in entries}
            for entry in entries:
                ledger.put(entry, entry.known)
            ledger.save()
        moved += sum(entry.row.stage != stages[entry.row.pk] for entry in entries)
        progress(len(batch))
    return Replanned(len(keys), moved)
