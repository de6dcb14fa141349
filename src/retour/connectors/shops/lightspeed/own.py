"""Returns that the merchant made in the shop, and not the hub (contract lightspeed.md, 3, 4).

Ids only rise, so the list is read on from the last one that was seen; the first time, from those that were made since
then. Ours are known by our mark in the staff's note.
"""

import re
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any, Final

from retour.connectors.contract import OwnPage, OwnReturn, ReturnedUnits, Unreadable
from retour.connectors.memory import Memory
from retour.connectors.shapes import Garbled, decode
from retour.connectors.shops.lightspeed import mapping, wire
from retour.connectors.shops.lightspeed.api import Api
from retour.connectors.shops.lightspeed.config import LightspeedConfig
from retour.connectors.shops.lightspeed.decisions import OVERLAP
from retour.connectors.shops.lightspeed.lists import Stretch, stretch
from retour.core.match_order import SHORTEST
from retour.core.model import ShopSays

NOTE: Final = "own_after"
"""Up to which id the merchant's returns were told."""
MARK: Final = "[rh:"
MOST_NUMBERS: Final = 5
"""Words of an order's texts that are tried as a marketplace's number."""

_NUMBER = re.compile(rf"(?<![\w-])(?=[\w-]*\d)\w[\w-]{{{SHORTEST - 2},}}\w(?![\w-])")


class OwnReturns:
    """The merchant's returns in one shop."""

    def __init__(self, config: LightspeedConfig, api: Api, memory: Memory) -> None:
        self._config = config
        self._api = api
        self._memory = memory

    async def pages(self, since: datetime) -> AsyncIterator[OwnPage]:
        """A page is noted as told when the next one is asked for."""
        after = (await self._memory.read(NOTE)).get(NOTE)
        since -= OVERLAP
        filters = {} if after is not None else {"created_at_min": since.isoformat(timespec="seconds")}
        part = await stretch(self._api, after or 0, **filters)
        while True:
            page = await self._page(part, since)
            if page.returns or page.unreadable:
                yield page
            if part.last > part.after or after is None:
                await self._memory.write({NOTE: part.last})
            if not part.full or part.last <= part.after:
                return
            after = part.last
            part = await stretch(self._api, part.last, **filters)

    async def _page(self, part: Stretch, since: datetime) -> OwnPage:
        made: list[OwnReturn] = []
        unreadable: list[Unreadable] = []
        for raw, ref in zip(part.rows, part.refs, strict=True):
            if ref.id is not None and ref.id <= part.after:
                continue  # the shop has not listened to where the list begins
            try:
                made += await self._own(raw, since)
            except Garbled as why:
                unreadable.append(mapping.unreadable(str(ref.id or ""), str(why), raw))
        return OwnPage(tuple(made), tuple(unreadable))

    async def _own(self, raw: Any, since: datetime) -> list[OwnReturn]:
        """A row, if it is the merchant's. Raises Garbled, too, where it does not show whose it is: one of ours would be
        reported a second time."""
        row, note = decode(wire.OwnRow, raw), wire.staff_note(raw)
        if note is None:
            raise Garbled("staffNote: it is not shown")
        if row.created_at < since or MARK in note:
            return []
        return await self._made(row, mapping.says(decode(wire.ReturnRow, raw), self._config))

    async def _made(self, row: wire.OwnRow, says: ShopSays) -> list[OwnReturn]:
        """Nothing where the return's order is gone."""
        body = await self._api.one(f"orders/{row.order_id}")
        if body is None:
            return []
        order = decode(wire.OrderRow, wire.unwrapped(body, "order"))
        rows = await self._api.rows(f"orders/{order.id}/products", "orderProducts")
        lines = {line.id: line for line in wire.readable(wire.OrderLine, rows)}
        units = tuple(self._units(row, lines[one.id], one.quantity) for one in row.order_products if one.id in lines)
        whole = len(units) == len(row.order_products)
        return [OwnReturn(says, order.number, await self._numbers(order), units if whole else ())]

    def _units(self, row: wire.OwnRow, line: wire.OrderLine, quantity: int) -> ReturnedUnits:
        sku = line.sku or line.article_code or None
        return ReturnedUnits(quantity, sku, line.ean or None, reason_text=row.return_reason or None)

    async def _numbers(self, order: wire.OrderRow) -> tuple[str, ...]:
        """What the order carries in its metafield; otherwise the words of its texts that look like a number."""
        if self._config.order_metafield:
            rows = await self._api.rows(f"orders/{order.id}/metafields", "orderMetafields", "metafields")
            fields = wire.readable(wire.Metafield, rows)
            carried = [field.value for field in fields if field.key == self._config.order_metafield and field.value]
            if carried:
                return tuple(dict.fromkeys(carried))
        said = f"{order.comment or ''}\n{order.memo or ''}"
        return tuple(dict.fromkeys(_NUMBER.findall(said)))[:MOST_NUMBERS]
