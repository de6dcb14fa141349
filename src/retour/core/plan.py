"""The one place that decides: from the facts of a return to its stage, what is to be sent, and why."""

from dataclasses import dataclass
from datetime import datetime

from retour.core.account import Account, account, told_before
from retour.core.capabilities import Capabilities, Granularity, MarketplaceCapabilities
from retour.core.deadlines import next_deadline
from retour.core.model import (
    Decision,
    Effect,
    EffectKind,
    EffectState,
    Handler,
    Line,
    Resolution,
    Return,
    Source,
    Stage,
    Told,
)
from retour.core.why import Why


@dataclass(frozen=True, slots=True)
class Want:
    """An effect that should exist. One key, one remote call, once."""

    kind: EffectKind
    key: str
    line_ref: str
    quantity: int
    resolution: Resolution | None = None
    """For a create: accept when the marketplace refunded it already."""
    decision: int | None = None
    changes: Resolution | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """A decision as the page shows it, the marketplace's own included."""

    resolution: Resolution
    quantity: int
    source: Source
    told: Told | None
    at: datetime | None = None
    seq: int | None = None
    revises: bool = False


@dataclass(frozen=True, slots=True)
class LinePlan:
    """A line's part of the plan. `left`: units that still wait for a decision."""

    ref: str
    left: int
    outcomes: tuple[Outcome, ...]
    wants: tuple[Want, ...]
    stage: Stage
    why: Why
    proven: tuple[str, ...] = ()
    """Keys of effects that the marketplace's own history proves."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What follows from the facts. `look`: the marketplace must be asked for this return once more."""

    stage: Stage
    wants: tuple[Want, ...]
    why: Why
    lines: tuple[LinePlan, ...]
    look: bool
    deadline: datetime | None

    @property
    def proven(self) -> tuple[str, ...]:
        return tuple(key for line in self.lines for key in line.proven)


_URGENCY = (Stage.ATTENTION, Stage.SENDING, Stage.OPEN, Stage.NEW, Stage.CLOSED)


@dataclass(frozen=True, slots=True)
class _Says:
    """One thing to say of a line; the most urgent one is shown."""

    stage: Stage
    why: Why


def plan(known: Return, capabilities: Capabilities) -> Plan:
    """What a return's facts lead to. Pure: the same facts give the same plan."""
    lines = tuple(_plan_line(known, line, capabilities) for line in known.lines)
    leading = min(lines, key=lambda line: _URGENCY.index(line.stage), default=None)
    stage = leading.stage if leading else Stage.NEW
    why = leading.why if leading else Why("details")
    marketplace = capabilities.marketplace
    unfinished = stage is not Stage.CLOSED and not known.complete and marketplace.details_by_look
    due = next_deadline(known, marketplace.deadlines) if stage in {Stage.NEW, Stage.OPEN} else None
    return Plan(
        stage=stage,
        wants=tuple(want for line in lines for want in line.wants),
        why=why,
        lines=lines,
        look=not known.gone and (known.stale or unfinished),
        deadline=due[0] if due else None,
    )


def _plan_line(known: Return, line: Line, capabilities: Capabilities) -> LinePlan:
    if known.handler is Handler.MARKETPLACE:
        return _plan_marketplace_line(known, line, capabilities)
    return _plan_merchant_line(known, line, capabilities)


def _plan_marketplace_line(known: Return, line: Line, capabilities: Capabilities) -> LinePlan:
    """The marketplace decides; what it refunded arrives in the shop as accepted. Nothing is ever told."""
    ended = [h for h in line.item.handlings if h.resolution is not None]
    outcomes = tuple(
        Outcome(h.resolution, h.quantity, Source.MARKETPLACE, Told.CONFIRMED, h.at) for h in ended if h.resolution
    )
    want: Want | None = None
    if not ended:
        says = _Says(Stage.OPEN, Why("marketplace_handles"))
    elif not any(outcome.resolution.refunds for outcome in outcomes):
        says = _Says(Stage.CLOSED, Why("marketplace_ended", (("word", ended[-1].raw),)))
    elif capabilities.shop is None or line.shop is not None:
        says = _Says(Stage.CLOSED, Why("marketplace_accepted"))
    else:
        want, says = _create(known, line, capabilities, Resolution.ACCEPT)
    return LinePlan(line.item.ref, 0, outcomes, (want,) if want else (), says.stage, says.why)


