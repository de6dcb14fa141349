"""Which order of the store is it. The API cannot search for a marketplace's number (contract mijnwebwinkel.md, 3 and
4), so the orders of those days are read, and their texts searched for it."""

import re
from collections.abc import Iterable
from datetime import UTC, timedelta
from typing import Any, Final

from retour.connectors.contract import ShopOrder
from retour.connectors.shapes import Garbled, decode
from retour.connectors.shops.mijnwebwinkel import notes, wire
from retour.connectors.shops.mijnwebwinkel.config import MijnwebwinkelConfig
from retour.connectors.shops.mijnwebwinkel.store import Store
from retour.core.match_order import SHORTEST
from retour.core.model import Order

PAGES: Final = 3
"""Of orders, where it is not known when this one was placed."""


class OrderSearch:
    """The search of one connection."""

    def __init__(self, config: MijnwebwinkelConfig, store: Store) -> None:
        self._config = config
        self._store = store

    async def find(self, order: Order) -> ShopOrder | None:
        """The one order that names one of the marketplace's numbers. None: there is none, more than one, or one that
        cannot be read."""
        numbers = [number for number in dict.fromkeys((order.ref, *order.numbers)) if number]
        if not numbers:
            return None
        named = _naming(numbers)
        hits: dict[str, wire.Order] = {}
        for archived in ("false", "true"):
            pages = 0
            async for rows in self._store.pages(self._filters(order) | {"archived": archived}):
                hits |= {hit.number: hit for hit in self._hits(rows, named)}
                pages += 1
                if order.placed_at is None and pages == PAGES:
                    break
        if len(hits) != 1:
            return None
        [hit] = hits.values()
        return ShopOrder(number=hit.number, products=_products(hit))

    def _filters(self, order: Order) -> dict[str, str]:
        if order.placed_at is None:
            return {}
        placed = order.placed_at.astimezone(UTC)
        # A day more on either side: the store's dates have no time zone.
        first, last = placed - timedelta(days=1), placed + timedelta(days=self._config.search_days + 1)
        return {"start_date": f"{first:%Y-%m-%d}", "end_date": f"{last:%Y-%m-%d}"}

    def _hits(self, rows: Iterable[Any], named: re.Pattern[str]) -> Iterable[wire.Order]:
        for raw in rows:
            try:
                order = decode(wire.Order, raw)
            except Garbled:
                continue
            if order.credited_order_number is None and order.number.isdecimal() and self._names(order, named):
                yield order

    def _names(self, order: wire.Order, named: re.Pattern[str]) -> bool:
        comments = order.comments or wire.Comments()
        texts = {
            "reference": order.reference,
            "customer_comment": comments.customer,
            "internal_comment": notes.without(order.note),
        }
        return any(named.search(texts[field] or "") for field in self._config.order_search)


def _naming(numbers: Iterable[str]) -> re.Pattern[str]:
    """One of the numbers as a word of its own: not as a part of another number. A short one may stand in a text by
    chance: it must be the whole of it."""
    words = []
    for number in numbers:
        before, behind = (r"(?<![\w-])", r"(?![\w-])") if len(number) >= SHORTEST else (r"\A\s*", r"\s*\Z")
        words.append(before + re.escape(number) + behind)
    return re.compile("|".join(words))


def _products(order: wire.Order) -> tuple[tuple[str, str], ...]:
    try:
        articles = [article for line in order.lines() for article in line.articles]
    except Garbled:
        return ()
    return tuple({article.sku: str(article.id) for article in articles if article.sku}.items())
