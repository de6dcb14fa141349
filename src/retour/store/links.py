"""Which order of the shop a marketplace's order is, as people, their lists, and the shop's own search say it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from django.db import transaction
from django.utils import timezone

from retour.connectors.contract import ShopOrder
from retour.core.model import EffectKind, EffectState, Stage
from retour.core.shop_request import waits
from retour.store import order_lines
from retour.store.ledger import Entry, Ledger
from retour.store.models import Line, MarketplaceOrder, OrderCandidate, Project
from retour.store.rows import EffectRow


@dataclass(frozen=True, slots=True)
class Linked:
    """How many links were new, changed, or known already."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0

    def __add__(self, other: "Linked") -> "Linked":
        return Linked(self.added + other.added, self.changed + other.changed, self.unchanged + other.unchanged)


def link_orders(
    project: Project,
    links: Mapping[str, str],
    by: str,
    *,
    at: datetime | None = None,
    actor: str = "",
    told: Mapping[str, ShopOrder] = MappingProxyType({}),
) -> Linked:
    """Notes links, the marketplace's order to the shop's, in one transaction.

    A changed link forgets what the shop told of the order that it was before; `told` is what it tells of this one, by
    the marketplace's number. Returns that waited for their order are made now; at those that were made without it, the
    timeline says so. `at` None: now.
    """
    with transaction.atomic():
        known = {row.ref: row for row in MarketplaceOrder.objects.filter(project=project, ref__in=list(links))}
        rows = []
        added = 0
        for ref, shop_order in sorted(links.items()):  # as everybody holds them
            row = known.get(ref)
            if row is not None and row.shop_order == shop_order:
                continue
            added += row is None or not row.shop_order
            rows.append(_linked(project, ref, shop_order, by, told.get(ref)))
        MarketplaceOrder.objects.bulk_create(
            rows,
            batch_size=400,
            update_conflicts=True,
            unique_fields=["project", "ref"],
            update_fields=[
                *("shop_order", "shop_order_id", "products", "shop_lines", "chosen_lines", "linked_by"),
                *("searches", "search_at", "offer_at"),
            ],
        )
        OrderCandidate.objects.filter(order__in=[row.pk for row in known.values()], order__shop_order__gt="").delete()
        arrived(project.pk, {row.ref: row.shop_order for row in rows}, at or timezone.now(), actor)
    return Linked(added, len(rows) - added, len(links) - len(rows))


def forget_told(project: Project, at: datetime) -> tuple[int, int]:
    """Another platform is the project's shop: what the old one told of its orders says nothing there. Links that its
    search found are searched anew; numbers that people gave stand. The numbers of both."""
    told: dict[str, Any] = {"shop_order_id": "", "products": [], "shop_lines": [], "chosen_lines": {}}
    linked = MarketplaceOrder.objects.filter(project=project, shop_order__gt="")
    searched = linked.filter(linked_by="search").update(
        **told, shop_order="", linked_by="", searched_at=None, searches=0, search_at=at
    )
    OrderCandidate.objects.filter(order__project=project).delete()
    return searched, linked.update(**told)


def arrived(project_id: int, links: Mapping[str, str], at: datetime, actor: str = "") -> None:
    """What follows from new links for the returns that are not closed. Call inside the transaction that stores them."""
    found = Line.objects.filter(order_ref__in=list(links), of__connection__project=project_id)
    of = set(found.exclude(of__stage=Stage.CLOSED).values_list("of_id", flat=True))
    if not of:
        return
    ledger = Ledger(at, actor)
    for entry in ledger.load(of):
        for ref in sorted({line.order_ref for line in entry.lines.values()} & links.keys()):
            late = False
            for effect in _creates(entry, ref):
                late |= EffectState(effect.state).may_have_happened
                release(ledger, entry, effect)
            ledger.note(entry, "linked_late" if late else "linked", shop_order=links[ref])
            ledger.put(entry, entry.known)
    ledger.save()


def release(ledger: Ledger, entry: Entry, effect: EffectRow) -> None:
    """Lets a request leave that waited for its order, or that a shop which needs the order has refused."""
    shop = entry.capabilities.shop
    refused = effect.state == EffectState.REFUSED and shop is not None and shop.needs_order
    if waits(effect.state, asks=effect.asks) or refused:
        effect.state, effect.asks, effect.error, effect.due_at = EffectState.WANTED, False, None, ledger.at
        ledger.put_effect(entry, effect)


def _creates(entry: Entry, order_ref: str) -> list[EffectRow]:
    lines = {line.ref for line in entry.lines.values() if line.order_ref == order_ref}
    return [e for e in entry.effects.values() if e.kind == EffectKind.CREATE and e.line_ref in lines]


def _linked(project: Project, ref: str, shop_order: str, by: str, told: ShopOrder | None) -> MarketplaceOrder:
    row = MarketplaceOrder(project=project, ref=ref, shop_order=shop_order, linked_by=by)
    if told is not None:
        row.shop_order_id = told.id or ""
        row.products = [list(product) for product in told.products]
        row.shop_lines = order_lines.to_plain(told.lines)
    return row
