"""Everything the hub knows of one return, and what a person can do about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from pydantic import ValidationError

from retour.connectors.registry import UnknownConnector
from retour.core import model as core
from retour.core.capabilities import Capabilities, Deadline, Granularity, MarketplaceCapabilities, ReasonChoice
from retour.core.deadlines import next_deadline
from retour.core.model import EffectKind, EffectState, Handler, Resolution, Stage, Told
from retour.core.plan import LinePlan, Outcome, Plan, plan
from retour.store import facts
from retour.store.models import Effect, Event, Line, MarketplaceOrder, Return
from retour.store.platforms import capabilities_of, flaws, manifest_of, shop_of
from retour.store.sealed import CannotOpen, unseal
from retour.web import words
from retour.web.exchanges import Sent, sent_for


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
    by_person: bool
    """A person has told the marketplace."""


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


@dataclass(frozen=True, slots=True)
class Dossier:
    """A return with everything that belongs to it. `trouble`: why no plan can be made just now."""

    row: Return
    marketplace: str
    lines: Sequence[LinePart]
    plan: Plan | None
    trouble: str
    deadline: tuple[datetime, Deadline] | None
    customer: core.Party | None
    billing: Sequence[tuple[str, core.Party]]
    sealed_trouble: str
    events: Sequence[Event]
    exchanges: Sequence[Sent]
    capabilities: Capabilities | None

    @property
    def by_marketplace(self) -> bool:
        return self.row.handler == Handler.MARKETPLACE

    @property
    def asks(self) -> bool:
        """Some effect waits for a person."""
        return any(line.questions for line in self.lines)

    @property
    def told_by_hand(self) -> Sequence[Decided]:
        """Decisions that a person must still tell, there."""
        return [
            decided
            for line in self.lines
            for decided in line.decided
            if decided.outcome.told is Told.BY_HAND and not decided.by_person
        ]

    def line(self, key: int) -> LinePart | None:
        return next((line for line in self.lines if line.row.pk == key), None)


def dossier(row: Return) -> Dossier:
    """Reads everything of a return. What cannot be unsealed or planned is said, not raised."""
    lines = list(row.lines.order_by("pk"))
    effects = list(row.effects.order_by("pk"))
    known = facts.to_return(row, lines, effects)
    capabilities, trouble = _capabilities(row)
    followed = plan(known, capabilities) if capabilities else None
    marketplace, orders = marketplace_name(row), _orders(row, lines)
    party, billing, sealed_trouble = _people(row, orders)
    plans = {line.ref: line for line in followed.lines} if followed else {}
    numbers = {order.ref: order.shop_order for order in orders}
    parts = [
        _part(known, line, plans.get(line.ref), effects, capabilities, marketplace, numbers.get(line.order_ref, ""))
        for line in lines
    ]
    deadlines = capabilities.marketplace.deadlines if capabilities else ()
    return Dossier(
        row=row,
        marketplace=marketplace,
        lines=parts,
        plan=followed,
        trouble=trouble,
        deadline=next_deadline(known, deadlines) if followed and followed.deadline else None,
        customer=party,
        billing=billing,
        sealed_trouble=sealed_trouble,
        events=list(row.events.order_by("pk")),
        exchanges=sent_for(row),
        capabilities=capabilities,
    )


def marketplace_name(row: Return) -> str:
    """The name of the return's marketplace, as people know it."""
    try:
        return manifest_of(row.connection).name
    except UnknownConnector:
        return row.connection.slug


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


def _capabilities(row: Return) -> tuple[Capabilities | None, str]:
    try:
        return capabilities_of(row.connection, shop_of(row.connection)), ""
    except (UnknownConnector, CannotOpen) as error:
        return None, str(error)
    except ValidationError as error:
        return None, flaws(error)


def _part(
    known: core.Return,
    row: Line,
    planned: LinePlan | None,
    effects: Sequence[Effect],
    capabilities: Capabilities | None,
    marketplace: str,
    shop_order: str,
) -> LinePart:
    line = known.line(row.ref) or facts.to_line(row)
    mine = [effect for effect in effects if effect.line_ref == row.ref]
    decides = capabilities is not None and known.handler is Handler.MERCHANT and not known.gone
    left = planned.left if planned else 0
    replaceable = _replaceable(line, mine) if decides and not left else 0
    outcomes = planned.outcomes if planned else ()
    offered = capabilities.marketplace if capabilities and decides else None
    return LinePart(
        row=row,
        item=line.item,
        left=left,
        replaceable=replaceable,
        decided=[_decided(line, outcome, mine, marketplace) for outcome in outcomes],
        shop=line.shop,
        shop_order=shop_order,
        questions=[Question(e, e.state == EffectState.UNKNOWN) for e in mine if _waits_for_person(e)],
        options=options(offered, list(Resolution)) if offered and (left or replaceable) else [],
        revisions=options(offered, _revisions(offered, outcomes)) if offered and not left and not replaceable else [],
        why=words.why(planned.why.key, dict(planned.why.params)) if planned else "",
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


def _decided(line: core.Line, outcome: Outcome, effects: Sequence[Effect], marketplace: str) -> Decided:
    decision = next((d for d in line.decisions if d.seq == outcome.seq), None)
    by_person = decision is not None and (
        decision.told_by_hand or any(e.decision == decision.seq and e.by_hand for e in effects)
    )
    return Decided(
        outcome,
        words.DECISIONS[outcome.resolution],
        words.SOURCES[outcome.source],
        words.told(outcome.told, by_person=by_person, marketplace=marketplace, source=outcome.source),
        decision.reason if decision else None,
        by_person,
    )


def _orders(row: Return, lines: Sequence[Line]) -> list[MarketplaceOrder]:
    refs = {line.order_ref for line in lines}
    return list(MarketplaceOrder.objects.filter(project=row.connection.project_id, ref__in=refs).order_by("ref"))


def _people(
    row: Return, orders: Sequence[MarketplaceOrder]
) -> tuple[core.Party | None, list[tuple[str, core.Party]], str]:
    try:
        customer = facts.party_from_plain(unseal(row.customer))
        known = [(order.ref, facts.order_from_plain(unseal(order.sealed))) for order in orders if order.sealed]
    except CannotOpen as error:
        return None, [], str(error)
    return customer, [(ref, order.billing) for ref, order in known if order.billing], ""
