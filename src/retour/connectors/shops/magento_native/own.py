"""Returns (RMA) that the merchant or a customer made in the shop, and not the hub (contract magento-native.md, A2).

Ids only rise: the newest returns are read, down to the last one that was seen. The first time only that is noted,
since Magento's times are not for certain in UTC. Ours are known by our mark in a comment, or by the note of a create
that has not come to its end.
"""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from retour.connectors.contract import OwnPage, OwnReturn, ReturnedUnits, Unreadable
from retour.connectors.memory import Memory
from retour.connectors.shapes import Garbled, decode
from retour.connectors.shops.magento_native import mapping, wire
from retour.connectors.shops.magento_native.api import Api
from retour.connectors.shops.magento_native.config import MagentoNativeConfig
from retour.connectors.shops.magento_native.notes import Notes
from retour.connectors.shops.magento_native.orders import ROWS
from retour.connectors.shops.magento_native.rmas import Rmas, may_be, unreadable
from retour.core.model import Reason

NOTE: Final = "own_after"
"""Up to which id the shop's own returns were told."""
ZONES: Final = timedelta(days=1)
"""How far the shop's times may be from ours: by a time zone that it does not tell (A1)."""


class OwnReturns:
    """The shop's own returns of one connection."""

    def __init__(self, config: MagentoNativeConfig, api: Api, rmas: Rmas, notes: Notes, memory: Memory) -> None:
        self._config = config
        self._api = api
        self._rmas = rmas
        self._notes = notes
        self._memory = memory

    async def pages(self, since: datetime) -> AsyncIterator[OwnPage]:
        """All that is new, oldest first: what was told is noted when the next page is asked for."""
        after = (await self._memory.read(NOTE)).get(NOTE)
        if after is None:
            # The last one that there is; 0: there is none.
            await self._memory.write({NOTE: max(await self._newer(0, enough=1), default=0)})
            return
        rows = await self._newer(after)
        pending = await self._notes.all()
        made: list[OwnReturn] = []
        flawed: list[Unreadable] = []
        told = max(rows, default=after)
        for number, raw in sorted(rows.items()):
            if any(note.is_rma and (note.ref == str(number) or may_be(raw, note)) for note in pending):
                told = min(told, number - 1)  # it may be the merchant's after all
                continue
            try:
                rma = decode(wire.OwnRma, raw)
                ours = any(mapping.mark_in(comment.comment) for comment in rma.comments or ())
                if not ours and rma.date_requested >= since - ZONES:
                    made += await self._made(rma)
            except Garbled as why:
                flawed.append(unreadable(str(number), str(why), raw))
        if made or flawed:
            yield OwnPage(tuple(made), tuple(flawed))
        if told > after:
            await self._memory.write({NOTE: told})

    async def _newer(self, after: int, enough: int | None = None) -> Mapping[int, Any]:
        """The rows of the returns that came after this one, or of `enough` of them. Magento is asked for the newest
        first; where it does not listen, all are read."""
        found: dict[int, Any] = {}
        seen, number, newest_first = 0, 1, self._config.search_by_id
        while True:
            page, total = await self._api.page("returns", {}, number=number, newest_first=newest_first)
            ids = [int(ref) for raw in page if (ref := wire.ref_of(raw))]
            found |= {int(ref): raw for raw in page if (ref := wire.ref_of(raw)) and int(ref) > after}
            seen, number = seen + len(page), number + 1
            if not page or seen >= total:
                return found
            listens = newest_first and ids == sorted(ids, reverse=True)
            if listens and ids and (ids[-1] <= after or (enough and len(found) >= enough)):
                return found

    async def _made(self, rma: wire.OwnRma) -> list[OwnReturn]:
        """Nothing where the return's order is gone. Raises Garbled where the order cannot be read."""
        fields = ",".join(dict.fromkeys(["entity_id", "increment_id", *self._config.order_search_fields]))
        body = await self._api.get(f"orders/{rma.order_id}", {"fields": f"{fields},{ROWS}"})
        if body is None:
            return []
        order = decode(wire.FoundOrder, body)
        labels = await self._rmas.options.labels("reason", {item.reason for item in rma.items if item.reason})
        rows = {row.item_id: row for row in order.items}
        units = tuple(
            self._units(item, rows[item.order_item_id], labels) for item in rma.items if item.order_item_id in rows
        )
        says = (await self._rmas.says([rma]))[0]
        whole = len(units) == len(rma.items)
        return [OwnReturn(says, order.increment_id, self._numbers(order), units if whole else ())]

    def _units(self, item: wire.RmaItem, row: wire.OrderItem, labels: Mapping[str, str]) -> ReturnedUnits:
        label = labels.get(item.reason or "")
        meant = [name for name, own in self._config.reason_options.items() if own == label and name in set(Reason)]
        reason = Reason(meant[0]) if len(meant) == 1 else None
        return ReturnedUnits(int(item.qty_requested), row.sku, reason=reason, reason_text=label)

    def _numbers(self, order: wire.FoundOrder) -> tuple[str, ...]:
        """What the order's fields hold, without what the shop puts before it."""
        found = []
        for value in filter(None, map(order.value, self._config.order_search_fields)):
            found += [value.removeprefix(prefix) for prefix in self._config.order_prefixes if value.startswith(prefix)]
        return tuple(dict.fromkeys(number for number in found if number))
