"""Which order of the shop is it, and which of its lines (contract lightspeed.md, 4)."""

import asyncio
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from retour.connectors.contract import ReturnRequest, ShopOrder
from retour.connectors.errors import Refused, Stopped, Transient
from retour.connectors.shapes import Garbled, decode
from retour.connectors.shops.lightspeed import wire
from retour.connectors.shops.lightspeed.api import MOST, Api
from retour.connectors.shops.lightspeed.candidates import shop_lines
from retour.connectors.shops.lightspeed.config import LightspeedConfig
from retour.core.match_order import SHORTEST
from retour.core.model import Order

BEFORE: Final = timedelta(days=1)
AFTER: Final = timedelta(days=3)
"""An order is made in the shop around the time that it was placed: clocks differ, and imports take their time."""
MOST_PAGES: Final = 20
"""Pages of orders that one search reads. What lies beyond makes a match uncertain."""
MOST_METAFIELDS: Final = 20
"""Orders of which one search reads the metafields: each is a call."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a return belongs: the shop's own ids of the order and its line."""

    order_id: int
    line_id: int


class Orders:
    """The orders of one connection."""

    def __init__(self, config: LightspeedConfig, api: Api) -> None:
        self._config = config
        self._api = api

    async def find(self, order: Order) -> ShopOrder | None:
        """The one order that carries one of the marketplace's numbers: in a metafield, or else as a word of its
        comment or memo. The API cannot search for either, so the orders of that time are read."""
        numbers = frozenset(number.strip() for number in (order.ref, *order.numbers) if number.strip())
        rows = await self._around(order.placed_at)
        if not numbers or rows is None:
            return None
        hits = await self._by_metafield(rows, numbers, order) or [row for row in rows if mentions(row, numbers)]
        if len({row.id for row in hits}) != 1:
            return None
        lines = await self._lines(hits[0].id)
        return ShopOrder(hits[0].number, str(hits[0].id), products(lines), shop_lines(lines))

    async def place(self, request: ReturnRequest) -> Place:
        """Where this return belongs. Raises Refused, with words for the merchant, where that is not certain."""
        if not request.shop_order:
            raise Refused(
                "Lightspeed cannot hold a return without its order, and the shop's order of this one is not known. "
                "Fill in its order number, then try again."
            )
        order_id = await self._id_of(request.shop_order)
        if request.shop_product and re.fullmatch(r"[1-9][0-9]{0,17}", request.shop_product):
            return Place(order_id, int(request.shop_product))
        line = fitting(await self._lines(order_id), request)
        if line is None:
            raise Refused(
                f"Order {request.shop_order} in the shop has more than one line, and none has the SKU or EAN of this "
                "return, so it cannot be told which one came back. Decide it on its page, or correct the SKU.",
            )
        return Place(order_id, line.id)

    async def invoice(self, order_id: int) -> str | None:
        """The number of the order's first invoice, for people. Not a reason to fail when the shop does not tell it."""
        try:
            rows = await self._api.rows("invoices", "invoices", order=order_id, limit=MOST)
        except (Refused, Stopped):
            return None
        invoices = wire.readable(wire.Invoice, rows)
        own = (invoice for invoice in invoices if invoice.order_id == order_id and not invoice.is_credit_note)
        return next((invoice.number for invoice in own), None)

    async def probe(self) -> None:
        """Raises what a search would."""
        await self._api.rows("orders", "orders", limit=1)

    async def _id_of(self, number: str) -> int:
        rows = await self._api.rows("orders", "orders", number=number, limit=MOST)
        ids = {row.id for row in wire.readable(wire.OrderRow, rows) if row.number == number}
        if len(ids) != 1:
            has = "no order" if not ids else "more than one order"
            raise Refused(f"The shop has {has} with the number {number}. Correct it, then try again.", code="404")
        return ids.pop()

    async def _lines(self, order_id: int) -> list[wire.OrderLine]:
        rows = await self._api.rows(f"orders/{order_id}/products", "orderProducts")
        try:
            return [decode(wire.OrderLine, raw) for raw in rows]
        except Garbled as why:
            flaw = str(why)
        raise Transient(f"The shop's order cannot be read: {flaw}.")

    async def _around(self, placed_at: datetime | None) -> list[wire.OrderRow] | None:
        """The orders that were made then, or lately; nearest, or newest, first. None: there are too many to tell."""
        filters: dict[str, str] = {}
        if placed_at:
            filters = {"created_at_min": _date(placed_at - BEFORE), "created_at_max": _date(placed_at + AFTER)}
        elif now := await self._now():
            filters = {"created_at_min": _date(now - timedelta(days=self._config.order_search_days))}
        found: list[wire.OrderRow] = []
        after = 0
        for _ in range(MOST_PAGES):
            raw = await self._api.rows("orders", "orders", **filters, since_id=after, limit=MOST)
            rows = wire.readable(wire.OrderRow, raw)
            found += rows
            last = max((row.id for row in rows), default=0)
            if len(raw) < MOST:
                return sorted(found, key=lambda row: _distance(row, placed_at))
            if last <= after:
                return None
            after = last
        return None

    async def _now(self) -> datetime | None:
        if self._api.now is None:
            await self.probe()
        return self._api.now

    async def _by_metafield(
        self, rows: Sequence[wire.OrderRow], numbers: Iterable[str], order: Order
    ) -> list[wire.OrderRow]:
        if not self._config.order_metafield:
            return []
        emails = {party.email.casefold() for party in (order.billing, order.shipping) if party and party.email}
        same = [row for row in rows if row.email and row.email.casefold() in emails]
        asked = (same or rows)[:MOST_METAFIELDS]
        carried = await asyncio.gather(*(self._carries(row.id, numbers) for row in asked))
        return [row for row, hit in zip(asked, carried, strict=True) if hit]

    async def _carries(self, order_id: int, numbers: Iterable[str]) -> bool:
        rows = await self._api.rows(f"orders/{order_id}/metafields", "orderMetafields", "metafields")
        fields = wire.readable(wire.Metafield, rows)
        return any(field.key == self._config.order_metafield and field.value in numbers for field in fields)


