"""One line of a return, as its page shows it: what was decided, what waits for a person, what can be chosen."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from retour.core import model as core
from retour.core.account import Account, account
from retour.core.capabilities import Capabilities, Granularity, MarketplaceCapabilities, ReasonChoice
from retour.core.model import EffectKind, EffectState, Handler, Resolution, Stage, Told
from retour.core.plan import LinePlan, Outcome
from retour.store import facts
from retour.store.models import Effect, Line
from retour.web import words


@dataclass(frozen=True, slots=True)
class Option:
    """A decision that can be chosen, and what choosing it means."""

    resolution: Resolution
    label: str | Promise
    consequence: str | Promise
    by_hand: bool
    """The marketplace cannot be told."""
    todo: str
    needs_reason: bool
    reasons: Sequence[ReasonChoice] = ()
    """The marketplace's own reasons for it."""


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision as the page shows it, and how far it has come."""

    outcome: Outcome
    label: str | Promise
    source: str | Promise
    told: str
    reason: str | None
    waits: bool
    """A person must still tell the marketplace."""
    overtaken: bool
    """The marketplace has acted otherwise, so that it is not told any more; a person must look."""
    todo: str | Promise
    """What to do there, where the marketplace is told by hand."""
    effect: Effect | None
    """The call that told it."""


@dataclass(frozen=True, slots=True)
class Question:
    """An effect that waits for a person."""

    effect: Effect
    lost: bool
    """Its answer was lost and nothing could be looked up; otherwise it was refused."""

    @property
    def creates(self) -> bool:
        return self.effect.kind == EffectKind.CREATE


@dataclass(frozen=True, slots=True)
class LinePart:
    """A line of the return."""

    row: Line
    item: core.SeenLine
    left: int
    replaceable: int
    """Units whose decision has not been sent: a new decision replaces it."""
    decided: Sequence[Decided]
    shop: core.ShopSays | None
    shop_order: str
    questions: Sequence[Question]
    options: Sequence[Option]
    revisions: Sequence[Option]
    """What the decision that was told can still become."""
    why: str
    stage: Stage | None
    whole: bool
    """The marketplace takes a decision for the whole line only."""

    @property
    def reason(self) -> Promise | None:
        return words.REASONS[self.item.reason] if self.item.reason else None

    @property
    def most(self) -> int:
        return self.left or self.replaceable

    @property
    def known(self) -> int:
        return len(self.row.decisions)

    @property
    def reasons(self) -> Sequence[tuple[str | Promise, Sequence[ReasonChoice]]]:
        """The marketplace's own reasons, by the decision that they are for."""
        return [(option.label, option.reasons) for option in self.options if option.reasons]


def options(marketplace: MarketplaceCapabilities, offered: Sequence[Resolution]) -> list[Option]:
    """What each of these decisions would mean at this marketplace."""
    return [
        Option(
            resolution,
            words.DECISIONS[resolution],
            words.CONSEQUENCES[resolution],
            by_hand=resolution not in marketplace.tells,
            todo=marketplace.by_hand.get(resolution, ""),
            needs_reason=resolution in marketplace.reason_required,
            reasons=marketplace.reasons.get(resolution, ()),
        )
        for resolution in offered
    ]


