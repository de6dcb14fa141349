"""Orders of the shop that a marketplace's order may be: what they are searched by, kept, and chosen by a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from retour.connectors.contract import ShopOrder
from retour.core import match_order
from retour.core.match_line import ShopLine
from retour.core.match_order import Candidate, Clues, Scored
from retour.core.why import Why
from retour.store import aliases, due, facts, fits, order_lines, orders
from retour.store.ledger import Ledger
from retour.store.links import link_orders, release
from retour.store.models import Connection, Line, MarketplaceOrder, OrderCandidate, Project, Return
from retour.store.sealed import unseal

MOST_STORED = 20
"""So many stored links with a number that is nearly the same are looked at."""


@dataclass(frozen=True, slots=True)
class Offered:
    """A stored candidate, for a person."""

    pk: int
    ref: str
    """The marketplace's order."""
    shop_order: str
    placed_at: datetime | None
    score: int
    reasons: tuple[Why, ...]


def to_offer(shop: Connection, now: datetime, limit: int) -> list[Clues]:
    """What is known of the orders for which candidates are due, the longest waiting first."""
    due = MarketplaceOrder.objects.filter(project=shop.project_id, offer_at__lte=now, shop_order="")
    rows = list(due.order_by("offer_at", "pk")[:limit])
    open_ = orders.open_orders(shop.project_id, [row.ref for row in rows]) if rows else set()
    over = [row.pk for row in rows if row.ref not in open_]
    if over:
        orders.give_up(over)
    return [_clues(row) for row in rows if row.ref in open_]


def record_offered(shop: Connection, clues: Clues, found: Sequence[Candidate], at: datetime) -> int:
    """Keeps the best of the candidates, the shop's and the stored ones, instead of earlier ones. The number kept."""
    row = MarketplaceOrder.objects.get(project=shop.project_id, ref=clues.order.ref)
    found = [one for one in found if fits.is_id(one.number) and fits.is_id(one.id or "")]
    words = aliases.known_for(shop.project_id, clues.items)
    ranked = match_order.rank(clues, [*found, *_alike(shop.project_id, clues)], words)
    with transaction.atomic():
        still = MarketplaceOrder.objects.filter(pk=row.pk, shop_order="")
        if not still.update(offered_at=at, offer_at=None):
            return 0  # somebody has linked it meanwhile
        row.candidates.all().delete()
        OrderCandidate.objects.bulk_create(_kept(row, scored, at) for scored in ranked)
        _show(shop.project_id, row.ref, at)
    return len(ranked)


def postpone_offer(shop: Connection, ref: str, until: datetime) -> None:
    """The shop could not be asked now."""
    MarketplaceOrder.objects.filter(project=shop.project_id, ref=ref).update(offer_at=until)


def offered(project_id: int, refs: set[str]) -> list[Offered]:
    """The candidates of these orders that have no link, the most likely first."""
    rows = OrderCandidate.objects.filter(order__project=project_id, order__ref__in=refs, order__shop_order="")
    return [
        Offered(
            row.pk,
            row.order.ref,
            row.shop_order,
            row.placed_at,
            row.score,
            tuple(Why(key, tuple(params.items())) for key, params in row.reasons if key in match_order.REASONS),
        )
        for row in rows.select_related("order").order_by("order__ref", "-score", "pk")
    ]


def choose(row: Return, candidate: int, at: datetime, actor: str) -> str | None:
    """A person says that this candidate is the order: it is linked as if they had written its number, which is
    returned. None: it is no candidate of this return any more."""
    refs = set(row.lines.values_list("order_ref", flat=True))
    project = row.connection.project
    with transaction.atomic():
        # Of two people who choose at the same moment, one is told that it is not offered any more.
        list(MarketplaceOrder.objects.select_for_update().filter(project=project, ref__in=refs).order_by("ref"))
        chosen = next((one for one in offered(project.pk, refs) if one.pk == candidate), None)
        if chosen is None:
            return None
        link(project, chosen.ref, chosen.shop_order, "desk", at, actor)
    return chosen.shop_order


