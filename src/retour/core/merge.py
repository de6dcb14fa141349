"""How a new fact changes what is known. The same fact twice changes nothing; an older one never undoes a newer one."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from retour.core.account import changeable, settles, take, told_as
from retour.core.model import (
    Decision,
    Effect,
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
    "received_at",
    "answer_by",
)


class Contradiction(Exception):
    """A decision that does not fit the facts; the message is a sentence for the person who made it."""


def first_seen(return_id: str, seen: Seen, at: datetime) -> Return:
    """A return as it is known after the first look at it."""
    nothing = Return(return_id, seen.ref, seen.opened_at, seen.handler, complete=False, lines=())
    return see(nothing, seen, at)


def see(known: Return, seen: Seen, at: datetime) -> Return:
    """Takes in what the marketplace shows of a return, observed at `at`.

    A partial view adds and updates lines and never removes one; a view observed before the one that is known adds
    only what was missing.
    """
    lines = {line.item.ref: line for line in known.lines}
    latest = _is_latest(known, at)
    unexplained = False
    for item in seen.lines:
        line = lines.get(item.ref)
        if line is None:
            lines[item.ref] = Line(item, at)
            continue
        merged = _merge_item(line.item, item, newer=at >= line.seen_at)
        unexplained = unexplained or (
            line.item.awaits and not merged.awaits and _ended_units(known, line, merged) < merged.quantity
        )
        lines[item.ref] = replace(line, item=merged, seen_at=max(at, line.seen_at))
    everything = seen.complete and latest
    explains = everything or (seen.all_lines and latest)
    return replace(
        known,
        opened_at=min(known.opened_at, seen.opened_at),
        handler=Handler.MARKETPLACE if Handler.MARKETPLACE in {known.handler, seen.handler} else Handler.MERCHANT,
        complete=everything or (known.complete and len(lines) == len(known.lines)),
        lines=tuple(lines.values()),
        stale=not explains and (known.stale or (unexplained and not (seen.complete or seen.all_lines))),
        gone=known.gone and not latest,
    )


def vanished(known: Return, at: datetime | None = None) -> Return:
    """The marketplace no longer shows it as open: it must be looked at. `at` None: after everything that is known."""
    if at is not None and not _is_latest(known, at):
        return known
    return replace(known, lines=_seen_at(known, at), stale=True)


def missing(known: Return, at: datetime | None = None) -> Return:
    """The marketplace, asked for this return, does not know it. `at` None: after everything that is known."""
    if at is not None and not _is_latest(known, at):
        return known
    return replace(known, lines=_seen_at(known, at), gone=True, stale=False)


def shop_says(known: Return, line_ref: str, says: ShopSays, at: datetime) -> Return:
    """Takes in what the shop says of a line, heard at `at`.

    Its decision is for all units that are undecided. Until that has left for the marketplace a new word of the shop
    replaces it; later words are kept beside it. A word heard before its decision is out of date.
    """
    line = known.line(line_ref)
    if line is None:
        return known
    decided = [d for d in line.decisions if d.source is Source.SHOP]
    if any(d.at > at for d in decided):
        return known
    if says.gone and line.shop is not None:
        says = replace(says, word=line.shop.word, resolution=line.shop.resolution)
    last = decided[-1] if decided else None
    known_word = last.resolution if last else line.shop and line.shop.resolution
    line = replace(line, shop=says)
    if says.resolution in {None, known_word} or says.gone or known.handler is Handler.MARKETPLACE:
        return _with_line(known, line)
    if last is not None and _is_told(known, line, last):
        return _with_line(known, line)
    decisions = [replace(d, void=True) if d is last else d for d in line.decisions]
    quantity = _undecided(line.item.quantity, decisions)
    if quantity > 0:
        decisions.append(_decision(line, len(decisions) + 1, says.resolution, quantity, Source.SHOP, at))
    return _with_line(known, replace(line, decisions=tuple(decisions)))


def decide(
    known: Return,
    line_ref: str,
    resolution: Resolution,
    quantity: int,
    source: Source,
    at: datetime,
    *,
    reason: str | None = None,
    code: str | None = None,
    revises: bool = False,
) -> Return:
    """Takes in a person's decision for some units of a line. Raises Contradiction when it does not fit.

    Decisions that have not left yet give way to a newer one where the units run out, newest first. One that `revises`
    is about units of which the marketplace has certainly been told something else that was no refund; which ones is
    fixed now, so that no later fact makes it about others. To say again what was told takes back the changes that have
    not left.
    """
    line = known.line(line_ref)
    if line is None:
        raise Contradiction(f"This return has no line {line_ref}.")
    if known.handler is Handler.MARKETPLACE:
        raise Contradiction("The marketplace handles this return itself; there is nothing to decide.")
    if not 1 <= quantity <= line.item.quantity:
        raise Contradiction(f"The quantity must be from 1 to {line.item.quantity}; {quantity} was given.")
    seq = len(line.decisions) + 1
    decision = _decision(line, seq, resolution, quantity, source, at, reason=reason, code=code)
    decisions = _revised(known, line, decision) if revises else _decided(known, line, decision)
    return _with_line(known, replace(line, decisions=decisions))


def told_by_hand(known: Return, line_ref: str, seq: int) -> Return:
    """A person has told the marketplace of this decision."""
    line = known.line(line_ref)
    if line is None:
        return known
    decisions = tuple(replace(d, told_by_hand=True) if d.seq == seq else d for d in line.decisions)
    return _with_line(known, replace(line, decisions=decisions))


def with_effect(known: Return, effect: Effect) -> Return:
    """Takes in how an effect stands."""
    if known.effect(effect.key) is None:
        return replace(known, effects=(*known.effects, effect))
    return replace(known, effects=tuple(effect if e.key == effect.key else e for e in known.effects))


def _decided(known: Return, line: Line, decision: Decision) -> tuple[Decision, ...]:
    """The line's decisions with a new one, for which those that have not left make room."""
    decisions = list(line.decisions)
    free = _undecided(line.item.quantity, decisions)
    for i, earlier in reversed(list(enumerate(decisions))):
        if free < decision.quantity and not (earlier.void or earlier.revises or _is_told(known, line, earlier)):
            decisions[i] = replace(earlier, void=True)
            free += earlier.quantity
    if free < decision.quantity:
        raise Contradiction(
            f"Only {max(0, free)} of this line is still to be decided; the rest has been told to the marketplace."
        )
    return (*decisions, decision)


