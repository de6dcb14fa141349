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
from retour.core import match
from retour.core import model as core
from retour.core.model import EffectState
from retour.store import aliases, bulk, facts, order_lines, rows, waiting
from retour.store.ledger import Ledger
from retour.store.models import Connection, Effect, Line
from retour.store.record import CLOCK_STEP
from retour.store.rows import Customer, EffectRow, LineRow, OrderRow
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
    held = sending.values_list("pk", "lease_owner", "lease_until", "of_id")
    lost = {
        pk: (of, owner)
        for pk, owner, until, of in held
        if until is None or not now < until <= now + EFFECT_LEASE + CLOCK_STEP or not alive(owner.rpartition("#")[0])
    }
    if not lost:
        return 0
    with transaction.atomic():
        ledger = Ledger(now)
        for entry in ledger.load({of for of, _ in lost.values()}):
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
    if not effects:
        return []
    of = rows.customers({effect.of_id for effect in effects})
    return [Settle(e.key, e.attempts, of[e.of_id].ref, part_of(e, lines[e.of_id, e.line_ref])) for e in effects]


def claim_creates(
    shop: Connection, owner: str, now: datetime, limit: int, *, searched: bool = False, linked: bool = False
) -> list[Create]:
    """Takes up to `limit` due creates and marks them as sending, for this owner alone. `searched`: only those whose
    order is linked, or was looked for in the shop in vain. `linked`: only those whose order is linked, and of which it
    is certain which of its products comes back."""
    effects, lines = _claim(shop, owner, now, limit, searched=searched, linked=linked)
    if not effects:
        return []
    of = rows.customers({effect.of_id for effect in effects})
    orders = rows.orders(shop.project_id, {lines[e.of_id, e.line_ref].order_ref for e in effects})
    connectors = rows.connectors({customer.connection_id for customer in of.values()})
    fits = order_lines.fits(shop.project_id, list(orders.values()))
    items = {line.pk: facts.to_line(line).item for line in lines.values()}
    words = aliases.known_for(shop.project_id, items.values())
    made = []
    for effect in effects:
        line, customer = lines[effect.of_id, effect.line_ref], of[effect.of_id]
        fit, order = fits.get(line.pk), orders.get(line.order_ref)
        item = order_lines.as_the_shop_calls_it(items[line.pk], fit, words)
        product = order_lines.product(item, order, fit)
        request = _request(effect, line.pk, item, customer, order, product, connectors[customer.connection_id])
        made.append(Create(effect.key, effect.attempts, request))
    return made


def _claim(
    connection: Connection,
    owner: str,
    now: datetime,
    limit: int,
    *,
    searched: bool = False,
    linked: bool = False,
) -> tuple[list[EffectRow], dict[tuple[int, str], LineRow]]:
    if not rows.any_due(connection.pk, now):
        return [], {}
    with transaction.atomic():
        effects = rows.due_effects(connection.pk, now, limit)
        lines = {(line.of_id, line.ref): line for line in rows.lines({effect.of_id for effect in effects})}
        if searched or linked:
            # What became due while others were searched is searched first, in the next round.
            known = rows.orders(connection.project_id, {line.order_ref for line in lines.values()})
            ready = {ref for ref, order in known.items() if order.shop_order or (order.searched_at and not linked)}
            effects = [effect for effect in effects if lines[effect.of_id, effect.line_ref].order_ref in ready]
        if linked:
            fits = order_lines.fits(connection.project_id, list(known.values()))
            effects = [e for e in effects if not waiting.flaw(lines[e.of_id, e.line_ref], known, fits)]
        lease = f"{owner}#{token_hex(8)}"
        for effect in effects:
            effect.state, effect.sent_at = EffectState.SENDING, now
            effect.attempts += 1
            effect.looks, effect.receipt = 0, None
            effect.lease_owner = lease
            effect.lease_until = effect.due_at = now + EFFECT_LEASE  # then at the latest somebody must look
            effect.before = len(lines[effect.of_id, effect.line_ref].handlings)
        bulk.update(effects, _CLAIMED, of=Effect)
    return effects, lines


def lines_of(effects: Sequence[Effect]) -> dict[tuple[int, str], Line]:
    """The lines of these effects, by return and line ref."""
    lines = Line.objects.filter(of_id__in={effect.of_id for effect in effects})
    return {(line.of_id, line.ref): line for line in lines}


def part_of(effect: Effect | EffectRow, line: Line | LineRow) -> Part:
    """What a settle tells."""
    decision = next((d for d in line.decisions if d["seq"] == effect.decision), {})
    return Part(
        line_ref=effect.line_ref,
        resolution=core.Resolution(effect.resolution or ""),
        quantity=effect.quantity,
        key=effect.key,
        number=effect.pk or 0,
        reason=decision.get("reason"),
        code=decision.get("code"),
        changes=core.Resolution(effect.changes) if effect.changes else None,
        order_ref=line.order_ref,
        order_line_ref=line.order_line_ref,
    )


def _request(
    effect: EffectRow,
    number: int,
    item: core.SeenLine,
    of: Customer,
    order: OrderRow | None,
    product: str | None,
    connector: str,
) -> ReturnRequest:
    plain = unseal(order.sealed) if order else None
    return ReturnRequest(
        number=number,
        marketplace=connector,
        ref=of.ref,
        line_ref=item.ref,
        order_ref=item.order_ref,
        status="accepted" if effect.resolution else "new",
        quantity=effect.quantity,
        opened_at=of.opened_at,
        title=item.title,
        sku=item.sku,
        gtin=item.gtin,
        reason=item.reason,
        reason_text=item.reason_text,
        comment=item.comment,
        unit_price=item.unit_price,
        customer=match.addressed(
            facts.party_from_plain(unseal(of.customer)), facts.party_from_plain(plain["shipping"]) if plain else None
        ),
        billing=facts.party_from_plain(plain["billing"]) if plain else None,
        shop_order=(order.shop_order or None) if order else None,
        shop_product=product,
    )
