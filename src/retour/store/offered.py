"""Lines that were handed over to a shop which fetches them by itself: each with what is known, planned and decided.

A line is offered once its request in the project's shop was made; when that was is `offered_at`. Its number is the
line's own, and stays.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import F

from retour.core import merge
from retour.core import model as core
from retour.core.capabilities import Capabilities
from retour.core.merge import Contradiction
from retour.core.model import EffectKind, EffectState, Handler, Source, Stage, Told
from retour.core.plan import LinePlan, plan
from retour.store import facts, rows, unheld
from retour.store.ledger import Ledger
from retour.store.models import Connection, Effect, MarketplaceOrder, Project
from retour.store.platforms import capabilities_between, sides_of
from retour.store.rows import EffectRow, LineRow, ReturnRow
from retour.store.sealed import unseal


@dataclass(frozen=True, slots=True)
class Key:
    """Which line was handed over, and when."""

    return_id: int
    line_ref: str
    offered_at: datetime


@dataclass(frozen=True, slots=True)
class OrderNumbers:
    """An order by its numbers here: the shop's, where it is linked, and our own."""

    shop: str | None
    own: int


@dataclass(frozen=True, slots=True)
class Offer:
    """A line that was handed over. `failed`: what was decided could not be told, and a person is asked."""

    number: int
    project_id: int
    offered_at: datetime
    connector: str
    ref: str
    handler: Handler
    seen_at: datetime
    changed_at: datetime
    line: core.Line
    planned: LinePlan
    effects: tuple[core.Effect, ...]
    failed: bool
    order: OrderNumbers | None
    customer: core.Party | None = field(default=None, repr=False)
    billing: core.Party | None = field(default=None, repr=False)

    @property
    def waits(self) -> bool:
        """Whether it waits for the merchant's decision."""
        return _units_to_decide(self.line, self.planned) > 0


def has_project(company_id: int, project_id: int) -> bool:
    """Whether this company has this project."""
    return Project.objects.filter(pk=project_id, company=company_id).exists()


def shop_offering(company_id: int, project_id: int) -> Connection | None:
    """The shop of a company's project."""
    shops = Connection.objects.filter(project_id=project_id, role=Connection.Role.SHOP, removed=False)
    return shops.filter(project__company_id=company_id).first()


def marketplaces_of(project_id: int) -> list[Connection]:
    """The marketplaces of a project that are in use."""
    used = Connection.objects.filter(project=project_id, role=Connection.Role.MARKETPLACE, removed=False)
    return list(used.order_by("pk"))


def orders_numbered(project_id: int, number: int, *, own: bool) -> dict[str, core.Order | None]:
    """The orders of a project that have this number: the shop's, or our `own`. By the marketplace's number, with what
    it told of them, if it was asked."""
    every = MarketplaceOrder.objects.filter(project=project_id)
    found = every.filter(pk=number) if own else every.filter(shop_order=str(number))
    first = found.values_list("ref", "sealed")[:2]
    return {ref: facts.order_from_plain(unseal(sealed)) if sealed else None for ref, sealed in first}


def one(shop: Connection, number: int, *, billing: bool = False) -> Offer | None:
    """The line of this number, if it was handed over to this shop."""
    key = _key(shop, number)
    return next(iter(offers(shop, [key], billing=billing)), None) if key else None


def offers(shop: Connection, keys: Sequence[Key], *, billing: bool = False) -> list[Offer]:
    """These lines with all their facts, in this order, with as many queries for many as for one. `billing`: with the
    order's invoice address."""
    wanted = {key.return_id for key in keys}
    returns = {row.pk: row for row in unheld.returns(wanted)}
    sealed = rows.customers(wanted)
    lines: dict[int, list[LineRow]] = {pk: [] for pk in returns}
    for line in rows.lines(returns):
        lines[line.of_id].append(line)
    effects: dict[int, list[EffectRow]] = {pk: [] for pk in returns}
    for effect in unheld.effects(returns):
        effects[effect.of_id].append(effect)
    connections = {row.connection_id for row in returns.values()}
    able = {pk: capabilities_between(sides) for pk, sides in sides_of(connections).items()}
    connectors = rows.connectors(connections)
    orders = _orders(shop.project_id, {line.order_ref for many in lines.values() for line in many})
    whole = {
        pk: _Whole.of(row, lines[pk], effects[pk], able[row.connection_id], sealed[pk].customer)
        for pk, row in returns.items()
        if pk in sealed  # else it went away just now
    }
    return [
        _offer(key, shop.project_id, returns[key.return_id], whole[key.return_id], connectors, orders, billing=billing)
        for key in keys
        if key.return_id in whole
    ]


