"""Which order of the shop is it: what is still to be searched, and what was found."""

from datetime import datetime, timedelta

from retour.connectors.contract import ShopOrder
from retour.core.model import EffectKind, EffectState, Order
from retour.store import facts
from retour.store.models import Connection, Effect, Line, MarketplaceOrder
from retour.store.sealed import unseal

SEARCH_AGAIN_AFTER = timedelta(hours=1)


def to_find(shop: Connection, now: datetime, limit: int) -> list[Order]:
    """The orders behind the creates that leave next, which have no link and were not searched lately."""
    due = Effect.objects.filter(connection=shop, kind=EffectKind.CREATE, state=EffectState.WANTED, due_at__lte=now)
    effects = list(due.order_by("due_at", "pk").values_list("of_id", "line_ref")[:limit])
    lines = Line.objects.filter(of_id__in={of for of, _ in effects}).values_list("of_id", "ref", "order_ref")
    refs = {order_ref for of, ref, order_ref in lines if (of, ref) in set(effects)}
    known = {row.ref: row for row in MarketplaceOrder.objects.filter(project=shop.project_id, ref__in=refs)}
    wanted = []
    for ref in sorted(refs):
        row = known.get(ref)
        if row is None:
            wanted.append(Order(ref))
        elif not row.shop_order and (row.searched_at is None or row.searched_at < now - SEARCH_AGAIN_AFTER):
            wanted.append(facts.order_from_plain(unseal(row.sealed)) if row.sealed else Order(ref))
    return wanted


def record_found(shop: Connection, ref: str, found: ShopOrder | None, at: datetime) -> None:
    """Keeps what the shop's search found; None: nothing, or nothing certain."""
    link = {}
    if found is not None:
        link = {
            "shop_order": found.number,
            "shop_order_id": found.id or "",
            "products": [list(product) for product in found.products],
            "linked_by": "search",
        }
    MarketplaceOrder.objects.update_or_create(project_id=shop.project_id, ref=ref, defaults={"searched_at": at, **link})