def mentions(row: wire.OrderRow, numbers: Iterable[str]) -> bool:
    """Whether one of the numbers stands in the order's comment or memo, as a word of its own."""
    said = f"{row.comment or ''}\n{row.memo or ''}"
    words = (re.escape(number) for number in numbers if len(number) >= SHORTEST)
    return any(re.search(rf"(?<!\w)(?<!\w-){word}(?!-?\w)", said) for word in words)


def products(lines: Iterable[wire.OrderLine]) -> tuple[tuple[str, str], ...]:
    """Each SKU and article code with the one line that has it."""
    named: dict[str, set[str]] = {}
    for line in lines:
        for name in filter(None, (line.sku, line.article_code)):
            named.setdefault(name, set()).add(str(line.id))
    return tuple((name, ids.pop()) for name, ids in named.items() if len(ids) == 1)


def fitting(lines: Sequence[wire.OrderLine], request: ReturnRequest) -> wire.OrderLine | None:
    """The line that a return is about: by SKU or article code, else by EAN, else the only one there is. Of several
    alike the first one from which so many can still come back."""
    gtin = (request.gtin or "").lstrip("0")
    by_sku = [line for line in lines if request.sku and request.sku in {line.sku, line.article_code}]
    by_ean = [line for line in lines if gtin and (line.ean or "").lstrip("0") == gtin]
    alike = by_sku or by_ean or (lines if len(lines) == 1 else [])
    return next((line for line in alike if line.left >= request.quantity), next(iter(alike), None))


def _date(at: datetime) -> str:
    return at.isoformat(timespec="seconds")


def _distance(row: wire.OrderRow, placed_at: datetime | None) -> float:
    if placed_at is None or row.created_at is None:
        return -row.id
    return abs((row.created_at - placed_at).total_seconds())