def _plan_merchant_line(known: Return, line: Line, capabilities: Capabilities) -> LinePlan:
    books = account(line, known.effects, capabilities.marketplace.tells)
    told, wants, says = _plan_decisions(known, line, books, capabilities.marketplace)
    decided = sum(d.quantity for d in line.standing if not d.revises)
    theirs = sum(h.quantity for h in books.foreign if not h.revises)
    left = max(0, line.item.quantity - decided - theirs)
    if known.gone or (not line.item.awaits and not known.stale and not _told_anything(known, line)):
        left = 0
    outcomes = [
        Outcome(d.resolution, d.quantity, d.source, told[d.seq], d.at, d.seq, d.revises) for d in line.standing
    ] + [
        Outcome(h.resolution, h.quantity, Source.MARKETPLACE, Told.CONFIRMED, h.at, None, h.revises)
        for h in books.foreign
        if h.resolution
    ]
    if capabilities.shop is not None and line.shop is None:
        exists = known.effect(create_key(known, line)) is not None
        if left > 0 or (exists and _create_left(known, line)):
            want, said = _create(known, line, capabilities, None)
            wants += [want] if want else []
            says.append(said)
    says += _shop_says(line, left)
    if known.stale:
        says.append(_Says(Stage.OPEN, Why("look")))
    if not says:
        says.append(_rest(known, line, books, outcomes, left))
    leading = min(says, key=lambda said: _URGENCY.index(said.stage))
    return LinePlan(
        line.item.ref, left, tuple(outcomes), tuple(wants), leading.stage, leading.why, tuple(sorted(books.proven))
    )


def _plan_decisions(
    known: Return, line: Line, books: Account, marketplace: MarketplaceCapabilities
) -> tuple[dict[int, Told | None], list[Want], list[_Says]]:
    """For each standing decision: how far it was told, the effect that it wants, and what is to be said of it."""
    told: dict[int, Told | None] = {}
    wants: list[Want] = []
    says: list[_Says] = []
    room = books.room
    busy = marketplace.serial and any(e.key not in books.proven for e in _in_flight(known, line))
    for decision in line.standing:
        if decision.told_by_hand or decision.seq in books.absorbed:
            told[decision.seq] = Told.BY_HAND if decision.told_by_hand else Told.CONFIRMED
            continue
        want = _settle(known, line, decision)
        effect = known.effect(want.key)
        if effect is not None and effect.state not in {EffectState.WANTED, EffectState.SUPERSEDED}:
            wants.append(want)
            told[decision.seq], said = _sent(effect, proven=effect.key in books.proven)
            says += [said] if said else []
            continue
        blocked = _blocked(line, decision, books, marketplace, room)
        told[decision.seq] = Told.BY_HAND if blocked and blocked.why.key == "tell_by_hand" else None
        says.append(blocked or _Says(Stage.SENDING, Why("telling")))
        if blocked is None and not busy:
            wants.append(want)
            busy = marketplace.serial
        if blocked is None and not decision.revises:
            room -= decision.quantity
    return told, wants, says


def _settle(known: Return, line: Line, decision: Decision) -> Want:
    return Want(
        EffectKind.SETTLE,
        f"{known.id}:{line.item.ref}:settle:{decision.seq}",
        line.item.ref,
        decision.quantity,
        decision.resolution,
        decision.seq,
        told_before(line, known.effects, decision) if decision.revises else None,
    )


def _sent(effect: Effect, *, proven: bool) -> tuple[Told | None, _Says | None]:
    """How far an effect that has left is, and what to say of it."""
    if proven or effect.state is EffectState.DONE:
        return (Told.BY_HAND if effect.by_hand else Told.CONFIRMED), None
    match effect.state:
        case EffectState.UNKNOWN if effect.asks:
            return Told.UNKNOWN, _Says(Stage.ATTENTION, Why("ask_settle"))
        case EffectState.UNKNOWN:
            return Told.UNKNOWN, _Says(Stage.SENDING, Why("looking_up"))
        case EffectState.REFUSED | EffectState.DEAD:
            return Told.REFUSED, _Says(Stage.ATTENTION, Why("refused_settle", (("error", effect.error or ""),)))
        case EffectState.PENDING:
            return Told.PENDING, _Says(Stage.SENDING, Why("confirming"))
    return Told.PENDING, _Says(Stage.SENDING, Why("telling"))


