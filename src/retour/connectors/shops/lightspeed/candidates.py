"""Orders that a marketplace's order may be, for a person to choose from (contract lightspeed.md, 2, 4).

The API searches for an exact number or e-mail address and for dates, so the orders of that time are read and compared.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from retour.connectors.errors import Refused
from retour.connectors.shapes import Loose, Moment, Text
from retour.connectors.shops.lightspeed import wire
from retour.connectors.shops.lightspeed.api import MOST, Api
from retour.connectors.shops.lightspeed.config import LightspeedConfig
from retour.core.match_line import ShopLine
from retour.core.match_order import CLOCKS, NEAR, Candidate, Clues, is_strong, score
from retour.core.model import Party

EMAILS: Final = 2
PAGES: Final = 2
LOOKED_INTO: Final = 4
"""So many e-mail addresses are searched, pages of orders read, and orders looked into; each is a call."""
WORTH_A_LOOK: Final = 10
"""Points without its products: a name alone, or the time."""


class _Order(wire.Shape):
    id: wire.Id
    number: wire.Number
    created_at: Loose[Moment] = None
    email: Loose[Text] = None
    firstname: Loose[Text] = None
    lastname: Loose[Text] = None
    memo: Loose[Text] = None
    comment: Loose[Text] = None
    address_billing_name: Loose[Text] = None
    address_billing_street: Loose[Text] = None
    address_billing_number: Loose[Text] = None
    address_billing_zipcode: Loose[Text] = None
    address_shipping_name: Loose[Text] = None
    address_shipping_street: Loose[Text] = None
    address_shipping_number: Loose[Text] = None
    address_shipping_zipcode: Loose[Text] = None


class Candidates:
    """The search of one connection."""

    def __init__(self, config: LightspeedConfig, api: Api) -> None:
        self._config = config
        self._api = api

    async def find(self, clues: Clues) -> list[Candidate]:
        """Those with one of the e-mail addresses and, unless one of them is likely already, those of that time. Only
        the most likely few are told, with their lines."""
        rows: dict[int, _Order] = {}
        for email in clues.emails[:EMAILS]:
            raw = await self._api.rows("orders", "orders", email=email, limit=MOST)
            rows |= {row.id: row for row in wire.readable(_Order, raw)}
        if not is_strong(clues, map(_candidate, rows.values())):
            rows |= await self._of_that_time(clues)
        likely = []
        for row in rows.values():
            scored = score(clues, _candidate(row), {})
            if scored is not None and scored.score >= WORTH_A_LOOK:
                likely.append((scored.score, row))
        likely.sort(key=lambda one: -one[0])
        return [_candidate(row, await self._lines(row.id)) for _, row in likely[:LOOKED_INTO]]

    async def _of_that_time(self, clues: Clues) -> dict[int, _Order]:
        since, until = await self._window(clues)
        filters = {"created_at_min": _date(since)} if since else {}
        filters |= {"created_at_max": _date(until)} if until else {}
        rows: dict[int, _Order] = {}
        after = 0
        for _ in range(PAGES):
            raw = await self._api.rows("orders", "orders", **filters, since_id=after, limit=MOST)
            page = {row.id: row for row in wire.readable(_Order, raw)}
            last = max(page, default=0)
            rows |= page
            if len(raw) < MOST or last <= after:
                break
            after = last
        return rows

    async def _window(self, clues: Clues) -> tuple[datetime | None, datetime | None]:
        if clues.order.placed_at is not None:
            return clues.order.placed_at - CLOCKS, clues.order.placed_at + NEAR
        if clues.opened_at is None and self._api.now is None:
            await self._api.rows("orders", "orders", limit=1)  # its answer tells the shop's time
        until = clues.opened_at or self._api.now
        back = timedelta(days=self._config.order_search_days)
        return (until - back, until + CLOCKS) if until else (None, None)

    async def _lines(self, order_id: int) -> tuple[ShopLine, ...]:
        try:
            raw = await self._api.rows(f"orders/{order_id}/products", "orderProducts")
        except Refused:
            return ()  # it was deleted a moment ago
        return shop_lines(wire.readable(wire.OrderLine, raw))


def shop_lines(lines: Iterable[wire.OrderLine]) -> tuple[ShopLine, ...]:
    """An order's lines; none, where the shop does not tell their quantities."""
    rows = list(lines)
    if not all(row.quantity_ordered for row in rows):
        return ()
    return tuple(
        ShopLine(
            ref=str(row.id),
            quantity=row.quantity_ordered or 0,
            product=str(row.id),
            sku=row.sku or row.article_code or None,
            codes=(row.article_code,) if row.article_code else (),
            gtins=(row.ean,) if row.ean else (),
            title=row.product_title or None,
        )
        for row in rows
    )


def _candidate(row: _Order, lines: tuple[ShopLine, ...] = ()) -> Candidate:
    return Candidate(
        number=row.number,
        id=str(row.id),
        placed_at=row.created_at,
        comments=tuple(filter(None, (row.comment, row.memo))),
        people=(
            Party(row.firstname, row.lastname, email=row.email),
            Party(
                last_name=row.address_billing_name,
                street=row.address_billing_street,
                house_number=row.address_billing_number or None,
                postcode=row.address_billing_zipcode,
            ),
            Party(
                last_name=row.address_shipping_name,
                street=row.address_shipping_street,
                house_number=row.address_shipping_number or None,
                postcode=row.address_shipping_zipcode,
            ),
        ),
        lines=lines,
    )


def _date(at: datetime) -> str:
    return at.isoformat(timespec="seconds")