def _revised(known: Return, line: Line, decision: Decision) -> tuple[Decision, ...]:
    """The line's decisions with one more that changes what was told; changes that have not left make room for it."""
    decisions = list(line.decisions)
    waiting = [i for i, d in enumerate(decisions) if d.revises and not (d.void or _is_told(known, line, d))]
    while True:
        units = told_as(line, known.effects)
        for i in waiting:
            take(units, decisions[i])
        changes = changeable(units, decision.resolution, decision.quantity)
        if changes is not None:
            return (*decisions, replace(decision, changes=changes))
        if not waiting:
            break
        withdrawn = waiting.pop()
        decisions[withdrawn] = replace(decisions[withdrawn], void=True)
    if decisions != list(line.decisions) and units.get(decision.resolution, 0) >= decision.quantity:
        return tuple(decisions)
    if sum(n for told, n in units.items() if told.refunds) >= decision.quantity:
        raise Contradiction("These units were refunded. A refund cannot be taken back or given again; nothing changed.")
    raise Contradiction("So many units of this line have not been told otherwise before; there is nothing to change.")


def _decision(
    line: Line,
    seq: int,
    resolution: Resolution,
    quantity: int,
    source: Source,
    at: datetime,
    *,
    reason: str | None = None,
    code: str | None = None,
) -> Decision:
    return Decision(seq, resolution, quantity, source, at, reason=reason, code=code, before=len(line.item.handlings))


def _undecided(quantity: int, decisions: Iterable[Decision]) -> int:
    return quantity - sum(d.quantity for d in decisions if not d.void and not d.revises)


def _is_told(known: Return, line: Line, decision: Decision) -> bool:
    """Whether the marketplace may have been told of a decision: then it stands."""
    return decision.told_by_hand or any(
        e.decision == decision.seq and e.state.may_have_happened for e in settles(line, known.effects)
    )


def _ended_units(known: Return, line: Line, item: SeenLine) -> int:
    """How many units have ended for all we know."""
    return max(item.handled, sum(told_as(line, known.effects).values()))


def _is_latest(known: Return, at: datetime) -> bool:
    return all(at >= line.seen_at for line in known.lines)


def _seen_at(known: Return, at: datetime | None) -> tuple[Line, ...]:
    return tuple(replace(line, seen_at=at or line.seen_at) for line in known.lines)


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
