"""A deadline that has passed gives way to the return's next one."""

from datetime import datetime

from django.db import transaction

from retour.core.deadlines import next_of
from retour.core.model import Stage
from retour.core.plan import plan
from retour.store import bulk
from retour.store.ledger import Ledger
from retour.store.models import Connection, Return
from retour.store.platforms import capabilities_of, shop_of

BATCH = 200


def move_on(now: datetime) -> int:
    """Returns whose noted deadline has passed are noted with the next one, where there is one. The number of those.
    Nothing else of them changes: it is no news of the return."""
    moved = 0
    for marketplace in Connection.objects.filter(role=Connection.Role.MARKETPLACE, removed=False):
        if len(capabilities_of(marketplace, shop_of(marketplace)).marketplace.deadlines) > 1:
            moved += _of(marketplace, now)
    return moved


def _of(marketplace: Connection, now: datetime) -> int:
    passed = Return.objects.filter(connection=marketplace, deadline_at__lte=now).exclude(stage=Stage.CLOSED)
    keys = list(passed.order_by("pk").values_list("pk", flat=True))
    moved = 0
    for start in range(0, len(keys), BATCH):
        with transaction.atomic():
            changed = []
            for entry in Ledger(now).load(keys[start : start + BATCH]):
                following = next_of(plan(entry.known, entry.capabilities).deadlines, now)
                if following != entry.row.deadline_at:
                    entry.row.deadline_at = following
                    changed.append(entry.row)
            bulk.rewrite(changed, of=Return)
        moved += len(changed)
    return moved
