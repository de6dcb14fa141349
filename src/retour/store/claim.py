"""Taking effects to send.

An effect is marked `sending` and the mark is committed before its call leaves. A mark whose owner is gone is
`unknown`: the call may have left.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_hex

from django.db import transaction

from retour.connectors.contract import Part, ReturnRequest
from retour.core import model as core
from retour.core.model import EffectState
from retour.store import bulk, facts
from retour.store.ledger import Ledger
from retour.store.models import Connection, Effect, Line, MarketplaceOrder, Return
from retour.store.record import CLOCK_STEP
from retour.store.sealed import unseal

EFFECT_LEASE = timedelta(minutes=5)
"""Longer than any call may take."""
_CLAIMED = ["state", "due_at", "sent_at", "attempts", "looks", "receipt", "lease_owner", "lease_until", "before"]


@dataclass(frozen=True, slots=True)
class Settle:
    """A decision on its way to its marketplace."""

    key: str
    attempts: int
    ref: str
    part: Part


@dataclass(frozen=True, slots=True)
class Create:
    """A return request on its way to its shop."""

    key: str
    attempts: int
    request: ReturnRequest


def reclaim(connection: Connection, now: datetime, alive: Callable[[str], bool], *, can_look_up: bool) -> int:
    """Effects whose sender died, or whose lease ran out, while they were sending: their outcome is unknown.

    It is looked up next, or a person is asked where this platform cannot be. The number of them."""
    sending = Effect.objects.filter(connection=connection, state=EffectState.SENDING)
    rows = sending.values_list("pk", "lease_owner", "lease_until", "of_id")
    lost = {
        pk: (of, owner)
        for pk, owner, until, of in rows
        if until is None or not now < until <= now + EFFECT_LEASE + CLOCK_STEP or not alive(owner.rpartition("#")[0])
    }
    if not lost:
        return 0
    with transaction.atomic():
        ledger = Ledger(now)
        for entry in ledger.load(Return.objects.filter(pk__in={of for of, _ in lost.values()})):
            for effect in list(entry.effects.values()):
                if effect.state != EffectState.SENDING or lost.get(effect.pk) != (effect.of_id, effect.lease_owner):
                    continue
                effect.state, effect.looks = EffectState.UNKNOWN, 0
                effect.asks, effect.due_at = not can_look_up, now if can_look_up else None
                effect.lease_owner, effect.lease_until = "", None
                ledger.note(entry, "lost", error="the hub stopped while it was being sent", line=effect.line_ref)
                ledger.put_effect(entry, effect)
        ledger.save()
    return len(lost)


def claim_settles(connection: Connection, owner: str, now: datetime, limit: int) -> list[Settle]:
    """Takes up to `limit` due settles and marks them as sending, for this owner alone."""
    effects, lines = _claim(connection, owner, now, limit)
    return [Settle(e.key, e.attempts, e.of.ref, part_of(e, lines[e.of_id, e.line_ref])) for e in effects]


def claim_creates(shop: Connection, owner: str, now: datetime, limit: int) -> list[Create]:
    """Takes up to `limit` due creates and marks them as sending, for this owner alone."""
    effects, lines = _claim(shop, owner, now, limit)
    if not effects:
        return []
    order_refs = {lines[e.of_id, e.line_ref].order_ref for e in effects}
    orders = {o.ref: o for o in MarketplaceOrder.objects.filter(project=shop.project_id, ref__in=order_refs)}
    connectors = dict(
        Connection.objects.filter(pk__in={e.of.connection_id for e in effects}).values_list("pk", "connector")
    )
    made = []
    for effect in effects:
        line = lines[effect.of_id, effect.line_ref]
        request = _request(effect, line, orders.get(line.order_ref), connectors[effect.of.connection_id])
        made.append(Create(effect.key, effect.attempts, request))
    return made


def _claim(
    connection: Connection, owner: str, now: datetime, limit: int
) -> tuple[list[Effect], dict[tuple[int, str], Line]]:
    due = Effect.objects.filter(connection=connection, state=EffectState.WANTED, due_at__lte=now)
    if not due.exists():
        return [], {}
    with transaction.atomic():
        locked = due.order_by("due_at", "pk").select_for_update(of=("self",), skip_locked=True)
        effects = list(locked.select_related("of")[:limit])
        lines = lines_of(effects)
        lease = f"{owner}#{token_hex(8)}"
        for effect in effects:
            effect.state, effect.sent_at = EffectState.SENDING, now
            effect.attempts += 1
            effect.looks, effect.receipt = 0, None
            effect.lease_owner = lease
            effect.lease_until = effect.due_at = now + EFFECT_LEASE  # then at the latest somebody must look
            effect.before = len(lines[effect.of_id, effect.line_ref].handlings)
        bulk.update(effects, _CLAIMED)
    return effects, lines


def lines_of(effects: Sequence[Effect]) -> dict[tuple[int, str], Line]:
    """The lines of these effects, by return and line ref."""
    lines = Line.objects.filter(of_id__in={effect.of_id for effect in effects})
    return {(line.of_id, line.ref): line for line in lines}


def part_of(effect: Effect, line: Line) -> Part:
    """What a settle tells."""
    reason = next((d["reason"] for d in line.decisions if d["seq"] == effect.decision), None)
    return Part(
        line_ref=effect.line_ref,
        resolution=core.Resolution(effect.resolution or ""),
        quantity=effect.quantity,
        reason=reason,
        changes=core.Resolution(effect.changes) if effect.changes else None,
        order_ref=line.order_ref,
        order_line_ref=line.order_line_ref,
    )


def _request(effect: Effect, line: Line, order: MarketplaceOrder | None, connector: str) -> ReturnRequest:
    plain = unseal(order.sealed) if order else None
    item = facts.to_line(line).item
    return ReturnRequest(
        number=line.pk,
        marketplace=connector,
        ref=effect.of.ref,
        line_ref=line.ref,
        order_ref=line.order_ref,
        status="accepted" if effect.resolution else "new",
        quantity=effect.quantity,
        opened_at=effect.of.opened_at,
        title=item.title,
        sku=item.sku,
        gtin=item.gtin,
        reason=item.reason,
        reason_text=item.reason_text,
        comment=item.comment,
        unit_price=item.unit_price,
        customer=facts.party_from_plain(unseal(effect.of.customer)),
        billing=facts.party_from_plain(plain["billing"]) if plain else None,
        shop_order=(order.shop_order or None) if order else None,
        shop_product=dict(order.products).get(item.sku) if order and item.sku else None,
    )
