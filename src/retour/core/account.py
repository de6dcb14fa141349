"""The accounts of one line: which units were handled, by whom, and how many can still be told about."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum, auto

from retour.core.history import History, after, ends_of, since
from retour.core.model import Decision, Effect, EffectKind, EffectState, Handling, Line, Resolution

_CERTAINTY = (EffectState.DONE, EffectState.UNKNOWN, EffectState.PENDING, EffectState.SENDING)
_ANSWER_TO_COME = {EffectState.PENDING, EffectState.SENDING}


@dataclass(frozen=True, slots=True)
class Account:
    """A line's units, told apart.

    `proven` are the keys of effects that the marketplace's history shows; `either`, those whose entries may as well be
    what a person did there by hand. `absorbed` are decisions that never left
    and that the history shows all the same; `otherwise`, those of them that it shows by another word. `foreign` are
    handlings that nobody here asked for. `closed`: the marketplace waits no longer, and not because of anything that
    was told. `changed`: it shows more than was told, so somebody there changed what was told. `undecided` units were
    neither decided nor handled. `room` is how many units it can still be told something new about; `doubt`, how many
    more these may turn out to be.
    """

    proven: frozenset[str]
    either: frozenset[str]
    absorbed: frozenset[int]
    otherwise: frozenset[int]
    foreign: tuple[Handling, ...]
    closed: bool
    changed: bool
    undecided: int
    room: int
    doubt: int


def account(line: Line, effects: tuple[Effect, ...], reads_as: Mapping[Resolution, Resolution]) -> Account:
    """Holds what was decided and sent against the marketplace's own history.

    A handling proves an effect when it says the same, came after the history that was known when the effect was sent,
    and is not older than the sending (clocks may differ by minutes). What may have happened counts as told until the
    opposite is certain. An effect whose own answer is still to come is not proven: what the history shows can be
    somebody else's act, and the effect may follow.
    """
    history = History(line.item.handlings)
    revising = {d.seq for d in line.decisions if d.revises}
    sent = [e for e in settles(line, effects) if e.state.may_have_happened]
    shown = [
        effect
        for effect in sorted(sent, key=lambda e: (_CERTAINTY.index(e.state), e.decision or 0))
        if effect.resolution
        and history.has(
            ends_of(effect.resolution, reads_as)[0],
            effect.quantity,
            after(effect, revises=effect.decision in revising),
        )
    ]
    left = {e.decision for e in sent}
    by_hand = [d for d in line.standing if d.told_by_hand and d.seq not in left]
    carried = {d.seq: _carried(d, history, reads_as, d.quantity) for d in by_hand}

    unseen = [d for d in by_hand if carried[d.seq] is _Carried.NO]
    either = {e.key for e in shown if e.state is EffectState.UNKNOWN and _may_be_by_hand(e, unseen, history, reads_as)}

    told = sum(e.quantity for e in sent if e.decision not in revising)
    told += sum(d.quantity for d in by_hand if not d.revises)
    doubt = sum(e.quantity for e in shown if e.state in _ANSWER_TO_COME and e.decision not in revising)
    closed = not line.item.awaits and not sent and not by_hand
    open_units = max(0, line.item.quantity - told - history.units)
    possible = 0 if closed else open_units

    waiting = 0
    for decision in line.standing:
        if decision.seq in left or decision.told_by_hand:
            continue
        carried[decision.seq] = how = _carried(decision, history, reads_as, possible)
        if how is _Carried.NO and not decision.revises:
            waiting += decision.quantity
    return Account(
        proven=frozenset(e.key for e in shown if e.state not in _ANSWER_TO_COME and e.key not in either),
        either=frozenset(either),
        absorbed=frozenset(seq for seq, how in carried.items() if how is not _Carried.NO),
        otherwise=frozenset(seq for seq, how in carried.items() if how is _Carried.OTHERWISE),
        foreign=history.rest,
        closed=closed,
        changed=told + history.units > line.item.quantity or any(h.revises for h in history.rest),
        undecided=max(0, open_units - waiting),
        room=max(0, possible - doubt),
        doubt=min(possible, doubt),
    )


def settles(line: Line, effects: tuple[Effect, ...]) -> list[Effect]:
    """The effects that tell the marketplace about this line."""
    return [e for e in effects if e.line_ref == line.item.ref and e.kind is EffectKind.SETTLE]


def told_as(line: Line, effects: tuple[Effect, ...]) -> dict[Resolution, int]:
    """How many units were told as what, changes included, the latest last.

    What was told counts when it has certainly arrived; a change of it already when it may have happened.
    """
    states = {e.decision: e.state for e in settles(line, effects)}
    units: dict[Resolution, int] = {}
    for decision in line.standing:
        state = states.get(decision.seq)
        arrived = decision.told_by_hand or state is EffectState.DONE
        if decision.revises and (arrived or (state is not None and state.may_have_happened)):
            take(units, decision)
        if arrived:
            units[decision.resolution] = units.pop(decision.resolution, 0) + decision.quantity
    return units


def take(units: dict[Resolution, int], decision: Decision) -> bool:
    """Takes the units that a change is about out of what was told. False, and nothing taken, where they are not."""
    if decision.changes is None or units.get(decision.changes, 0) < decision.quantity:
        return False
    units[decision.changes] -= decision.quantity
    return True


def changeable(units: dict[Resolution, int], resolution: Resolution, quantity: int) -> Resolution | None:
    """As what so many units were told that can still become this decision, the latest first; None: there are none.

    What was refunded is not taken back, and not refunded again."""
    candidates = (r for r, n in reversed(units.items()) if n >= quantity)
    return next((r for r in candidates if r is not resolution and not r.refunds), None)


def _may_be_by_hand(
    effect: Effect, unseen: Iterable[Decision], history: History, reads_as: Mapping[Resolution, Resolution]
) -> bool:
    """Whether what the history shows of an effect that may have been lost can be all that a person did there by hand,
    and that it does not show otherwise."""
    end = reads_as.get(effect.resolution) if effect.resolution else None
    alike = (d for d in unseen if end in ends_of(d.resolution, reads_as)[1] and len(history) > d.before)
    return sum(d.quantity for d in alike) >= effect.quantity


class _Carried(Enum):
    """Whether somebody carried out a decision at the marketplace that never left."""

    NO = auto()
    SO = auto()
    OTHERWISE = auto()
    """By a word that costs the same: the marketplace has none for this decision."""


def _carried(
    decision: Decision, history: History, reads_as: Mapping[Resolution, Resolution], possible: int
) -> _Carried:
    """Whether the marketplace has carried out a decision that never left; telling it too would refund twice.

    What it did before the decision was made is something else, as long as it is possible that units are left for both;
    and it must be the same then, or a refund for a refund.
    """
    same, alike = ends_of(decision.resolution, reads_as)
    if history.holds(same, decision.quantity, since(decision)):
        return _Carried.SO
    if history.holds(alike, decision.quantity, since(decision)):
        return _Carried.OTHERWISE
    if decision.revises or decision.quantity <= possible:
        return _Carried.NO
    ends = alike if decision.resolution.refunds else same
    before = history.holds(ends, decision.quantity, lambda _, handling: not handling.revises)
    return _Carried.SO if before else _Carried.NO
