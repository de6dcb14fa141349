"""Return requests as returns of Adobe Commerce (RMA; contract magento-native.md, A2).

The API has neither a key against repetition nor a field for ours: our mark stands in an internal comment, which is a
second call. So the place of a request is noted before the first call leaves, and a return that has lost its comment is
known by what it was made with, and gets the comment later.
"""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Final

from retour.connectors.contract import ReturnRequest, ShopPage, Unreadable
from retour.connectors.errors import ConnectorError, OutcomeUnknown, Refused, Transient
from retour.connectors.http import Answer
from retour.connectors.shapes import Garbled, decode
from retour.connectors.shops.magento_native import mapping, wire
from retour.connectors.shops.magento_native.api import NAME, Api, chunks
from retour.connectors.shops.magento_native.config import MagentoNativeConfig
from retour.connectors.shops.magento_native.notes import Note, Notes
from retour.connectors.shops.magento_native.options import Options
from retour.connectors.shops.magento_native.orders import Orders, row_of
from retour.core.model import ShopSays

SHOWN: Final = ("entity_id", "order_id", "status")
"""What is shown of a row that cannot be read. All else may hold personal data."""


class Rmas:
    """The returns of one connection."""

    def __init__(self, config: MagentoNativeConfig, api: Api, orders: Orders, notes: Notes) -> None:
        self._config = config
        self._api = api
        self._orders = orders
        self._notes = notes
        self.options = Options(config, api)

    async def make(self, request: ReturnRequest, key: str) -> ShopSays:
        """One call makes it, one more comments it. What is there already is not made again."""
        order = await self._orders.of(request)
        async with self._notes.lock(order.entity_id):
            note = await self._notes.of(key)
            if note is not None and note.is_rma:
                said = await self.find(note, key)
                if said is not None and not said.gone:
                    return said
            rows = await self._of_order(order.entity_id)
            if said := await self._marked(rows, key):
                return said
            row = row_of(order.items, request, lambda one: int(one.qty_shipped) - _taken(rows, one.item_id))
            if row is None:
                raise Refused(
                    f"Order {order.increment_id} in the shop has more than one product, and none has the SKU of this "
                    "return, so it cannot be told which one comes back. Correct the SKU, or make the return there."
                )
            options = await self.options.wanted(request)
            note = Note(
                order=order.entity_id,
                is_rma=True,
                after=max((int(ref) for raw in rows if (ref := wire.ref_of(raw))), default=0),
                item={"order_item_id": row.item_id, "quantity": request.quantity, **options},
                comment=mapping.remark(request, mapping.mark_of(request, key, row.item_id)),
            )
            await self._notes.keep(key, note)
            document = mapping.document(request, order, row.item_id, options)
            try:
                made = _made(await self._api.post("returns", {"rmaDataObject": document}))
            except OutcomeUnknown:
                raise
            except ConnectorError:
                await self._notes.forget(key)
                raise
            await self._notes.keep(key, note.found_as(made.entity_id))
            try:
                await self._comment(made, note)
            except ConnectorError as error:
                failure = error
            else:
                await self._notes.forget(key)
                return mapping.rma_says(made, {}, self._config)
        # It was made: whatever became of the comment, it must not be made again.
        raise OutcomeUnknown("The return was made, but its comment is missing.", code=failure.code, words=failure.words)

    async def find(self, note: Note, key: str) -> ShopSays | None:
        """What became of a create whose answer was lost; adds the comment that is missing. Raises Transient when it
        cannot be told."""
        if note.ref is not None:
            raw = await self._api.get(f"returns/{note.ref}")
            if raw is None:
                await self._notes.forget(key)
                return ShopSays(note.ref, None, None, gone=True)
            found = [raw]
        else:
            rows = await self._of_order(note.order)
            if said := await self._marked(rows, key):
                await self._notes.forget(key)
                return said
            found = [raw for raw in rows if may_be(raw, note)]
        if not found:
            return None
        rma = _readable(found[0])
        if len(found) > 1 or rma is None:
            raise Transient("The order has returns of which it cannot be told whether one is this request.")
        await self._notes.keep(key, note.found_as(rma.entity_id))
        if not _has_mark(rma, mapping.quoted(key)):
            try:
                await self._comment(rma, note)
            except Refused:
                pass  # the return stands, and is known by its number; only the comment does not
            except OutcomeUnknown as error:
                raise Transient("The return was made; its comment is still missing.", code=error.code) from None
        await self._notes.forget(key)
        return (await self.says([rma]))[0]

    async def pages(self, refs: Sequence[str]) -> AsyncIterator[ShopPage]:
        """One call for a hundred. What a list does not show is asked for by itself, before it is called gone."""
        for some in chunks(list(dict.fromkeys(refs))):
            rows: dict[str, Any] = {}
            if self._config.search_by_id:
                listed = await self._api.rows("returns", {"entity_id": some})
                rows = {ref: raw for raw in listed if (ref := wire.ref_of(raw)) and ref in some}
            else:
                await self.probe()  # only where there are returns does a 404 mean that one is gone
            missing = [ref for ref in some if ref not in rows]
            rows |= {ref: await self._alone(ref) for ref in missing}
            yield await self._page(rows)

    async def _alone(self, ref: str) -> Any:
        """A return that a list did not show. None: there is none."""
        raw = await self._api.get(f"returns/{ref}")
        # Another return's row is no answer about this one: without its id it cannot be read.
        return raw if raw is None or wire.ref_of(raw) == ref else {}

    async def probe(self) -> None:
        """Raises Misconfigured where the shop has no returns."""
        await self._api.page("returns", {}, size=1)

    async def _page(self, rows: Mapping[str, Any]) -> ShopPage:
        readable: list[wire.Rma] = []
        gone: list[ShopSays] = []
        flawed: list[Unreadable] = []
        for ref, raw in rows.items():
            if raw is None:
                gone.append(ShopSays(ref, None, None, gone=True))
                continue
            try:
                readable.append(decode(wire.Rma, raw))
            except Garbled as why:
                flawed.append(unreadable(ref, str(why), raw))
        return ShopPage((*await self.says(readable), *gone), tuple(flawed))

    async def says(self, rmas: Sequence[wire.Rma]) -> list[ShopSays]:
        """How these returns stand."""
        needed = {option for rma in rmas for option in mapping.approved_options(rma)}
        labels = await self.options.labels("resolution", needed) if needed else {}
        return [mapping.rma_says(rma, labels, self._config) for rma in rmas]

    async def _of_order(self, order_id: str) -> list[Any]:
        return await self._api.rows("returns", {"order_id": [order_id]})

    async def _marked(self, rows: Sequence[Any], key: str) -> ShopSays | None:
        marked = [rma for raw in rows if (rma := _readable(raw)) and _has_mark(rma, mapping.quoted(key))]
        return (await self.says(marked[:1]))[0] if marked else None

    async def _comment(self, rma: wire.Rma, note: Note) -> None:
        """Internal: the customer neither sees it nor is mailed."""
        comment = {
            "comment": note.comment,
            "rma_entity_id": int(rma.entity_id),
            "customer_notified": False,
            "visible_on_front": False,
            "status": rma.status,
            "admin": True,
        }
        await self._api.post(f"returns/{rma.entity_id}/comments", {"data": comment})


