"""How a new fact changes what is known. The same fact twice changes nothing; an older one never undoes a newer one."""

from dataclasses import replace
from datetime import datetime

from retour.core.model import (
    Decision,
    Effect,
    EffectKind,
    EffectState,
    Handler,
    Handling,
    Line,
    Resolution,
    Return,
    Seen,
    SeenLine,
    ShopSays,
    Source,
)

_KEPT_WHEN_UNTOLD = (
    "order_line_ref",
    "sku",
    "gtin",
    "title",
    "unit_price",
    "reason",
    "reason_text",
    "comment",
    "tracking",
    "carrier",
)


class Contradiction(Exception):
    """A decision that does not fit the facts; the message is a sentence for the person who made it."""


def first_seen(return_id: str, seen: Seen, at: datetime) -> Return:
    """A return as it is known after the first look at it."""
    return Return(
        id=return_id,
        ref=seen.ref,
        opened_at=seen.opened_at,
        handler=seen.handler,
        complete=seen.complete,
        lines=tuple(Line(item, at) for item in seen.lines),
    )


def see(known: Return, seen: Seen, at: datetime) -> Return:
    """Takes in what the marketplace shows of a return, observed at `at`.

    A partial view adds and updates lines and never removes one; a view observed before the one that is known adds
    only what was missing.
    """
    lines = {line.item.ref: line for line in known.lines}
    stale = known.stale and not seen.complete
    for item in seen.lines:
        line = lines.get(item.ref)
        if line is None:
            lines[item.ref] = Line(item, at)
            continue
        merged = _merge_item(line.item, item, newer=at >= line.seen_at)
        closed_unexplained = line.item.awaits and not merged.awaits and not _ended(merged.handlings)
        if closed_unexplained and not seen.complete:
            stale = True
        lines[item.ref] = replace(line, item=merged, seen_at=max(at, line.seen_at))
    return replace(
        known,
        opened_at=min(known.opened_at, seen.opened_at),
        handler=Handler.MARKETPLACE if Handler.MARKETPLACE in {known.handler, seen.handler} else Handler.MERCHANT,
        complete=known.complete or seen.complete,
        lines=tuple(lines.values()),
        stale=stale,
        gone=False,
    )


def vanished(known: Return) -> Return:
    """The marketplace no longer shows it as open: it must be looked at."""
    return replace(known, stale=True)


def missing(known: Return) -> Return:
    """The marketplace, asked for this return, does not know it."""
    return replace(known, gone=True, stale=False, complete=True)


def shop_says(known: Return, line_ref: str, says: ShopSays, at: datetime) -> Return:
    """Takes in what the shop says of a line. Its first decision stands; what it says later is kept beside it."""
    line = known.line(line_ref)
    if line is None:
        return known
    if says.gone and line.shop is not None:
        says = replace(says, word=line.shop.word, resolution=line.shop.resolution)
    line = replace(line, shop=says)
    undecided = line.item.quantity - sum(d.quantity for d in line.standing if not d.revises)
    from_shop = any(d.source is Source.SHOP for d in line.decisions)
    if says.resolution and not says.gone and not from_shop and undecided > 0 and known.handler is Handler.MERCHANT:
        decision = Decision(len(line.decisions) + 1, says.resolution, undecided, Source.SHOP, at)
        line = replace(line, decisions=(*line.decisions, decision))
    return _with_line(known, line)


def decide(
    known: Return,
    line_ref: str,
    resolution: Resolution,
    quantity: int,
    source: Source,
    at: datetime,
    *,
    reason: str | None = None,
    revises: bool = False,
) -> Return:
    """Takes in a person's decision for some units of a line. Raises Contradiction when it does not fit.

    Decisions that have not left yet give way to a newer one where the units run out, newest first.
    """
    line = known.line(line_ref)
    if line is None:
        raise Contradiction(f"This return has no line {line_ref}.")
    if known.handler is Handler.MARKETPLACE:
        raise Contradiction("The marketplace handles this return itself; there is nothing to decide.")
    if not 1 <= quantity <= line.item.quantity:
        raise Contradiction(f"The quantity must be from 1 to {line.item.quantity}; {quantity} was given.")
    decisions = list(line.decisions)
    if revises:
        told = sum(d.quantity for d in line.standing if not d.revises and _has_left(known.effects, line_ref, d))
        if quantity > told:
            raise Contradiction(f"Only {told} of this line was told before; there is nothing more to change.")
    else:
        free = line.item.quantity - sum(d.quantity for d in line.standing if not d.revises)
        for i in range(len(decisions) - 1, -1, -1):
            if free >= quantity:
                break
            d = decisions[i]
            if d.void or d.revises or d.told_by_hand or _has_left(known.effects, line_ref, d):
                continue
            decisions[i] = replace(d, void=True)
            free += d.quantity
        if free < quantity:
            raise Contradiction(
                f"Only {free} of this line is still to be decided; the rest has been told to the marketplace."
            )
    decisions.append(Decision(len(decisions) + 1, resolution, quantity, source, at, reason=reason, revises=revises))
    return _with_line(known, replace(line, decisions=tuple(decisions)))


def told_by_hand(known: Return, line_ref: str, seq: int) -> Return:
    """A person has told the marketplace of this decision."""
    line = known.line(line_ref)
    if line is None:
        return known
    decisions = tuple(replace(d, told_by_hand=True) if d.seq == seq else d for d in line.decisions)
    return _with_line(known, replace(line, decisions=decisions))


def with_effect(known: Return, effect: Effect) -> Return:
    """Takes in how an effect stands."""
    others = tuple(e for e in known.effects if e.key != effect.key)
    return replace(known, effects=(*others, effect))


def _has_left(effects: tuple[Effect, ...], line_ref: str, decision: Decision) -> bool:
    return any(
        e.kind is EffectKind.SETTLE
        and e.line_ref == line_ref
        and e.decision == decision.seq
        and e.state not in {EffectState.WANTED, EffectState.SUPERSEDED, EffectState.REFUSED}
        for e in effects
    )


def _with_line(known: Return, line: Line) -> Return:
    return replace(known, lines=tuple(line if other.item.ref == line.item.ref else other for other in known.lines))


def _merge_item(known: SeenLine, seen: SeenLine, *, newer: bool) -> SeenLine:
    first, second = (seen, known) if newer else (known, seen)
    filled = {name: getattr(second, name) for name in _KEPT_WHEN_UNTOLD if getattr(first, name) is None}
    return replace(first, handlings=_longer(known.handlings, seen.handlings, newer=newer), **filled)


def _longer(known: tuple[Handling, ...], seen: tuple[Handling, ...], *, newer: bool) -> tuple[Handling, ...]:
    """A history only grows: a shorter one is an abbreviated or an older view."""
    if len(seen) > len(known) or (newer and len(seen) == len(known)):
        return seen
    return known


def _ended(handlings: tuple[Handling, ...]) -> bool:
    return any(h.resolution is not None for h in handlings)