def _blocked(
    line: Line, decision: Decision, books: Account, marketplace: MarketplaceCapabilities, room: int
) -> _Says | None:
    """Why a decision must not be sent as it is."""
    part_of_line = marketplace.granularity is not Granularity.QUANTITY and decision.quantity != line.item.quantity
    if decision.resolution not in marketplace.tells or part_of_line:
        words = marketplace.by_hand.get(decision.resolution, "")
        return _Says(Stage.ATTENTION, Why("tell_by_hand", (("ours", decision.resolution), ("words", words))))
    if not decision.revises and decision.quantity > room:
        theirs = ", ".join(h.raw for h in books.foreign) or "nothing is left to decide"
        return _Says(Stage.ATTENTION, Why("conflict", (("ours", decision.resolution), ("theirs", theirs))))
    if decision.resolution in marketplace.reason_required and not decision.reason:
        return _Says(Stage.ATTENTION, Why("reason_missing"))
    return None


def create_key(known: Return, line: Line) -> str:
    """The key of the effect that makes a line's request in the shop."""
    return f"{known.id}:{line.item.ref}:create"


def _create_left(known: Return, line: Line) -> bool:
    effect = known.effect(create_key(known, line))
    return effect is not None and effect.state not in {EffectState.WANTED, EffectState.SUPERSEDED}


def _create(
    known: Return, line: Line, capabilities: Capabilities, resolution: Resolution | None
) -> tuple[Want | None, _Says]:
    if not known.complete and capabilities.marketplace.details_by_look:
        return None, _Says(Stage.NEW, Why("details"))
    want = Want(EffectKind.CREATE, create_key(known, line), line.item.ref, line.item.quantity, resolution)
    effect = known.effect(want.key)
    if effect is not None and effect.state is EffectState.UNKNOWN and effect.asks:
        return want, _Says(Stage.ATTENTION, Why("ask_create"))
    if effect is not None and effect.state is EffectState.UNKNOWN:
        return want, _Says(Stage.NEW, Why("looking_up"))
    if effect is not None and effect.state in {EffectState.REFUSED, EffectState.DEAD}:
        return want, _Says(Stage.ATTENTION, Why("refused_create", (("error", effect.error or ""),)))
    return want, _Says(Stage.NEW, Why("to_shop"))


def _shop_says(line: Line, left: int) -> list[_Says]:
    if line.shop is None:
        return []
    if line.shop.unclear and left:
        return [_Says(Stage.ATTENTION, Why("shop_unclear", (("word", line.shop.word or ""),)))]
    if line.shop.gone and left:
        return [_Says(Stage.ATTENTION, Why("shop_gone"))]
    from_shop = next((d for d in line.standing if d.source is Source.SHOP), None)
    if from_shop is not None and line.shop.resolution not in {None, from_shop.resolution}:
        params = (("word", str(line.shop.resolution)), ("told", str(from_shop.resolution)))
        return [_Says(Stage.ATTENTION, Why("conflict_shop", params))]
    return []


def _rest(known: Return, line: Line, books: Account, outcomes: list[Outcome], left: int) -> _Says:
    """Nothing is under way: the line waits for the merchant, or it is finished."""
    if left > 0:
        return _Says(Stage.OPEN, Why("waits_for_merchant"))
    if books.foreign:
        return _Says(Stage.CLOSED, Why("marketplace_closed", (("word", books.foreign[-1].raw),)))
    if any(outcome.told is Told.BY_HAND for outcome in outcomes):
        return _Says(Stage.CLOSED, Why("done_by_hand"))
    if outcomes:
        return _Says(Stage.CLOSED, Why("done"))
    if known.gone:
        return _Says(Stage.ATTENTION if line.shop else Stage.CLOSED, Why("gone"))
    return _Says(Stage.CLOSED, Why("closed_before"))


def _told_anything(known: Return, line: Line) -> bool:
    """The marketplace may call a line handled after its first part: then our own accounts say what is left."""
    return any(
        e.line_ref == line.item.ref and e.kind is EffectKind.SETTLE and e.state.may_have_happened for e in known.effects
    )


def _in_flight(known: Return, line: Line) -> list[Effect]:
    return [
        e for e in known.effects if e.line_ref == line.item.ref and e.kind is EffectKind.SETTLE and e.state.in_flight
    ]
