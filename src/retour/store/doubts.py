"""Effects that have left and whose end is not known yet: what is to be asked next."""

from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Q, QuerySet, Subquery

from retour.connectors.contract import Part
from retour.core.account import account
from retour.core.model import EffectKind, EffectState, Handler, Handling
from retour.store import facts, sql
from retour.store.claim import lines_of, part_of
from retour.store.models import Connection, Effect, Line, Return
from retour.store.platforms import capabilities_of, shop_of


@dataclass(frozen=True, slots=True)
class Pending:
    """A receipt to be followed."""

    key: str
    attempts: int
    receipt: str
    sent_at: datetime
    looks: int


@dataclass(frozen=True, slots=True)
class LostSettle:
    """A settle whose outcome is not known."""

    key: str
    attempts: int
    ref: str
    part: Part
    sent_at: datetime
    looks: int


@dataclass(frozen=True, slots=True)
class LostCreate:
    """A create whose outcome is not known."""

    key: str
    attempts: int
    looks: int


def pending_receipts(connection: Connection, now: datetime, limit: int) -> list[Pending]:
    """Receipts that are due to be followed."""
    due = Effect.objects.filter(connection=connection, state=EffectState.PENDING, due_at__lte=now, receipt__gt="")
    columns = ("key", "attempts", "receipt", "sent_at", "created_at", "looks")
    return [
        Pending(key, attempts, receipt or "", sent_at or made_at, looks)
        for key, attempts, receipt, sent_at, made_at, looks in due.order_by("due_at").values_list(*columns)[:limit]
    ]


def unknown_settles(connection: Connection, now: datetime, limit: int) -> list[LostSettle]:
    """Settles whose outcome is due to be looked up."""
    due = _unknown(connection, now).filter(kind=EffectKind.SETTLE).select_related("of")
    effects = list(due[:limit])
    lines = lines_of(effects)
    return [
        LostSettle(
            e.key, e.attempts, e.of.ref, part_of(e, lines[e.of_id, e.line_ref]), e.sent_at or e.created_at, e.looks
        )
        for e in effects
    ]


def unknown_creates(connection: Connection, now: datetime, limit: int) -> list[LostCreate]:
    """Creates whose outcome is due to be looked up."""
    due = _unknown(connection, now).filter(kind=EffectKind.CREATE)
    return [LostCreate(effect.key, effect.attempts, effect.looks) for effect in due[:limit]]


def is_open(key: str) -> bool:
    """Whether an effect's outcome is still not known."""
    return Effect.objects.filter(key=key, state=EffectState.UNKNOWN).exists()


def history_moved(key: str) -> bool:
    """Whether the marketplace's history of the line has grown since the effect was sent by more than what is known to
    be ours. Then somebody acted there, and nobody but a person can tell whose act it was."""
    effect = Effect.objects.select_related("of__connection").get(key=key)
    row = effect.of
    known = facts.to_return(row, row.lines.order_by("pk"), row.effects.order_by("pk"))
    line = known.line(effect.line_ref)
    if line is None:
        return False
    history = line.item.handlings
    if any(entry.resolution is None for entry in history[effect.before :]):
        return True
    reads_as = capabilities_of(row.connection, shop_of(row.connection)).marketplace.tells

    # What a person did there by hand may be all that it shows; or what it shows is ours, and theirs is still to come.
    ours = tuple(one for one in known.effects if not one.by_hand)
    if key in account(line, known.effects, reads_as).either or key in account(line, ours, reads_as).proven:
        return True

    def foreign(handlings: tuple[Handling, ...]) -> int:
        seen = replace(line, item=replace(line.item, handlings=handlings))
        return sum(entry.quantity for entry in account(seen, known.effects, reads_as).foreign)

    return foreign(history) > foreign(history[: effect.before])


def belongs_to_another(key: str, receipt: str) -> bool:
    """Whether a receipt is known as that of another effect: then it says nothing about this one."""
    connection = Effect.objects.filter(key=key).values("connection")
    return Effect.objects.filter(receipt=receipt, connection__in=connection).exclude(key=key).exists()


def keep_receipt(key: str, receipt: str) -> None:
    """Notes the receipt that was found for a lost answer, before anything follows from it."""
    Effect.objects.filter(key=key, state=EffectState.UNKNOWN).update(receipt=receipt)


def postpone(key: str, until: datetime) -> None:
    """It could not be asked for now. That is no look in vain."""
    Effect.objects.filter(key=key, state=EffectState.UNKNOWN).update(due_at=until)


_LIVE = [EffectState.WANTED, EffectState.SENDING, EffectState.UNKNOWN, EffectState.PENDING]


@dataclass(frozen=True, slots=True)
class AtHand:
    """What there is to do on a connection before its lists are read."""

    effects: bool
    looks: bool
    reports: bool
    """The shop shows returns of its own that marketplaces are to be asked about."""


def at_hand(connection: Connection, now: datetime) -> AtHand:
    """Whether any effect is under way, whether a return is due to be looked at, and whether the shop has reports."""
    ((effects, looks, reports),) = sql.rows(
        """
        SELECT EXISTS (SELECT 1 FROM store_effect WHERE connection_id = %s AND NOT asks
                       AND state IN ('wanted', 'sending', 'unknown', 'pending')),
               EXISTS (SELECT 1 FROM store_return WHERE connection_id = %s AND look_at <= %s),
               EXISTS (SELECT 1 FROM store_shopreport AS r JOIN store_connection AS s ON s.id = r.shop_id
                       WHERE s.project_id = %s AND r.state = 'waiting')
        """,
        [connection.pk, connection.pk, sql.time(now), connection.project_id],
    )
    return AtHand(bool(effects), bool(looks), bool(reports))


def next_work(connection: Connection) -> datetime | None:
    """When the next effect or look of a connection is due; None where nothing is under way. One query."""
    effects = Effect.objects.filter(connection=connection, state__in=_LIVE, due_at__isnull=False)
    looks = Return.objects.filter(connection=connection, look_at__isnull=False)
    times = Connection.objects.filter(pk=connection.pk).values_list(
        Subquery(effects.order_by("due_at").values("due_at")[:1]),
        Subquery(looks.order_by("look_at").values("look_at")[:1]),
    )
    return min((time for time in times.first() or () if time is not None), default=None)


def polled(
    shop: Connection, before: datetime, after: int, limit: int, told_since: datetime | None = None
) -> list[tuple[int, str]]:
    """Requests that the shop is still to be asked about, as (line, the shop's id), in batches by line; and those that
    changed last after `told_since`, whether or not a decision of theirs was told.

    Only those that last changed before then: what was made a moment ago has no decision yet."""
    asked = Q(polls=True)
    if told_since is not None:
        asked |= Q(shop_ref__gt="", of__handler=Handler.MERCHANT, of__changed_at__gte=told_since)
    lines = Line.objects.filter(asked, of__connection__project=shop.project_id, of__changed_at__lt=before, pk__gt=after)
    return [(pk, ref) for pk, ref in lines.order_by("pk").values_list("pk", "shop_ref")[:limit] if ref]


def _unknown(connection: Connection, now: datetime) -> QuerySet[Effect]:
    unknown = Effect.objects.filter(connection=connection, state=EffectState.UNKNOWN, asks=False, due_at__lte=now)
    return unknown.order_by("due_at")