def part(
    known: core.Return,
    row: Line,
    planned: LinePlan | None,
    effects: Sequence[Effect],
    capabilities: Capabilities | None,
    marketplace: str,
    shop_order: str,
) -> LinePart:
    """A line with all that belongs to it. `planned` None: nothing can be planned just now."""
    line = known.line(row.ref) or facts.to_line(row)
    mine = [effect for effect in effects if effect.line_ref == row.ref]
    decides = capabilities is not None and known.handler is Handler.MERCHANT and not known.gone
    left = planned.left if planned else 0
    replaceable = _replaceable(line, mine) if decides and not left else 0
    outcomes = planned.outcomes if planned else ()
    offered = capabilities.marketplace if capabilities and decides else None
    books = account(line, known.effects, capabilities.marketplace.tells) if capabilities else None
    overtaken = planned is not None and planned.why.key in {"conflict", "gone"}
    return LinePart(
        row=row,
        item=line.item,
        left=left,
        replaceable=replaceable,
        decided=[
            _decided(line, outcome, mine, marketplace, capabilities, books, overtaken=overtaken) for outcome in outcomes
        ],
        shop=line.shop,
        shop_order=shop_order,
        questions=[Question(e, e.state == EffectState.UNKNOWN) for e in mine if _waits_for_person(e)],
        options=options(offered, list(Resolution)) if offered and (left or replaceable) else [],
        revisions=options(offered, _revisions(offered, outcomes)) if offered and not left and not replaceable else [],
        why=words.why(planned.why.key, dict(planned.why.params), marketplace=marketplace) if planned else "",
        stage=planned.stage if planned else None,
        whole=offered is not None and offered.granularity is not Granularity.QUANTITY,
    )


def _waits_for_person(effect: Effect) -> bool:
    return effect.state in {EffectState.REFUSED, EffectState.DEAD} or (
        effect.state == EffectState.UNKNOWN and effect.asks
    )


def _replaceable(line: core.Line, effects: Sequence[Effect]) -> int:
    """Units whose decisions have not left: `core.merge.decide` lets a newer one take their place."""
    gone = {
        effect.decision
        for effect in effects
        if effect.kind == EffectKind.SETTLE
        and effect.state not in {EffectState.WANTED, EffectState.SUPERSEDED, EffectState.REFUSED}
    }
    return sum(d.quantity for d in line.standing if not d.revises and not d.told_by_hand and d.seq not in gone)


def _revisions(marketplace: MarketplaceCapabilities, outcomes: Sequence[Outcome]) -> list[Resolution]:
    told = [o for o in outcomes if o.seq is not None and o.told in {Told.CONFIRMED, Told.BY_HAND}]
    can = set(marketplace.changes.get(told[-1].resolution, frozenset())) if told else set()
    return [resolution for resolution in Resolution if resolution in can]


def _decided(
    line: core.Line,
    outcome: Outcome,
    effects: Sequence[Effect],
    marketplace: str,
    capabilities: Capabilities | None,
    books: Account | None,
    *,
    overtaken: bool,
) -> Decided:
    decision = next((d for d in line.decisions if d.seq == outcome.seq), None)
    settle = next((e for e in effects if e.kind == EffectKind.SETTLE and e.decision == outcome.seq), None)
    by_person = decision is not None and (decision.told_by_hand or (settle is not None and settle.by_hand))
    # The marketplace shows it as done, though perhaps by a word of its own: nobody need do it there any more.
    shown = books is not None and outcome.seq in books.absorbed
    waits = outcome.told is Told.BY_HAND and not by_person and not shown
    return Decided(
        outcome,
        words.DECISIONS[outcome.resolution],
        words.SOURCES[outcome.source],
        words.told(outcome.told, by_person=by_person, shown=shown, marketplace=marketplace, source=outcome.source),
        decision.reason if decision else None,
        waits,
        overtaken and outcome.told is None and outcome.seq is not None and (settle is None or not _stands(settle)),
        _todo(line, outcome, marketplace, capabilities) if waits else "",
        settle,
    )


def _stands(effect: Effect) -> bool:
    return effect.state != EffectState.SUPERSEDED


def _todo(line: core.Line, outcome: Outcome, marketplace: str, capabilities: Capabilities | None) -> str | Promise:
    """What to do at the marketplace. A decision that it takes, but not for these units, has no words of its own."""
    said = capabilities.marketplace.by_hand.get(outcome.resolution, "") if capabilities else ""
    if said or outcome.quantity == line.item.quantity:
        return said
    return _("%(marketplace)s takes a decision from here for all %(all)d only.") % {
        "marketplace": marketplace,
        "all": line.item.quantity,
    }
