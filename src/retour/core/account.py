"""The accounts of one line: which units were handled, by whom, and which decisions still have to be told."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from retour.core.model import Decision, Effect, EffectKind, EffectState, Handling, Line, Resolution

CLOCKS_MAY_DIFFER = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Account:
    """A line's units, told apart.

    `proven` maps an effect's key to the entry of the marketplace's history that shows it. `absorbed` are decisions
    that the marketplace had already carried out by itself. `foreign` are handlings that nobody here asked for.
    `room` is how many units the marketplace can still be told something about.
    """

    proven: Mapping[str, Handling]
    absorbed: frozenset[int]
    foreign: tuple[Handling, ...]
    room: int


def account(line: Line, effects: tuple[Effect, ...], reads_as: Mapping[Resolution, Resolution]) -> Account:
    """Holds what was sent against the marketplace's own history.

    An entry of the history proves an effect when it says the same of the same quantity, is newer than the history
    that was known when the effect was sent, and is not older than the sending (clocks may differ by minutes).
    """
    mine = sorted(
        (e for e in effects if e.line_ref == line.item.ref and e.kind is EffectKind.SETTLE),
        key=lambda e: (e.decision or 0, e.key),
    )
    free = {i: h for i, h in enumerate(line.item.handlings) if h.resolution is not None}
    proven: dict[str, Handling] = {}
    for effect in mine:
        if effect.resolution is None or not effect.state.may_have_happened:
            continue
        for i, handling in free.items():
            if _proves(i, handling, effect, reads_as.get(effect.resolution, effect.resolution)):
                proven[effect.key] = free.pop(i)
                break
    absorbed, foreign = _absorb(line, mine, list(free.values()), reads_as)
    sent = sum(e.quantity for e in mine if e.state.may_have_happened and not _revises(line, e))
    by_hand = sum(d.quantity for d in line.standing if d.told_by_hand and not d.revises)
    theirs = sum(h.quantity for h in free.values() if not h.revises)
    if theirs and not line.item.awaits:
        theirs = line.item.quantity  # the marketplace closed it by itself
    return Account(proven, absorbed, foreign, max(0, line.item.quantity - sent - by_hand - theirs))


def _proves(index: int, handling: Handling, effect: Effect, resolution: Resolution) -> bool:
    if handling.resolution is not resolution or handling.quantity != effect.quantity:
        return False
    if effect.by_hand:
        return True
    if index < effect.before:
        return False
    return handling.at is None or effect.sent_at is None or handling.at >= effect.sent_at - CLOCKS_MAY_DIFFER


def _absorb(
    line: Line, mine: list[Effect], free: list[Handling], reads_as: Mapping[Resolution, Resolution]
) -> tuple[frozenset[int], tuple[Handling, ...]]:
    """Decisions that have not left and that the marketplace shows already: telling them again would refund twice."""
    left = {e.decision for e in mine if e.state.may_have_happened}
    rest: dict[Resolution, int] = {}
    for handling in free:
        if handling.resolution is not None:
            rest[handling.resolution] = rest.get(handling.resolution, 0) + handling.quantity
    absorbed = set()
    for decision in line.standing:
        same = reads_as.get(decision.resolution, decision.resolution)
        if decision.seq not in left and rest.get(same, 0) >= decision.quantity:
            rest[same] -= decision.quantity
            absorbed.add(decision.seq)
    foreign = []
    for handling in reversed(free):
        if handling.resolution is None:
            continue
        unclaimed = min(handling.quantity, rest[handling.resolution])
        if unclaimed > 0:
            rest[handling.resolution] -= unclaimed
            foreign.append(Handling(unclaimed, handling.resolution, handling.raw, handling.at, handling.revises))
    return frozenset(absorbed), tuple(reversed(foreign))


def _revises(line: Line, effect: Effect) -> bool:
    return any(d.seq == effect.decision and d.revises for d in line.decisions)


def told_before(line: Line, effects: tuple[Effect, ...], decision: Decision) -> Resolution | None:
    """What the units of a revising decision were told before: the newest other decision that arrived."""
    arrived = {e.decision for e in effects if e.line_ref == line.item.ref and e.state is EffectState.DONE}
    earlier = [d for d in line.standing if d.seq < decision.seq and (d.seq in arrived or d.told_by_hand)]
    return earlier[-1].resolution if earlier else None