@dataclass(frozen=True, slots=True)
class _Whole:
    """A return with its plan, line by line."""

    known: core.Return
    numbers: dict[str, int]
    planned: dict[str, LinePlan]
    customer: core.Party | None = field(repr=False)

    @classmethod
    def of(
        cls, row: ReturnRow, lines: list[LineRow], effects: list[EffectRow], able: Capabilities, sealed: str
    ) -> "_Whole":
        known = facts.to_return(row, lines, effects)
        numbers = {line.ref: line.pk for line in lines}
        planned = {line.ref: line for line in plan(known, able).lines}
        return cls(known, numbers, planned, facts.party_from_plain(unseal(sealed)))


_Order = tuple[OrderNumbers, str]


def _orders(project_id: int, refs: Collection[str]) -> dict[str, _Order]:
    """The numbers of these orders, and their sealed documents."""
    found = MarketplaceOrder.objects.filter(project=project_id, ref__in=refs)
    columns = found.values_list("ref", "pk", "shop_order", "sealed")
    return {ref: (OrderNumbers(shop_order or None, pk), sealed) for ref, pk, shop_order, sealed in columns}


def _offer(
    key: Key,
    project_id: int,
    row: ReturnRow,
    whole: _Whole,
    connectors: dict[int, str],
    orders: dict[str, _Order],
    *,
    billing: bool,
) -> Offer:
    [line] = [line for line in whole.known.lines if line.item.ref == key.line_ref]
    effects = tuple(e for e in whole.known.effects if e.line_ref == key.line_ref)
    order, sealed = orders.get(line.item.order_ref, (None, ""))
    document = (unseal(sealed) or {}) if billing or whole.customer is None else {}
    billed = facts.party_from_plain(document.get("billing"))
    return Offer(
        number=whole.numbers[key.line_ref],
        project_id=project_id,
        offered_at=key.offered_at,
        connector=connectors[row.connection_id],
        ref=row.ref,
        handler=whole.known.handler,
        seen_at=row.created_at,
        changed_at=row.changed_at,
        line=line,
        planned=whole.planned[key.line_ref],
        effects=effects,
        failed=row.stage == Stage.ATTENTION and any(_failed(e) for e in effects),
        order=order,
        customer=whole.customer or facts.party_from_plain(document.get("shipping")) or billed,
        billing=billed if billing else None,
    )


def _failed(effect: core.Effect) -> bool:
    """Telling the marketplace went wrong. The same as `retour.store.listed` says to the database."""
    if effect.kind is not EffectKind.SETTLE:
        return False
    return effect.state in {EffectState.REFUSED, EffectState.DEAD} or (
        effect.state is EffectState.UNKNOWN and effect.asks
    )


def decide(shop: Connection, number: int, word: str, resolution: core.Resolution, at: datetime, actor: str) -> bool:
    """The shop's decision for all units of a line that wait for one. False, and nothing changed, where none do: it was
    decided, or handled, before. `word` is how the shop said it. Raises LookupError where no such line was handed over.
    """
    with transaction.atomic():
        key = _key(shop, number)
        if key is None:
            raise LookupError(f"no line {number} was handed over")
        ledger = Ledger(at, actor)
        [entry] = ledger.load([key.return_id])
        known = entry.known
        [line] = [line for line in known.lines if line.item.ref == key.line_ref]
        [planned] = [one for one in plan(known, entry.capabilities).lines if one.ref == key.line_ref]
        quantity = _units_to_decide(line, planned)
        if quantity == 0:
            return False
        try:
            known = merge.decide(known, key.line_ref, resolution, quantity, Source.SHOP, at)
        except Contradiction:
            return False
        ref = line.shop.ref if line.shop else str(number)
        ledger.note(entry, "decided", resolution=resolution, quantity=quantity, source=Source.SHOP, line=key.line_ref)
        ledger.put(entry, merge.shop_says(known, key.line_ref, core.ShopSays(ref, word, resolution), at))
        ledger.save()
    return True


def _units_to_decide(line: core.Line, planned: LinePlan) -> int:
    """How many units a decision of the shop would be for: those that nobody has decided, or else those whose decision
    the marketplace refused while it still waits for one. What a person decided on the desk is theirs to mend."""
    if planned.left:
        return planned.left
    refused = [outcome for outcome in planned.outcomes if outcome.told is Told.REFUSED]
    ours = all(outcome.source is Source.SHOP and not outcome.revises for outcome in refused)
    on_its_way = any(outcome.told is None for outcome in planned.outcomes)
    return sum(outcome.quantity for outcome in refused) if ours and line.item.awaits and not on_its_way else 0


def _key(shop: Connection, number: int) -> Key | None:
    done = Effect.objects.filter(connection=shop, kind=EffectKind.CREATE, state=EffectState.DONE)
    effect = done.filter(of__lines__pk=number, of__lines__ref=F("line_ref")).first()
    return Key(effect.of_id, effect.line_ref, effect.done_at) if effect and effect.done_at else None
