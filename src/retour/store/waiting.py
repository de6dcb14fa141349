"""Requests that cannot leave, since it is not certain what in the shop they belong to. They wait in sight."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from retour.core.model import EffectKind, EffectState
from retour.core.shop_request import LINE_UNCERTAIN, ORDER_UNKNOWN, waits
from retour.store import order_lines, rows
from retour.store.ledger import Ledger
from retour.store.models import Connection, Effect
from retour.store.rows import LineRow, OrderRow

BATCH = 500


def hold(shop: Connection, now: datetime, limit: int) -> int:
    """Holds back the due requests of a shop that needs their orders, where the order was searched and is not linked, or
    where it is not certain which of its products comes back. The number held. A person, or a later search, lets them
    go."""
    due = Effect.objects.filter(connection=shop, kind=EffectKind.CREATE, state=EffectState.WANTED, due_at__lte=now)
    effects = list(due.order_by("due_at", "pk").values_list("key", "of_id", "line_ref")[:limit])
    if not effects:
        return 0
    why = _flaws(shop, effects)
    held = {of for key, of, _ in effects if why[key]}
    if not held:
        return 0
    count = 0
    with transaction.atomic():
        ledger = Ledger(now)
        for entry in ledger.load(held):
            for effect in list(entry.effects.values()):
                flaw = why.get(effect.key)
                if flaw is None or effect.state != EffectState.WANTED or effect.due_at is None or effect.due_at > now:
                    continue
                if not waits(effect.state, asks=effect.asks):
                    ledger.note(entry, _EVENTS[flaw], line=effect.line_ref)
                effect.asks, effect.due_at, effect.error = True, None, flaw
                ledger.put_effect(entry, effect)
                count += 1
        ledger.save()
    return count


def let_go(shop: Connection, now: datetime, *, needs_order: bool) -> int:
    """Lets requests leave that are held back for a reason that is none any more, whatever has ended it: a product that
    was learned elsewhere, units that another return gave back, a link that came while they were being held, a shop that
    does not need their orders. The number of them."""
    waiting = Effect.objects.filter(connection=shop, kind=EffectKind.CREATE, state=EffectState.WANTED, asks=True)
    held = list(waiting.order_by("pk").values_list("key", "of_id", "line_ref", "error"))
    count = 0
    for start in range(0, len(held), BATCH):
        some = held[start : start + BATCH]
        why = _flaws(shop, [(key, of, ref) for key, of, ref, _ in some]) if needs_order else {}
        free = {key: of for key, of, _, error in some if why.get(key) != error}
        count += _free(free, now) if free else 0
    return count


def _free(held: dict[str, int], now: datetime) -> int:
    count = 0
    with transaction.atomic():
        ledger = Ledger(now)
        for entry in ledger.load(set(held.values())):
            for effect in list(entry.effects.values()):
                if effect.key in held and waits(effect.state, asks=effect.asks):
                    effect.asks, effect.due_at, effect.error = False, now, None
                    ledger.put_effect(entry, effect)
                    count += 1
        ledger.save()
    return count


_EVENTS = {ORDER_UNKNOWN: "order_missing", LINE_UNCERTAIN: "line_uncertain"}


def _flaws(shop: Connection, effects: Collection[tuple[str, int, str]]) -> dict[str, str | None]:
    """Of requests by key, return and line: why each cannot leave; None: it can, or its order is searched first."""
    lines = {(line.of_id, line.ref): line for line in rows.lines({of for _, of, _ in effects})}
    orders = rows.orders(shop.project_id, {lines[of, ref].order_ref for _, of, ref in effects})
    fits = order_lines.fits(shop.project_id, list(orders.values()))
    return {key: flaw(lines[of, ref], orders, fits) for key, of, ref in effects}


def flaw(line: LineRow, orders: dict[str, OrderRow], fits: order_lines.Fits) -> str | None:
    """Why a line's request cannot leave to a shop that needs its order; None: it can, or it is searched for first."""
    order = orders.get(line.order_ref)
    if order is None or not order.shop_order:
        return ORDER_UNKNOWN if order is not None and order.searched_at else None
    fit = fits.get(line.pk)
    return LINE_UNCERTAIN if fit is not None and fit.line is None else None
