"""Effects that have left and whose end is not known yet: what is to be asked next."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from retour.connectors.contract import Part
from retour.core.model import EffectKind, EffectState
from retour.store.claim import lines_of, part_of
from retour.store.models import Connection, Effect, Line, Return


@dataclass(frozen=True, slots=True)
class Pending:
    """A receipt to be followed."""

    key: str
    receipt: str
    sent_at: datetime
    looks: int


@dataclass(frozen=True, slots=True)
class LostSettle:
    """A settle whose outcome is not known."""

    key: str
    ref: str
    part: Part
    sent_at: datetime
    looks: int


@dataclass(frozen=True, slots=True)
class LostCreate:
    """A create whose outcome is not known."""

    key: str
    looks: int


def pending_receipts(connection: Connection, now: datetime, limit: int) -> list[Pending]:
    """Receipts that are due to be followed."""
    due = Effect.objects.filter(connection=connection, state=EffectState.PENDING, due_at__lte=now)
    return [
        Pending(e.key, e.receipt, e.sent_at or e.created_at, e.looks)
        for e in due.order_by("due_at")[:limit]
        if e.receipt
    ]


def unknown_settles(connection: Connection, now: datetime, limit: int) -> list[LostSettle]:
    """Settles whose outcome is due to be looked up."""
    due = _unknown(connection, now).filter(kind=EffectKind.SETTLE).select_related("of")
    effects = list(due[:limit])
    lines = lines_of(effects)
    return [
        LostSettle(e.key, e.of.ref, part_of(e, lines[e.of_id, e.line_ref]), e.sent_at or e.created_at, e.looks)
        for e in effects
    ]


def unknown_creates(connection: Connection, now: datetime, limit: int) -> list[LostCreate]:
    """Creates whose outcome is due to be looked up."""
    due = _unknown(connection, now).filter(kind=EffectKind.CREATE)
    return [LostCreate(effect.key, effect.looks) for effect in due[:limit]]


def is_open(key: str) -> bool:
    """Whether an effect's outcome is still not known."""
    return Effect.objects.filter(key=key, state=EffectState.UNKNOWN).exists()


def history_moved(key: str) -> bool:
    """Whether the marketplace's history of the line has grown since the effect was sent. Then somebody acted there,
    and nobody but a person can tell whose act it was."""
    effect = Effect.objects.get(key=key)
    line = Line.objects.get(of_id=effect.of_id, ref=effect.line_ref)
    return len(line.handlings) > effect.before


def next_work(connection: Connection) -> datetime | None:
    """When the next effect or look of a connection is due; None where nothing is under way."""
    live = [EffectState.WANTED, EffectState.SENDING, EffectState.UNKNOWN, EffectState.PENDING]
    effects = Effect.objects.filter(connection=connection, state__in=live, due_at__isnull=False)
    looks = Return.objects.filter(connection=connection, look_at__isnull=False)
    times = [
        effects.order_by("due_at").values_list("due_at", flat=True).first(),
        looks.order_by("look_at").values_list("look_at", flat=True).first(),
    ]
    return min((time for time in times if time is not None), default=None)


def polled(shop: Connection, before: datetime, after: int, limit: int) -> list[tuple[int, str]]:
    """Requests that the shop is still to be asked about, as (line, the shop's id), in batches by line.

    Only those that last changed before then: what was made a moment ago has no decision yet."""
    lines = Line.objects.filter(
        polls=True, of__connection__project=shop.project_id, of__changed_at__lt=before, pk__gt=after
    )
    return [(pk, ref) for pk, ref in lines.order_by("pk").values_list("pk", "shop_ref")[:limit] if ref]


def _unknown(connection: Connection, now: datetime) -> QuerySet[Effect]:
    unknown = Effect.objects.filter(connection=connection, state=EffectState.UNKNOWN, asks=False, due_at__lte=now)
    return unknown.order_by("due_at")
