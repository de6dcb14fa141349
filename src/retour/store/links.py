"""Which order of the shop a marketplace's order is, as people and their lists say it."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction

from retour.store.models import MarketplaceOrder, Project


@dataclass(frozen=True, slots=True)
class Linked:
    """How many links were new, changed, or known already."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0

    def __add__(self, other: "Linked") -> "Linked":
        return Linked(self.added + other.added, self.changed + other.changed, self.unchanged + other.unchanged)


def link_orders(project: Project, links: Mapping[str, str], by: str) -> Linked:
    """Notes links, the marketplace's order to the shop's, in one transaction.

    A changed link forgets what the shop told of the order that it was before.
    """
    with transaction.atomic():
        known = {row.ref: row for row in MarketplaceOrder.objects.filter(project=project, ref__in=list(links))}
        rows = []
        added = 0
        for ref, shop_order in links.items():
            row = known.get(ref)
            if row is not None and row.shop_order == shop_order:
                continue
            added += row is None or not row.shop_order
            rows.append(MarketplaceOrder(project=project, ref=ref, shop_order=shop_order, linked_by=by))
        MarketplaceOrder.objects.bulk_create(
            rows,
            batch_size=400,
            update_conflicts=True,
            unique_fields=["project", "ref"],
            update_fields=["shop_order", "shop_order_id", "products", "linked_by"],
        )
    return Linked(added, len(rows) - added, len(links) - len(rows))
