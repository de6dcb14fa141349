"""The one place that decides: from the facts of a return to its stage, what is to be sent, and why."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from retour.core.account import Account, account, settles
from retour.core.capabilities import Capabilities
from retour.core.deadlines import dated
from retour.core.model import EffectState, Handler, Line, Resolution, Return, Source, Stage, Told
from retour.core.settlement import Settlement, settlement
from retour.core.shop_request import create_key, request, shop_news
from retour.core.want import Says, Want, most_urgent
from retour.core.why import Why

__all__ = ["LinePlan", "Outcome", "Plan", "Want", "create_key", "plan"]

STILL_WAITS_AFTER = timedelta(days=1)
"""A marketplace that asks this long after it was told everything asks for something new."""


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
    deadlines: tuple[datetime, ...]
    """By when the marketplace wants its answers, the first one first."""

    @property
    def proven(self) -> tuple[str, ...]:
        return tuple(key for line in self.lines for key in line.proven)


def plan(known: Return, capabilities: Capabilities) -> Plan:
    """What a return's facts lead to. Pure: the same facts give the same plan."""
    by_marketplace = known.handler is Handler.MARKETPLACE
    plan_line = _plan_marketplace_line if by_marketplace else _plan_merchant_line
    lines = tuple(plan_line(known, line, capabilities) for line in known.lines)
    leading = most_urgent([Says(line.stage, line.why) for line in lines] or [Says(Stage.NEW, Why("details"))])
    closed = leading.stage is Stage.CLOSED
    unfinished = not closed and not known.complete and capabilities.marketplace.details_by_look
    answers = not closed and not by_marketplace and any(line.item.awaits for line in known.lines)
    ends = dated(known, capabilities.marketplace.deadlines) if answers else ()
    return Plan(
        stage=leading.stage,
        wants=tuple(want for line in lines for want in line.wants),
        why=leading.why,
        lines=lines,
        look=not known.gone and ((known.stale and capabilities.marketplace.looks) or unfinished),
        deadlines=tuple(end for end, _ in ends),
    )


def _plan_marketplace_line(known: Return, line: Line, capabilities: Capabilities) -> LinePlan:
    """The marketplace decides; what it refunded arrives in the shop as accepted. Nothing is ever told."""
    item, marketplace = line.item, capabilities.marketplace
    books = account(line, known.effects, marketplace.tells)
    outcomes = _outcomes(line, settlement(known, line, books, marketplace), books)
    refunds = sum(h.quantity for h in item.handlings if h.resolution and h.resolution.refunds)
    refunded = min(item.quantity, refunds)
    ended = any(h.resolution for h in item.handlings) and (not item.awaits or item.handled >= item.quantity)
    needed = ended and refunded > 0
    wants, says = request(
        known, line, capabilities, needed=needed, quantity=refunded or item.quantity, resolution=Resolution.ACCEPT
    )
    if not says:
        says = [_marketplace_rest(known, line, ended=ended, refunded=refunded)]
    leading = most_urgent(says)
    return LinePlan(item.ref, 0, outcomes, tuple(wants), leading.stage, leading.why)


def _marketplace_rest(known: Return, line: Line, *, ended: bool, refunded: int) -> Says:
    if known.gone and not ended:
        return Says(Stage.CLOSED, Why("gone"))
    if not ended:
        return Says(Stage.OPEN, Why("marketplace_handles"))
    if refunded:
        return Says(Stage.CLOSED, Why("marketplace_accepted"))
    word = next(h.raw for h in reversed(line.item.handlings) if h.resolution)
    return Says(Stage.CLOSED, Why("marketplace_ended", (("word", word),)))


def _plan_merchant_line(known: Return, line: Line, capabilities: Capabilities) -> LinePlan:
    books = account(line, known.effects, capabilities.marketplace.tells)
    settling = settlement(known, line, books, capabilities.marketplace)
    left = 0 if known.gone or (books.closed and not known.stale) else books.undecided
    outcomes = _outcomes(line, settling, books)
    wants, says = request(known, line, capabilities, needed=left > 0, quantity=line.item.quantity)
    says = [*settling.says, *says, *shop_news(line, left)]
    if known.stale:
        says.append(Says(Stage.OPEN, Why("look")))
    leading = most_urgent(says or [_rest(known, line, books, outcomes, left)])
    return LinePlan(
        line.item.ref,
        left,
        outcomes,
        (*settling.wants, *wants),
        leading.stage,
        leading.why,
        tuple(sorted(books.proven)),
    )


def _outcomes(line: Line, settling: Settlement, books: Account) -> tuple[Outcome, ...]:
    """What was decided, here first, then by the marketplace alone."""
    ours = [
        Outcome(d.resolution, d.quantity, d.source, settling.told[d.seq], d.at, d.seq, d.revises) for d in line.standing
    ]
    theirs = [
        Outcome(h.resolution, h.quantity, Source.MARKETPLACE, Told.CONFIRMED, h.at, revises=h.revises)
        for h in books.foreign
        if h.resolution
    ]
    return (*ours, *theirs)


def _rest(known: Return, line: Line, books: Account, outcomes: tuple[Outcome, ...], left: int) -> Says:
    """Nothing is under way: the line waits for the merchant, or it is finished."""
    if left > 0:
        return Says(Stage.OPEN, Why("waits_for_merchant"))
    if _asks_again(known, line, outcomes):
        return Says(Stage.ATTENTION, Why("still_waits"))
    if known.gone and not outcomes:
        in_shop = line.shop is not None and not line.shop.gone
        return Says(Stage.ATTENTION if in_shop else Stage.CLOSED, Why("gone"))
    return Says(Stage.CLOSED, _how_it_ended(line, books, outcomes))


def _how_it_ended(line: Line, books: Account, outcomes: tuple[Outcome, ...]) -> Why:
    if books.foreign:
        return Why("marketplace_closed", (("word", books.foreign[-1].raw),))
    if any(outcome.told is Told.BY_HAND for outcome in outcomes):
        return Why("done_by_hand")
    if outcomes:
        return Why("done", (("ours", ", ".join(f"{o.resolution} ({o.quantity})" for o in outcomes)),))
    if line.item.handlings:
        return Why("marketplace_closed", (("word", line.item.handlings[-1].raw),))
    return Why("closed_before")


def _asks_again(known: Return, line: Line, outcomes: tuple[Outcome, ...]) -> bool:
    """Nothing is left to decide, and the marketplace waits all the same: an appeal, perhaps."""
    if not line.item.awaits or known.gone:
        return False
    if any(outcome.told is Told.BY_HAND for outcome in outcomes):
        return False  # it may never learn of it
    sent = [e.sent_at for e in settles(line, known.effects) if e.state is EffectState.DONE and e.sent_at]
    handled = [h.at for h in line.item.handlings if h.at]
    if not sent and not handled:
        return not outcomes
    return line.seen_at >= max(sent + handled) + STILL_WAITS_AFTER
