"""Telling the marketplace: how far each decision has come, and which one is to be sent now."""

from dataclasses import dataclass, replace

from retour.core.account import Account, settles, take, told_as
from retour.core.capabilities import Granularity, MarketplaceCapabilities
from retour.core.model import Decision, Effect, EffectKind, EffectState, Line, Resolution, Return, Stage, Told
from retour.core.want import Says, Want
from retour.core.why import Why


@dataclass(frozen=True, slots=True)
class Settlement:
    """How far each decision (by `seq`) was told, the effects that should exist, and what is to be said."""

    told: dict[int, Told | None]
    wants: list[Want]
    says: list[Says]


def settlement(known: Return, line: Line, books: Account, marketplace: MarketplaceCapabilities) -> Settlement:
    """The settlement of a line's standing decisions.

    Nothing leaves while the marketplace no longer knows the return, or while something about it is unexplained.
    """
    result = Settlement({}, [], [])
    room, units = books.room, told_as(line, known.effects)
    under_way = [e for e in settles(line, known.effects) if e.state.in_flight and e.key not in books.proven]
    waits = known.stale or known.gone or (marketplace.serial and bool(under_way))
    for decision in line.standing:
        want = _want(known, line, decision)
        effect = known.effect(want.key)
        if effect is not None and effect.state.may_have_happened:
            result.wants.append(want)
            _add(result, decision, _arrived(effect, proven=effect.key in books.proven))
        elif decision.seq in books.absorbed:
            result.told[decision.seq] = Told.BY_HAND if decision.seq in books.otherwise else Told.CONFIRMED
        elif decision.told_by_hand:
            result.told[decision.seq] = Told.BY_HAND
        elif effect is not None and effect.state in {EffectState.REFUSED, EffectState.DEAD}:
            result.wants.append(want)
            refusal = Says(Stage.ATTENTION, Why("refused_settle", (("error", effect.error or ""),)))
            _add(result, decision, (Told.REFUSED, refusal))
        else:
            changes = decision.changes if take(units, decision) else None
            obstacle = _obstacle(known, line, decision, changes, books, marketplace, room + books.doubt)
            if obstacle is not None:
                _add(result, decision, obstacle)
                continue
            _add(result, decision, (None, _on_its_way(known)))
            if not waits and (decision.revises or decision.quantity <= room):
                result.wants.append(replace(want, changes=changes))
                waits = marketplace.serial
            if not decision.revises:
                room -= decision.quantity
    return result


def settle_key(known: Return, line: Line, decision: Decision) -> str:
    """The key of the effect that tells the marketplace of a decision."""
    return f"{known.id}:{line.item.ref}:settle:{decision.seq}"


def _want(known: Return, line: Line, decision: Decision) -> Want:
    key = settle_key(known, line, decision)
    return Want(EffectKind.SETTLE, key, line.item.ref, decision.quantity, decision.resolution, decision.seq)


def _add(result: Settlement, decision: Decision, outcome: tuple[Told | None, Says | None]) -> None:
    result.told[decision.seq], said = outcome
    if said is not None:
        result.says.append(said)


def _arrived(effect: Effect, *, proven: bool) -> tuple[Told, Says | None]:
    """How far an effect that may have happened is."""
    if proven:
        return Told.CONFIRMED, None
    match effect.state:
        case EffectState.DONE:
            return (Told.BY_HAND if effect.by_hand else Told.CONFIRMED), None
        case EffectState.UNKNOWN:
            asks = Says(Stage.ATTENTION, Why("ask_settle"))
            return Told.UNKNOWN, asks if effect.asks else Says(Stage.SENDING, Why("looking_up"))
        case EffectState.PENDING:
            return Told.PENDING, Says(Stage.SENDING, Why("confirming"))
    return Told.PENDING, Says(Stage.SENDING, Why("telling"))


def _on_its_way(known: Return) -> Says:
    if known.gone:
        return Says(Stage.ATTENTION, Why("gone"))
    if known.stale:
        return Says(Stage.OPEN, Why("look"))
    return Says(Stage.SENDING, Why("telling"))


def _obstacle(
    known: Return,
    line: Line,
    decision: Decision,
    changes: Resolution | None,
    books: Account,
    marketplace: MarketplaceCapabilities,
    room: int,
) -> tuple[Told | None, Says] | None:
    """Why a decision must not be sent as it is."""
    possible = (changes is not None and not books.changed) if decision.revises else decision.quantity <= room
    if not possible:
        theirs = _theirs(line, books)
        return None, Says(Stage.ATTENTION, Why("conflict", (("ours", decision.resolution), ("theirs", theirs))))
    if not _can_be_told(known, line, decision, changes, marketplace):
        words = marketplace.by_hand.get(decision.resolution, "")
        todo = Why("tell_by_hand", (("ours", decision.resolution), ("words", words)))
        return Told.BY_HAND, Says(Stage.ATTENTION, todo)
    if decision.resolution in marketplace.reason_required and not (decision.reason or decision.code):
        return None, Says(Stage.ATTENTION, Why("reason_missing"))
    return None


def _can_be_told(
    known: Return,
    line: Line,
    decision: Decision,
    changes: Resolution | None,
    marketplace: MarketplaceCapabilities,
) -> bool:
    if decision.resolution not in marketplace.tells:
        return False
    if changes is not None and decision.resolution not in marketplace.changes.get(changes, ()):
        return False
    match marketplace.granularity:
        case Granularity.QUANTITY:
            return True
        case Granularity.LINE:
            return decision.quantity == line.item.quantity
        case Granularity.RETURN:
            return decision.quantity == line.item.quantity and len(known.lines) == 1


def _theirs(line: Line, books: Account) -> str:
    """The marketplace's own words for what stands against a decision."""
    words = [h.raw for h in books.foreign] or [h.raw for h in line.item.handlings if h.resolution is None]
    return ", ".join(words) or "nothing is left to decide"
