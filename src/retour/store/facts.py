"""Rows to facts and back."""

from collections.abc import Callable, Iterable
from dataclasses import fields
from datetime import datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any

from retour.core import model as core
from retour.store.models import Effect, Line, Return
from retour.store.rows import EffectRow, LineRow, ReturnRow

_HANDLERS = {one.value: one for one in core.Handler}  # a table is faster than the enumeration's own look-up
_REASONS = {one.value: one for one in core.Reason}
_RESOLUTIONS = {one.value: one for one in core.Resolution}
_SOURCES = {one.value: one for one in core.Source}
_KINDS = {one.value: one for one in core.EffectKind}
_STATES = {one.value: one for one in core.EffectState}


def to_return(
    row: Return | ReturnRow, lines: Iterable[Line | LineRow], effects: Iterable[Effect | EffectRow]
) -> core.Return:
    """A return with all its facts."""
    return core.Return(
        id=row.public_id,
        ref=row.ref,
        opened_at=row.opened_at,
        handler=_HANDLERS[row.handler],
        complete=row.complete,
        lines=tuple([to_line(line) for line in lines]),
        effects=tuple([to_effect(effect) for effect in effects]),
        gone=row.gone,
        stale=row.stale,
    )


def to_line(row: Line | LineRow) -> core.Line:
    price = None
    if row.unit_price is not None and row.currency:
        price = core.Money(row.unit_price, row.currency)
    item = core.SeenLine(
        ref=row.ref,
        order_ref=row.order_ref,
        quantity=row.quantity,
        awaits=row.awaits,
        handlings=tuple([_handling(h) for h in row.handlings]),
        order_line_ref=row.order_line_ref,
        sku=row.sku,
        gtin=row.gtin,
        title=row.title,
        unit_price=price,
        reason=_REASONS[row.reason] if row.reason else None,
        reason_text=row.reason_text,
        comment=row.comment,
        tracking=row.tracking,
        carrier=row.carrier,
        received_at=row.received_at,
        answer_by=row.answer_by,
    )
    return core.Line(item, row.seen_at, _shop(row.shop), tuple([_decision(d) for d in row.decisions]))


def line_row(line: core.Line, *, of_id: int, polls: bool, known: LineRow | None) -> LineRow:
    """A line's facts as its row. `known` is what it was read from; None: it is new."""
    item, shop, price = line.item, line.shop, line.item.unit_price
    row = LineRow(
        pk=known.pk if known else 0,
        of_id=of_id,
        ref=item.ref,
        order_ref=item.order_ref,
        order_line_ref=item.order_line_ref,
        sku=item.sku,
        gtin=item.gtin,
        title=item.title,
        quantity=item.quantity,
        unit_price=price.amount if price else None,
        currency=price.currency if price else None,
        reason=item.reason,
        reason_text=item.reason_text,
        comment=item.comment,
        tracking=item.tracking,
        carrier=item.carrier,
        received_at=item.received_at,
        answer_by=item.answer_by,
        awaits=item.awaits,
        handlings=[_handling_to_plain(handling) for handling in item.handlings],
        seen_at=line.seen_at,
        shop=_plain(shop) if shop else None,
        shop_ref=shop.ref if shop else None,
        polls=polls,
        decisions=[_decision_to_plain(decision) for decision in line.decisions],
    )
    row.stored = known.stored if known else ()
    return row


def to_effect(row: Effect | EffectRow) -> core.Effect:
    return core.Effect(
        key=row.key,
        kind=_KINDS[row.kind],
        state=_STATES[row.state],
        line_ref=row.line_ref,
        quantity=row.quantity,
        resolution=_RESOLUTIONS[row.resolution] if row.resolution else None,
        decision=row.decision,
        sent_at=row.sent_at,
        before=row.before,
        asks=row.asks,
        by_hand=row.by_hand,
        attempts=row.attempts,
        error=row.error,
    )


def order_to_plain(order: core.Order) -> dict[str, Any]:
    """An order as JSON can hold it."""
    return {
        "ref": order.ref,
        "lines": [_order_line_to_plain(line) for line in order.lines],
        "billing": _plain(order.billing) if order.billing else None,
        "shipping": _plain(order.shipping) if order.shipping else None,
        "placed_at": order.placed_at.isoformat() if order.placed_at else None,
        "numbers": list(order.numbers),
    }


def order_from_plain(plain: dict[str, Any]) -> core.Order:
    return core.Order(
        ref=plain["ref"],
        lines=tuple(core.OrderLine(**{**line, "unit_price": _money(line["unit_price"])}) for line in plain["lines"]),
        billing=party_from_plain(plain["billing"]),
        shipping=party_from_plain(plain["shipping"]),
        placed_at=_time(plain["placed_at"]),
        numbers=tuple(plain["numbers"]),
    )


def party_to_plain(party: core.Party) -> dict[str, str]:
    """A party's known fields."""
    return {name: value for name, value in _plain(party).items() if value is not None}


def party_from_plain(plain: dict[str, str] | None) -> core.Party | None:
    return core.Party(**plain) if plain else None


def _money(plain: dict[str, str] | None) -> core.Money | None:
    return core.Money(Decimal(plain["amount"]), plain["currency"]) if plain else None


def _order_line_to_plain(line: core.OrderLine) -> dict[str, Any]:
    price = line.unit_price
    return {
        **_plain(line),
        "unit_price": {"amount": str(price.amount), "currency": price.currency} if price else None,
    }


def _handling(plain: dict[str, Any]) -> core.Handling:
    resolution = plain["resolution"]
    return core.Handling(
        quantity=plain["quantity"],
        resolution=_RESOLUTIONS[resolution] if resolution else None,
        raw=plain["raw"],
        at=_time(plain["at"]),
        revises=plain["revises"],
    )


def _handling_to_plain(handling: core.Handling) -> dict[str, Any]:
    return {**_plain(handling), "at": handling.at.isoformat() if handling.at else None}


def _shop(plain: dict[str, Any] | None) -> core.ShopSays | None:
    if plain is None:
        return None
    resolution = plain["resolution"]
    return core.ShopSays(**{**plain, "resolution": _RESOLUTIONS[resolution] if resolution else None})


def _decision(plain: dict[str, Any]) -> core.Decision:
    changes = plain["changes"]
    return core.Decision(
        **{
            **plain,
            "resolution": _RESOLUTIONS[plain["resolution"]],
            "changes": _RESOLUTIONS[changes] if changes else None,
            "source": _SOURCES[plain["source"]],
            "at": datetime.fromisoformat(plain["at"]),
        }
    )


def _decision_to_plain(decision: core.Decision) -> dict[str, Any]:
    return {**_plain(decision), "at": decision.at.isoformat()}


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _plain(value: Any) -> dict[str, Any]:
    """A value's fields by name. (`asdict` copies all that is in them, which costs twenty times as much.)"""
    names, values = _FIELDS[type(value)]
    return dict(zip(names, values(value), strict=True))


def _fields(kind: type[Any]) -> tuple[tuple[str, ...], Callable[[Any], tuple[Any, ...]]]:
    names = tuple(field.name for field in fields(kind))
    return names, attrgetter(*names)


_FIELDS = {kind: _fields(kind) for kind in (core.Handling, core.ShopSays, core.Decision, core.OrderLine, core.Party)}
