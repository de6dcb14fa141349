"""Taking work: who runs a connection's cycle now, and which effects leave with it.

An effect is marked `sending` and the mark is committed before its call leaves. A mark whose owner is gone is
`unknown`: the call may have left.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from secrets import token_hex

from django.db import transaction
from django.db.models import F, Q

from retour.connectors.contract import Part, ReturnRequest
from retour.core import model as core
from retour.core.model import EffectKind, EffectState
from retour.store import facts
from retour.store.ledger import Ledger
from retour.store.models import Connection, Effect, Line, MarketplaceOrder, Return
from retour.store.sealed import unseal

CYCLE_LEASE = timedelta(minutes=10)
EFFECT_LEASE = timedelta(minutes=5)
"""Longer than any call may take."""


@dataclass(frozen=True, slots=True)
class Settle:
    """A decision on its way to its marketplace."""

    key: str
    ref: str
    part: Part


@dataclass(frozen=True, slots=True)
class Create:
    """A return request on its way to its shop."""

    key: str
    request: ReturnRequest


@dataclass(frozen=True, slots=True)
class Lost:
    """A settle whose outcome is not known."""

    key: str
    ref: str
    part: Part
    sent_at: datetime
    looks: int


def due_connections(now: datetime) -> list[Connection]:
    """Connections whose check is due, the longest waiting first. A stopped one is not due until it is resumed."""
    due = Connection.objects.filter(
        Q(next_at__lte=now) | Q(next_at__isnull=True),
        state__in=[Connection.State.ACTIVE, Connection.State.RECONNECT],
        removed=False,
    )
    return list(due.select_related("project__company").order_by(F("next_at").asc(nulls_first=True), "pk"))


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


def reclaim(connection: Connection, now: datetime, alive: Callable[[str], bool]) -> int:
    """Effects whose sender died, or whose lease ran out, while they were sending: their outcome is unknown."""
    sending = Effect.objects.filter(connection=connection, state=EffectState.SENDING)
    rows = sending.values_list("pk", "lease_owner", "lease_until", "of_id")
    lost = {
        pk: of for pk, owner, until, of in rows if until is None or until <= now or not alive(owner.rpartition("#")[0])
    }
    if not lost:
        return 0
    with transaction.atomic():
        ledger = Ledger(now)
        for entry in ledger.load(Return.objects.filter(pk__in=set(lost.values()))):
            for effect in entry.effects.values():
                if effect.pk in lost and effect.state == EffectState.SENDING:
                    make_unknown(effect, now, asks=False)
                    ledger.note(entry, "lost", error="the hub stopped while it was being sent", line=effect.line_ref)
                    ledger.put_effect(entry, effect)
        ledger.save()
    return len(lost)


def make_unknown(effect: Effect, now: datetime, *, asks: bool) -> None:
    """The call may have happened. It is looked up next, or a person is asked."""
    effect.state = EffectState.UNKNOWN
    effect.asks = asks
    effect.looks = 0
    effect.due_at = None if asks else now
    effect.lease_owner, effect.lease_until = "", None


def claim(connection: Connection, owner: str, now: datetime, limit: int) -> list[Settle] | list[Create]:
    """Takes up to `limit` due effects of a connection and marks them as sending, for this owner alone."""
    lease = f"{owner}#{token_hex(8)}"
    with transaction.atomic():
        due = Effect.objects.filter(connection=connection, state=EffectState.WANTED, due_at__lte=now)
        keys = list(
            due.order_by("due_at", "pk").select_for_update(skip_locked=True).values_list("pk", flat=True)[:limit]
        )
        if not keys:
            return []
        effects = list(Effect.objects.filter(pk__in=keys).select_related("of").order_by("due_at", "pk"))
        lines = _lines(effects)
        for effect in effects:
            effect.state = EffectState.SENDING
            effect.sent_at = now
            effect.attempts += 1
            effect.looks = 0
            effect.receipt = None
            effect.lease_owner, effect.lease_until = lease, now + EFFECT_LEASE
            effect.before = len(lines[effect.of_id, effect.line_ref].handlings)
        Effect.objects.bulk_create(
            effects,
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=[
                "state",
                "sent_at",
                "attempts",
                "looks",
                "receipt",
                "lease_owner",
                "lease_until",
                "before",
            ],
        )
    if connection.role == Connection.Role.SHOP:
        return _creates(connection, effects, lines)
    return [Settle(e.key, e.of.ref, _part(e, lines[e.of_id, e.line_ref])) for e in effects]


def pending_receipts(connection: Connection, now: datetime, limit: int) -> dict[str, str]:
    """Receipts that are due to be followed: receipt -> effect key."""
    rows = Effect.objects.filter(
        connection=connection, state=EffectState.PENDING, due_at__lte=now, receipt__isnull=False
    )
    return {receipt: key for key, receipt in rows.order_by("due_at").values_list("key", "receipt")[:limit] if receipt}


def unknown_settles(connection: Connection, now: datetime, limit: int) -> list[Lost]:
    """Settles whose outcome is due to be looked up."""
    rows = Effect.objects.filter(connection=connection, state=EffectState.UNKNOWN, asks=False, due_at__lte=now)
    effects = list(rows.filter(kind=EffectKind.SETTLE).select_related("of").order_by("due_at")[:limit])
    lines = _lines(effects)
    return [
        Lost(e.key, e.of.ref, _part(e, lines[e.of_id, e.line_ref]), e.sent_at or e.created_at, e.looks) for e in effects
    ]


def unknown_creates(connection: Connection, now: datetime, limit: int) -> list[str]:
    """Keys of creates whose outcome is due to be looked up."""
    rows = Effect.objects.filter(connection=connection, state=EffectState.UNKNOWN, asks=False, due_at__lte=now)
    return list(rows.filter(kind=EffectKind.CREATE).order_by("due_at").values_list("key", flat=True)[:limit])


def next_work(connection: Connection) -> datetime | None:
    """When the next effect or look of a connection is due; None where nothing is under way."""
    states = [EffectState.WANTED, EffectState.SENDING, EffectState.UNKNOWN, EffectState.PENDING]
    effects = Effect.objects.filter(connection=connection, state__in=states, due_at__isnull=False)
    looks = Return.objects.filter(connection=connection, look_at__isnull=False)
    times = [
        effects.order_by("due_at").values_list("due_at", flat=True).first(),
        looks.order_by("look_at").values_list("look_at", flat=True).first(),
    ]
    return min((time for time in times if time is not None), default=None)


def refunds_today(connection: Connection, now: datetime) -> tuple[int, int | None]:
    """How many refunds were sent to a marketplace today, and how many on a usual day of the last two weeks.

    None while there is less than a week to learn from."""
    day = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    sent = Effect.objects.filter(
        connection=connection, kind=EffectKind.SETTLE, resolution__in=[core.Resolution.ACCEPT, core.Resolution.KEEP]
    ).exclude(state=EffectState.WANTED)
    today = sent.filter(sent_at__gte=day).count()
    first = sent.order_by("sent_at").values_list("sent_at", flat=True).first()
    if first is None or first > day - timedelta(days=7):
        return today, None
    days = min(14, (day - first).days)
    return today, sent.filter(sent_at__gte=day - timedelta(days=days), sent_at__lt=day).count() // days


def due_refunds(connection: Connection, now: datetime) -> int:
    """How many refunds wait to be sent now."""
    due = Effect.objects.filter(
        connection=connection,
        kind=EffectKind.SETTLE,
        state=EffectState.WANTED,
        due_at__lte=now,
        resolution__in=[core.Resolution.ACCEPT, core.Resolution.KEEP],
    )
    return due.count()


def _lines(effects: Sequence[Effect]) -> dict[tuple[int, str], Line]:
    lines = Line.objects.filter(of_id__in={effect.of_id for effect in effects})
    return {(line.of_id, line.ref): line for line in lines}


def _part(effect: Effect, line: Line) -> Part:
    reason = next((d["reason"] for d in line.decisions if d["seq"] == effect.decision), None)
    return Part(
        line_ref=effect.line_ref,
        resolution=core.Resolution(effect.resolution),
        quantity=effect.quantity,
        reason=reason,
        changes=core.Resolution(effect.changes) if effect.changes else None,
        order_ref=line.order_ref,
        order_line_ref=line.order_line_ref,
    )


def _creates(shop: Connection, effects: Sequence[Effect], lines: dict[tuple[int, str], Line]) -> list[Create]:
    order_refs = {lines[e.of_id, e.line_ref].order_ref for e in effects}
    orders = {o.ref: o for o in MarketplaceOrder.objects.filter(project=shop.project_id, ref__in=order_refs)}
    marketplaces = {c.pk: c for c in Connection.objects.filter(pk__in={effect.of.connection_id for effect in effects})}
    made = []
    for effect in effects:
        line = lines[effect.of_id, effect.line_ref]
        order = orders.get(line.order_ref)
        plain = unseal(order.sealed) if order else None
        made.append(
            Create(
                effect.key,
                ReturnRequest(
                    number=line.pk,
                    marketplace=marketplaces[effect.of.connection_id].connector,
                    ref=effect.of.ref,
                    line_ref=line.ref,
                    order_ref=line.order_ref,
                    status="accepted" if effect.resolution else "new",
                    quantity=effect.quantity,
                    opened_at=effect.of.opened_at,
                    title=line.title,
                    sku=line.sku,
                    gtin=line.gtin,
                    reason=core.Reason(line.reason) if line.reason else None,
                    reason_text=line.reason_text,
                    comment=line.comment,
                    unit_price=facts.to_line(line).item.unit_price,
                    customer=facts.party_from_plain(unseal(effect.of.customer)),
                    billing=facts.party_from_plain(plain["billing"]) if plain else None,
                    shop_order=(order.shop_order or None) if order else None,
                    shop_product=dict(order.products).get(line.sku) if order and line.sku else None,
                ),
            )
        )
    return made