def _made(answer: Answer) -> wire.Rma:
    try:
        return decode(wire.Rma, answer.json())
    except Garbled as why:
        flaw = str(why)
    sentence = f"{NAME} took the return request, but its answer cannot be read: {flaw}."
    raise OutcomeUnknown(sentence, request_id=answer.request_id)


def _readable(raw: Any) -> wire.Rma | None:
    try:
        return decode(wire.Rma, raw)
    except Garbled:
        return None


def _has_mark(rma: wire.Rma, key: str) -> bool:
    marks = (mapping.mark_in(comment.comment) for comment in rma.comments or ())
    return any(mark is not None and mark.key == key for mark in marks)


def may_be(raw: Any, note: Note) -> bool:
    """Whether this is what the noted call has made: a newer return that nobody has marked, of just these units. One
    that cannot be read may be it."""
    rma = _readable(raw)
    if rma is None:
        ref = wire.ref_of(raw)
        return ref is None or int(ref) > note.after
    marked = any(mapping.mark_in(comment.comment) for comment in rma.comments or ())
    return int(rma.entity_id) > note.after and not marked and len(rma.items) == 1 and _is_of(rma.items[0], note.item)


def _is_of(item: wire.RmaItem, wanted: Mapping[str, Any]) -> bool:
    given = {
        "order_item_id": item.order_item_id,
        "quantity": int(item.qty_requested),
        "reason": item.reason,
        "condition": item.condition,
    }
    # Not the resolution: that may have been changed since by the merchant.
    return all(given[name] == value for name, value in wanted.items() if name in given)


def _taken(rows: Sequence[Any], row: str) -> int:
    """How many units of an order's row are in returns already."""
    items = [item for raw in rows if (rma := _readable(raw)) for item in rma.items if item.order_item_id == row]
    return sum(int(item.qty_requested) for item in items if item.status not in mapping.REFUSED_ITEMS)


def unreadable(ref: str, why: str, raw: Any) -> Unreadable:
    shown = {name: raw[name] for name in SHOWN if name in raw} if isinstance(raw, dict) else type(raw).__name__
    return Unreadable(ref, f"The shop's answer about this return cannot be read: {why}.", json.dumps(shown)[:500])