def link(project: Project, ref: str, number: str, by: str, at: datetime, actor: str) -> None:
    """A person says which order of the shop it is. Where that is a candidate, what the shop told of it is kept, and
    what it calls the products is learned."""
    with transaction.atomic():
        known = OrderCandidate.objects.filter(order__project=project, order__ref=ref, shop_order=number)
        candidate = known.select_related("order").first()
        if candidate is None:
            link_orders(project, {ref: number}, by, at=at, actor=actor)
            return
        lines = order_lines.from_plain(candidate.shop_lines)
        products = tuple((line.sku, line.product) for line in lines if line.sku and line.product)
        told = ShopOrder(number, candidate.shop_order_id or None, products, lines)
        link_orders(project, {ref: number}, by, at=at, actor=actor, told={ref: told})
        orders.learn_from(candidate.order, lines, at, by=actor)


def shop_lines_of(line: Line) -> tuple[ShopLine, ...]:
    """The lines of the shop's order that a return line may be, as far as they are known."""
    order = MarketplaceOrder.objects.filter(project=line.of.connection.project_id, ref=line.order_ref).first()
    return order_lines.from_plain(order.shop_lines) if order else ()


def choose_line(line: Line, name: str, at: datetime, actor: str) -> bool:
    """A person says which line of the shop's order comes back; what the shop calls the product is learned from it.
    False: the order has no such line."""
    project = line.of.connection.project_id
    with transaction.atomic():
        order = MarketplaceOrder.objects.select_for_update().filter(project=project, ref=line.order_ref).first()
        lines = order_lines.from_plain(order.shop_lines) if order else ()
        chosen = next((one for one in lines if one.ref == name), None)
        if order is None or chosen is None:
            return False
        order.chosen_lines = {**order.chosen_lines, str(line.pk): name}
        order.save(update_fields=["chosen_lines"])
        aliases.learn(project, facts.to_line(line).item, chosen, at, actor)
        ledger = Ledger(at, actor)
        for entry in ledger.load([line.of_id]):
            for effect in list(entry.effects.values()):
                if effect.line_ref == line.ref:
                    release(ledger, entry, effect)
            ledger.note(entry, "line_chosen", sku=chosen.sku or chosen.title or chosen.ref, line=line.ref)
            ledger.put(entry, entry.known)
        ledger.save()
    return True


def _clues(row: MarketplaceOrder) -> Clues:
    order = orders.as_order(row)
    lines = orders.lines_of(row.project_id, row.ref)
    returns = Return.objects.filter(pk__in={line.of_id for line in lines}).values_list("customer", "opened_at")
    customers = [facts.party_from_plain(unseal(customer)) for customer, _ in returns]
    people = [party for party in (*customers, order.billing, order.shipping) if party]
    return Clues(
        order=order,
        items=tuple(facts.to_line(line).item for line in lines),
        opened_at=max((opened_at for _, opened_at in returns), default=None),
        people=tuple(dict.fromkeys(people)),
    )


def _alike(project_id: int, clues: Clues) -> list[Candidate]:
    """Orders of the shop that are linked to a number which holds this one, and those whose own number holds it."""
    found: list[Candidate] = []
    for number in clues.numbers:
        if len(number) < match_order.SHORTEST:
            continue
        holds = Q(ref__icontains=number) | Q(shop_order__icontains=number)
        linked = MarketplaceOrder.objects.filter(holds, project=project_id, shop_order__gt="")
        for row in linked.order_by("-pk")[:MOST_STORED]:
            lines = order_lines.from_plain(row.shop_lines)
            found.append(Candidate(row.shop_order, row.shop_order_id or None, linked_to=row.ref, lines=lines))
    return found


def _kept(row: MarketplaceOrder, scored: Scored, at: datetime) -> OrderCandidate:
    candidate = scored.candidate
    return OrderCandidate(
        order=row,
        shop_order=candidate.number,
        shop_order_id=candidate.id or "",
        placed_at=candidate.placed_at,
        score=scored.score,
        reasons=[[why.key, dict(why.params)] for why in scored.reasons],
        shop_lines=order_lines.to_plain(candidate.lines),
        found_at=at,
    )


def _show(project_id: int, ref: str, at: datetime) -> None:
    """Pages that refresh themselves see a return whose row has changed."""
    of = Line.objects.filter(order_ref=ref, of__connection__project=project_id).values("of")
    due.change(Return.objects.filter(pk__in=of), changed_at=at)
