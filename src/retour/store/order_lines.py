"""Which line of the shop's order each return line is, from what is stored of both."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from retour.core import model as core
from retour.core.match_line import Aliases, Fit, ShopLine, assign, learned
from retour.store import aliases, facts
from retour.store.models import Line, MarketplaceOrder
from retour.store.rows import OrderRow

Fits = Mapping[int, Fit]
"""By the hub's number of the return line."""


def to_plain(lines: Collection[ShopLine]) -> list[dict[str, Any]]:
    """Lines as JSON can hold them."""
    return [
        {
            "ref": line.ref,
            "quantity": line.quantity,
            "product": line.product,
            "sku": line.sku,
            "codes": list(line.codes),
            "gtins": list(line.gtins),
            "title": line.title,
            "price": [str(line.unit_price.amount), line.unit_price.currency] if line.unit_price else None,
            "theirs": line.theirs,
        }
        for line in lines
    ]


def from_plain(plain: Collection[dict[str, Any]]) -> tuple[ShopLine, ...]:
    """The lines that `to_plain` has put down."""
    return tuple(
        ShopLine(
            ref=line["ref"],
            quantity=line["quantity"],
            product=line["product"],
            sku=line["sku"],
            codes=tuple(line["codes"]),
            gtins=tuple(line["gtins"]),
            title=line["title"],
            unit_price=core.Money(Decimal(line["price"][0]), line["price"][1]) if line["price"] else None,
            theirs=line["theirs"],
        )
        for line in plain
    )


def fits(project_id: int, orders: Collection[MarketplaceOrder | OrderRow]) -> Fits:
    """For every return line of these orders whose lines in the shop are known: which of them it is.

    All that comes back of an order is looked at together, since each of its units comes back once.
    """
    known = {order.ref: order for order in orders if order.shop_order and order.shop_lines}
    if not known:
        return {}
    of: dict[str, list[tuple[int, core.SeenLine]]] = {ref: [] for ref in known}
    rows = Line.objects.filter(order_ref__in=known, of__connection__project=project_id, of__gone=False)
    for row in rows.order_by("pk"):
        line = facts.to_line(row)
        if _takes_units(line):
            of[row.order_ref].append((row.pk, line.item))
    words = aliases.known_for(project_id, [item for items in of.values() for _, item in items])
    found: dict[int, Fit] = {}
    for ref, items in of.items():
        chosen = {int(number): name for number, name in known[ref].chosen_lines.items()}
        found |= assign(items, from_plain(known[ref].shop_lines), words, chosen)
    return found


def as_the_shop_calls_it(item: core.SeenLine, found: Fit | None, words: Aliases) -> core.SeenLine:
    """The return line with the shop's own SKU, where that is known to differ."""
    if found is not None and found.line is not None:
        return replace(item, sku=found.line.sku or item.sku)
    if found is not None:
        return item  # the order's lines are known, and none of them is it for certain
    known = learned(item, words)
    return replace(item, sku=known.sku) if known else item


def product(item: core.SeenLine, order: OrderRow | None, found: Fit | None) -> str | None:
    """The shop's own id of the product, where it is certain."""
    if found is not None:
        return found.line.product if found.line else None
    return dict(order.products).get(item.sku) if order and item.sku else None


def _takes_units(line: core.Line) -> bool:
    """Whether its units come back, or came: not where all of them were refused or withdrawn, and stayed so."""
    ended = line.standing or line.item.handlings
    refused = sum(one.quantity for one in ended if one.resolution in _STAYS and not one.revises)
    taken_after_all = sum(one.quantity for one in ended if one.resolution not in _STAYS and one.revises)
    return refused - taken_after_all < line.item.quantity


_STAYS = {core.Resolution.REJECT, core.Resolution.CANCEL}
