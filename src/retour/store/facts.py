"""Rows to facts and back."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from typing import Any

from retour.core import model as core
from retour.store.models import Effect, Line, Return


def to_return(row: Return, lines: Iterable[Line], effects: Iterable[Effect]) -> core.Return:
    """A return with all its facts."""
    return core.Return(
        id=row.public_id,
        ref=row.ref,
        opened_at=row.opened_at,
        handler=core.Handler(row.handler),
        complete=row.complete,
        lines=tuple(to_line(line) for line in lines),
        effects=tuple(to_effect(effect) for effect in effects),
        gone=row.gone,
        stale=row.stale,
    )


def to_line(row: Line) -> core.Line:
    price = None
    if row.unit_price is not None and row.currency:
        price = core.Money(row.unit_price, row.currency)
    item = core.SeenLine(
        ref=row.ref,
        order_ref=row.order_ref,
        quantity=row.quantity,
        awaits=row.awaits,
        handlings=tuple(_handling(h) for h in row.handlings),
        order_line_ref=row.order_line_ref,
        sku=row.sku,
        gtin=row.gtin,
        title=row.title,
        unit_price=price,
        reason=core.Reason(row.reason) if row.reason else None,
        reason_text=row.reason_text,
        comment=row.comment,
        tracking=row.tracking,
        carrier=row.carrier,
    )
    return core.Line(item, row.seen_at, _shop(row.shop), tuple(_decision(d) for d in row.decisions))


def write_line(row: Line, line: core.Line) -> None:
    """Puts a line's facts into its row."""
    item = line.item
    row.ref = item.ref
    row.order_ref = item.order_ref
    row.quantity = item.quantity
    row.awaits = item.awaits
    row.handlings = [_plain(asdict(h)) for h in item.handlings]
    row.order_line_ref = item.order_line_ref
    row.sku = item.sku
    row.gtin = item.gtin
    row.title = item.title
    row.unit_price = item.unit_price.amount if item.unit_price else None
    row.currency = item.unit_price.currency if item.unit_price else None
    row.reason = item.reason
    row.reason_text = item.reason_text
    row.comment = item.comment
    row.tracking = item.tracking
    row.carrier = item.carrier
    row.seen_at = line.seen_at
    row.shop = asdict(line.shop) if line.shop else None
    row.shop_ref = line.shop.ref if line.shop else None
    row.decisions = [_plain(asdict(d)) for d in line.decisions]


def to_effect(row: Effect) -> core.Effect:
    return core.Effect(
        key=row.key,
        kind=core.EffectKind(row.kind),
        state=core.EffectState(row.state),
        line_ref=row.line_ref,
        quantity=row.quantity,
        resolution=core.Resolution(row.resolution) if row.resolution else None,
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
    plain: dict[str, Any] = _plain(asdict(order))
    return plain


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
    return {name: value for name, value in asdict(party).items() if value is not None}


def party_from_plain(plain: dict[str, str] | None) -> core.Party | None:
    return core.Party(**plain) if plain else None


def _money(plain: dict[str, str] | None) -> core.Money | None:
    return core.Money(Decimal(plain["amount"]), plain["currency"]) if plain else None


def _handling(plain: dict[str, Any]) -> core.Handling:
    resolution = plain["resolution"]
    return core.Handling(
        quantity=plain["quantity"],
        resolution=core.Resolution(resolution) if resolution else None,
        raw=plain["raw"],
        at=_time(plain["at"]),
        revises=plain["revises"],
    )


def _shop(plain: dict[str, Any] | None) -> core.ShopSays | None:
    if plain is None:
        return None
    resolution = plain["resolution"]
    return core.ShopSays(**{**plain, "resolution": core.Resolution(resolution) if resolution else None})


def _decision(plain: dict[str, Any]) -> core.Decision:
    return core.Decision(
        **{
            **plain,
            "resolution": core.Resolution(plain["resolution"]),
            "source": core.Source(plain["source"]),
            "at": datetime.fromisoformat(plain["at"]),
        }
    )


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    return value
