"""Which order of the shop is it: what is still to be searched, and what was found."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from django.db import transaction

from retour.connectors.contract import ShopOrder
from retour.core import match_line
from retour.core.match_line import ShopLine
from retour.core.model import EffectKind, EffectState, Order, SeenLine, Stage
from retour.store import aliases, due, facts, fits
from retour.store.ledger import Ledger
from retour.store.links import link_orders
from retour.store.models import Connection, Effect, Line, MarketplaceOrder, OrderCandidate, Return
from retour.store.sealed import unseal

SEARCH_AGAIN_AFTER = timedelta(hours=1)
OFFER_AGAIN_AFTER = timedelta(days=1)
"""The shop is asked for candidates at most once in that time, unless a person asks."""


def to_find(shop: Connection, now: datetime, limit: int) -> list[Order]:
    """The orders behind the creates that leave next, which have no link and were not searched lately."""
    wanting = Effect.objects.filter(connection=shop, kind=EffectKind.CREATE, state=EffectState.WANTED, due_at__lte=now)
    effects = list(wanting.order_by("due_at", "pk").values_list("of_id", "line_ref")[:limit])
    lines = Line.objects.filter(of_id__in={of for of, _ in effects}).values_list("of_id", "ref", "order_ref")
    refs = {order_ref for of, ref, order_ref in lines if (of, ref) in set(effects)}
    known = {row.ref: row for row in MarketplaceOrder.objects.filter(project=shop.project_id, ref__in=refs)}
    wanted = []
    for ref in sorted(refs):
        row = known.get(ref)
        if row is None:
            wanted.append(Order(ref))
        elif not row.shop_order and (row.searched_at is None or row.searched_at < now - SEARCH_AGAIN_AFTER):
            wanted.append(as_order(row))
    return wanted


def to_find_again(shop: Connection, now: datetime, limit: int) -> list[Order]:
    """The orders without a link that are due to be searched once more, the longest waiting first. Those that no open
    return waits for any more are left alone from now on."""
    searchable = MarketplaceOrder.objects.filter(project=shop.project_id, search_at__lte=now, shop_order="")
    rows = list(searchable.order_by("search_at", "pk")[:limit])
    if not rows:
        return []
    open_ = open_orders(shop.project_id, [row.ref for row in rows])
    over = [row.pk for row in rows if row.ref not in open_]
    if over:
        give_up(over)
    return [as_order(row) for row in rows if row.ref in open_]


def postpone_search(shop: Connection, ref: str, until: datetime) -> None:
    """The shop could not be searched for this order now. That is no search in vain."""
    MarketplaceOrder.objects.filter(project=shop.project_id, ref=ref, shop_order="").update(search_at=until)


def postpone_creates(shop: Connection, ref: str, until: datetime) -> None:
    """The requests for returns of this order leave no sooner."""
    of = Line.objects.filter(order_ref=ref, of__connection__project=shop.project_id).values("of")
    wanted = Effect.objects.filter(connection=shop, kind=EffectKind.CREATE, state=EffectState.WANTED, of__in=of)
    due.change(wanted.filter(due_at__lt=until), due_at=until)


def give_up(keys: Sequence[int]) -> None:
    """Nobody waits for these orders any more: they are not searched again, and what was offered for them is gone."""
    MarketplaceOrder.objects.filter(pk__in=keys, shop_order="").update(search_at=None, offer_at=None)
    OrderCandidate.objects.filter(order__in=keys).delete()


def open_orders(project_id: int, refs: Iterable[str]) -> set[str]:
    """Those of these orders of which some return is not closed."""
    lines = Line.objects.filter(order_ref__in=list(refs), of__connection__project=project_id)
    return set(lines.exclude(of__stage=Stage.CLOSED).values_list("order_ref", flat=True))


def as_order(row: MarketplaceOrder) -> Order:
    """The marketplace's order, as far as it was fetched."""
    return facts.order_from_plain(unseal(row.sealed)) if row.sealed else Order(row.ref)


def record_found(
    shop: Connection,
    ref: str,
    found: ShopOrder | None,
    at: datetime,
    again: Callable[[datetime, int], datetime | None] = lambda at, searches: None,
    *,
    urgent: bool = True,
) -> None:
    """Keeps what the shop's search found; None: nothing, or nothing certain. `again` says when it is searched the next
    time, after so many searches in vain; None: not any more. `urgent`: candidates are due at once; otherwise only after
    a second search in vain, as many orders turn up by then. A link that a person made meanwhile stands."""
    if found is not None and not (fits.is_id(found.number) and fits.is_id(found.id or "")):
        found = None  # half of a number would be another order's
    with transaction.atomic():
        rows = MarketplaceOrder.objects.select_for_update()
        row, _ = rows.get_or_create(project_id=shop.project_id, ref=ref)
        row.searched_at = at
        if found is None and not row.shop_order:
            row.searches += 1
            row.search_at = again(at, row.searches)
            if urgent or row.searches > 1:
                row.offer_at = max(at, row.offered_at + OFFER_AGAIN_AFTER) if row.offered_at else at
        row.save(update_fields=["searched_at", "searches", "search_at", "offer_at"])
        if found is None or (row.shop_order and row.linked_by != "search"):
            return
        link_orders(shop.project, {ref: found.number}, by="search", at=at, told={ref: found})
        learn_from(row, found.lines, at, by="")


def learn_from(row: MarketplaceOrder, lines: tuple[ShopLine, ...], at: datetime, by: str) -> None:
    """Remembers what a link of two orders, certain or made by a person, shows of their products."""
    order = as_order(row)
    ordered = {line.ref: line.quantity for line in order.lines if line.ref}
    items = [facts.to_line(line).item for line in lines_of(row.project_id, row.ref)]
    single = len(order.lines) == 1
    for item in _distinct(items):
        quantity = order.lines[0].quantity if single else ordered.get(item.order_line_ref or "")
        line = match_line.shows(item, quantity, lines, single)
        if line is not None:
            aliases.learn(row.project_id, item, line, at, by)


def lines_of(project_id: int, ref: str) -> list[Line]:
    """The return lines of an order of the marketplace, oldest first."""
    return list(Line.objects.filter(order_ref=ref, of__connection__project=project_id).order_by("pk"))


def ask_again(row: Return, at: datetime, actor: str) -> int:
    """A person wants the shop to be searched now for the orders of this return that have no link, and to be asked for
    candidates. The number of such orders."""
    project = row.connection.project_id
    refs = set(row.lines.values_list("order_ref", flat=True))
    linked = MarketplaceOrder.objects.filter(project=project, ref__in=refs, shop_order__gt="")
    wanted = refs - set(linked.values_list("ref", flat=True))
    if not wanted:
        return 0
    with transaction.atomic():
        for ref in sorted(wanted):
            order, _ = MarketplaceOrder.objects.get_or_create(project_id=project, ref=ref)
            order.search_at, order.offered_at, order.searches = at, None, max(order.searches, 1)
            order.save(update_fields=["search_at", "offered_at", "searches"])
        ledger = Ledger(at, actor)
        for entry in ledger.load([row.pk]):
            ledger.note(entry, "searched_again")
            ledger.put(entry, entry.known)
        ledger.save()
        shops = Connection.objects.filter(project=project, role=Connection.Role.SHOP, removed=False)
        shops.filter(state=Connection.State.ACTIVE).update(next_at=at)
    return len(wanted)


def _distinct(items: Iterable[SeenLine]) -> Iterable[SeenLine]:
    by_word: Mapping[tuple[str | None, ...], SeenLine] = {(i.sku, i.gtin, i.order_line_ref): i for i in items}
    return by_word.values()
