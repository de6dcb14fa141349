"""Return requests as internal comments at the shop's order, where the shop has no returns (contract magento-native.md,
A3). A comment never notifies the customer, and nothing is credited: that is the merchant's."""

import json
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Final

from retour.connectors.contract import ReturnRequest, ShopPage, Unreadable
from retour.connectors.errors import ConnectorError, OutcomeUnknown, Refused, Transient
from retour.connectors.http import Answer
from retour.connectors.shapes import Garbled, decode
from retour.connectors.shops.magento_native import mapping, story, wire
from retour.connectors.shops.magento_native.api import NAME, Api, chunks
from retour.connectors.shops.magento_native.config import MagentoNativeConfig
from retour.connectors.shops.magento_native.notes import Note, Notes
from retour.connectors.shops.magento_native.orders import Orders, row_of
from retour.core.model import ShopSays

REF: Final = re.compile(r"(?P<order>[1-9]\d*)#(?P<number>[1-9]\d*)")
HISTORY: Final = "items[entity_id,status,status_histories[entity_id,comment,created_at,status]],total_count"


class Comments:
    """The comments of one connection."""

    def __init__(self, config: MagentoNativeConfig, api: Api, orders: Orders, notes: Notes) -> None:
        self._config = config
        self._api = api
        self._orders = orders
        self._notes = notes

    async def make(self, request: ReturnRequest, key: str) -> ShopSays:
        """One call makes it. What is there already is not made again."""
        order = await self._orders.of(request)
        async with self._notes.lock(order.entity_id):
            history, remarks = await self._history(order.entity_id)
            if said := await self._said(history, remarks, key):
                return said
            row = row_of(order.items, request, lambda one: int(one.qty_ordered))
            mark = mapping.mark_of(request, key, row.item_id if row else None)
            decide = story.HOW_TO_DECIDE.format(number=request.number)
            await self._notes.keep(key, Note(order=order.entity_id, is_rma=False))
            try:
                status = await self._posted(history, mapping.remark(request, mark, decide=decide), asks=mark.asks)
            except OutcomeUnknown:
                raise
            except ConnectorError:
                await self._notes.forget(key)
                raise
            await self._notes.forget(key)
        return ShopSays(story.ref_of(order.entity_id, request.number), status, None)

    async def find(self, note: Note, key: str) -> ShopSays | None:
        """None: the order's history does not show it."""
        history, remarks = await self._history(note.order)
        return await self._said(history, remarks, key)

    async def pages(self, refs: Sequence[str]) -> AsyncIterator[ShopPage]:
        """Two calls for the requests of a hundred orders: histories, and credit memos."""
        wanted: dict[str, dict[int, str]] = {}
        for ref in dict.fromkeys(refs):
            parts = REF.fullmatch(ref)
            if parts is not None:
                wanted.setdefault(parts["order"], {})[int(parts["number"])] = ref
        for some in chunks(list(wanted)):
            yield await self._page({order: wanted[order] for order in some})

    async def _page(self, wanted: Mapping[str, Mapping[int, str]]) -> ShopPage:
        listed = await self._api.rows("orders", {"entity_id": list(wanted)}, fields=HISTORY)
        rows = {ref: raw for raw in listed if (ref := wire.ref_of(raw)) and ref in wanted}
        memos = await self._memos(list(wanted))
        told: list[ShopSays] = []
        unreadable: list[Unreadable] = []
        for order_id, numbers in wanted.items():
            raw = rows.get(order_id) or await self._alone(order_id)
            if raw is None:
                told += [ShopSays(ref, None, None, gone=True) for ref in numbers.values()]
                continue
            try:
                order = decode(wire.OrderHistory, raw)
            except Garbled as why:
                unreadable += [_unreadable(ref, str(why), raw) for ref in numbers.values()]
                continue
            remarks = await self._remarks(order)
            says = story.requests_in(order, remarks, memos.get(order_id, ()), self._config.decisions)
            told += [says.get(number, ShopSays(ref, None, None, gone=True)) for number, ref in numbers.items()]
        return ShopPage(tuple(told), tuple(unreadable))

    async def _alone(self, order_id: str) -> Any:
        """An order that a list did not show. None: there is none."""
        rows = await self._api.rows("orders", {"entity_id": [order_id]}, fields=HISTORY)
        # Another order's row is no answer about this one: without its id it cannot be read.
        return next((raw for raw in rows if wire.ref_of(raw) == order_id), {}) if rows else None

    async def probe(self) -> None:
        """Raises what reading credit memos would."""
        if self._config.credit_memos:
            await self._api.page("creditmemos", {}, size=1, fields="items[order_id],total_count")

    async def _history(self, order_id: str) -> tuple[wire.OrderHistory, Sequence[wire.Remark]]:
        try:
            order = decode(wire.OrderHistory, await self._alone(order_id))
            return order, await self._remarks(order)
        except Garbled as why:
            flaw = str(why)
        raise Transient(f"The shop's order cannot be read: {flaw}.")

    async def _remarks(self, order: wire.OrderHistory) -> Sequence[wire.Remark]:
        """An order shows its history itself; where it does not, it is asked for."""
        if order.status_histories is not None:
            return order.status_histories
        raw = await self._api.rows(f"orders/{order.entity_id}/comments", {})
        try:
            return [decode(wire.Remark, one) for one in raw]
        except Garbled as why:
            flaw = str(why)
        raise Transient(f"The order's history cannot be read: {flaw}.")

    async def _memos(self, order_ids: Sequence[str]) -> dict[str, list[wire.CreditMemo]]:
        if not self._config.credit_memos or not order_ids:
            return {}
        fields = "items[order_id,state,created_at,items[order_item_id,qty]],total_count"
        memos: dict[str, list[wire.CreditMemo]] = {}
        for raw in await self._api.rows("creditmemos", {"order_id": order_ids}, fields=fields):
            try:
                memo = decode(wire.CreditMemo, raw)
            except Garbled as why:
                flaw = str(why)
            else:
                memos.setdefault(memo.order_id, []).append(memo)
                continue
            # Whose it is may be what cannot be read, so no request of these orders is safe from it.
            raise Transient(f"A credit memo of the shop cannot be read: {flaw}.")
        return memos

    async def _said(self, order: wire.OrderHistory, remarks: Sequence[wire.Remark], key: str) -> ShopSays | None:
        marks = (mapping.mark_in(remark.comment) for remark in remarks)
        mark = next((mark for mark in marks if mark is not None and mark.key == mapping.quoted(key)), None)
        if mark is None:
            return None
        memos = (await self._memos([order.entity_id])).get(order.entity_id, [])
        return story.requests_in(order, remarks, memos, self._config.decisions)[mark.number]

    async def _posted(self, order: wire.OrderHistory, comment: str, *, asks: bool) -> str:
        """The status that the order has then. A status must belong to the order's state: one that does not is
        refused, nothing was made, and the request goes there without it."""
        wished = self._config.requested_status if asks else None
        if wished is not None and wished != order.status:
            try:
                return await self._post(order, comment, wished)
            except Refused:
                pass
        # Magento sets the status that it is given, so the present one is always given.
        return await self._post(order, comment, order.status)

    async def _post(self, order: wire.OrderHistory, comment: str, status: str) -> str:
        body = {
            "comment": comment,
            "parent_id": int(order.entity_id),
            "is_customer_notified": 0,
            "is_visible_on_front": 0,
            "status": status,
        }
        answer = await self._api.post(f"orders/{order.entity_id}/comments", {"statusHistory": body})
        _is_done(answer)
        return status


def _is_done(answer: Answer) -> None:
    if answer.json() is not True:
        raise OutcomeUnknown(f"{NAME} did not say that the comment is there.", request_id=answer.request_id)


def _unreadable(ref: str, why: str, raw: Any) -> Unreadable:
    shown = {name: raw[name] for name in ("entity_id", "status") if name in raw} if isinstance(raw, dict) else None
    return Unreadable(ref, f"The shop's answer about this order cannot be read: {why}.", json.dumps(shown)[:500])
