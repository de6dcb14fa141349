"""Making a return request: a line in the order's note, or a credit order (contract mijnwebwinkel.md, 6 and 8).

The store knows no conditional write. So one request is made at a time, the order is read again right before the write,
and once more after it: what the merchant saves between those reads starts it again with the fresh text.
"""

import asyncio
import re
from hashlib import blake2b
from typing import Any, Final

from retour.connectors.contract import ReturnRequest
from retour.connectors.errors import ConnectorError, OutcomeUnknown, Refused, Transient
from retour.connectors.memory import Memory
from retour.connectors.shapes import Garbled
from retour.connectors.shops.mijnwebwinkel import notes, wire
from retour.connectors.shops.mijnwebwinkel.config import MijnwebwinkelConfig
from retour.connectors.shops.mijnwebwinkel.mapping import Ref, verdicts
from retour.connectors.shops.mijnwebwinkel.reading import Reading
from retour.connectors.shops.mijnwebwinkel.store import Store
from retour.core.model import Resolution, ShopSays

ATTEMPTS: Final = 5
"""So often a request is begun anew because somebody else saves the same order."""

MADE: Final = "made:"
"""Begins the notes of where a request goes, written before it is made: its key alone tells no order."""


class Making:
    """The writes of one connection."""

    def __init__(self, config: MijnwebwinkelConfig, store: Store, memory: Memory, reading: Reading) -> None:
        self._config = config
        self._store = store
        self._memory = memory
        self._reading = reading
        self._one_at_a_time = asyncio.Lock()

    async def make(self, request: ReturnRequest, key: str) -> ShopSays:
        """A request that is there already is not made again."""
        number = (request.shop_order or "").strip().removeprefix("#")
        if not number:
            raise Refused(
                "The store's order is not known: tell its number on the return's page, or import it. A return request "
                "stands with its order there."
            )
        if not re.fullmatch(r"[0-9]{1,18}", number):
            raise Refused("Orders of Mijnwebwinkel are known by a number; test orders (T-) take no return requests.")
        number = str(int(number))
        async with self._one_at_a_time:
            goes_to = {"order": number, "number": request.number, "marker": notes.marker(request)}
            await self._memory.write({_name(key): goes_to})
            if self._config.strategy == "credit_order":
                return await self._credit(number, request)
            return await self._note(number, request)

    async def find(self, key: str) -> ShopSays | None:
        """None: it is not there."""
        goes_to = (await self._memory.read(_name(key))).get(_name(key))
        if goes_to is None:
            return None
        order = await self._order(goes_to["order"])
        holder = await self._holder(order, goes_to["marker"]) if order else None
        if holder is None:
            return None
        [says] = await self._reading.of(holder, [Ref(holder.number, goes_to["number"])])
        return says

    async def _note(self, number: str, request: ReturnRequest) -> ShopSays:
        marker = notes.marker(request)
        order = await self._original(number)
        for _ in range(ATTEMPTS):
            if marker in order.note:
                return self._made(order, request)
            fresh = await self._original(number)
            if (fresh.note, fresh.status) != (order.note, order.status):
                order = fresh
                continue
            written = await self._store.patch(number, await self._changes(fresh, request))
            if marker not in written.note:
                raise OutcomeUnknown("Mijnwebwinkel answered, but the note does not show the return request.")
            try:
                order = await self._original(number)
            except ConnectorError:
                return self._made(written, request)  # shown by the write's own answer
        if marker in order.note:
            return self._made(order, request)
        raise Transient("Somebody else keeps saving this order's note.")

    async def _changes(self, order: wire.Order, request: ReturnRequest) -> dict[str, Any]:
        """What the order's status decides now is written down, before the status speaks of the new request."""
        note, config = order.note, self._config
        asks = request.status == "new"
        status, status_before = None, None
        if asks:
            lines = notes.lines_in(note)
            credited = await self._reading.credited(order, lines)
            told = verdicts(order.status, lines, credited, config.decisions)
            decided = {line.number: told[line.number].resolution for line in lines if line.is_open}
            note = notes.with_words(note, lines, {number: word for number, word in decided.items() if word})
            doubtful = order.status in config.decisions and any(told[number].is_unclear for number in decided)
            if config.requested_status not in {None, order.status} and not doubtful:
                status = config.requested_status
            elif order.status in config.decisions:
                status_before = order.status
        line = notes.line_for(
            request,
            known=order.addresses() if config.note_details else None,
            status_before=status_before,
            credits_before=order.credit_order_numbers if asks else (),
        )
        changes: dict[str, Any] = {"comments": {"internal": notes.appended(note, line)}}
        return changes if status is None else changes | {"status": status}

    async def _credit(self, number: str, request: ReturnRequest) -> ShopSays:
        order = await self._original(number)
        marker = notes.marker(request)
        if there := await self._holder(order, marker):
            return self._made(there, request)
        made = await self._store.credit(self._document(order, request))
        if made.credited_order_number != number or marker not in made.note:
            raise OutcomeUnknown("Mijnwebwinkel answered, but not with the credit order that was asked for.")
        return self._made(made, request)

    def _document(self, order: wire.Order, request: ReturnRequest) -> dict[str, Any]:
        """The credit order to post (contract 5). Costs are credited in full with everything, else not at all."""
        try:
            bought = [line for line in order.lines() if line.type in {"article", "custom"}]
        except Garbled as why:
            raise Transient(f"The lines of the store's order cannot be read: {why}.") from None
        line = _line_of(bought, request)
        article = line.articles[0]
        whole = len(bought) == 1 and request.quantity == line.quantity
        accepted = request.status == "accepted"
        known = order.addresses() if self._config.note_details else None
        text = notes.line_for(request, known=known, ending=notes.DECIDE_BY_STATUS)
        posted = {"id": article.id, "options": [option.model_dump() for option in article.options]}
        return {
            "credited_order_number": order.number,
            "status": self._config.accept_status if accepted else self._config.requested_status,
            "orderlines": [{"type": "article", "quantity": request.quantity, "articles": [posted]}],
            "comments": {"internal": text},
            **({} if whole else {"shipping_costs": "0", "payment_costs": "0"}),
        }

    async def _holder(self, order: wire.Order, marker: str) -> wire.Order | None:
        """The order in whose note this marker stands: this one, or one of its credit orders."""
        if marker in order.note:
            return order
        for number in order.credit_order_numbers:
            credit = await self._order(number)
            if credit is not None and marker in credit.note:
                return credit
        return None

    async def _original(self, number: str) -> wire.Order:
        order = await self._order(number)
        if order is None:
            raise Refused(f"The store has no order {number}.", code="404")
        if order.credited_order_number is not None:
            raise Refused(f"Order {number} of the store is a credit order.")
        return order

    async def _order(self, number: str) -> wire.Order | None:
        try:
            order = await self._store.order(number)
        except Garbled as why:
            raise Transient(f"The store's order cannot be read: {why}.") from None
        if order is not None and order.number != number:
            raise Transient("The store answered with another order than was asked for.")
        return order

    def _made(self, order: wire.Order, request: ReturnRequest) -> ShopSays:
        """As it was made; what the merchant says since is read with all others."""
        ref = str(Ref(order.number, request.number))
        if request.status == "new":
            return ShopSays(ref, None, None)
        is_credit = order.credited_order_number is not None
        word = f"status {self._config.accept_status}" if is_credit else str(Resolution.ACCEPT)
        return ShopSays(ref, word, Resolution.ACCEPT)


def _line_of(bought: list[wire.OrderLine], request: ReturnRequest) -> wire.OrderLine:
    """The order's line that comes back. Raises Refused where that is not certain."""
    articles = [line for line in bought if line.type == "article" and len(line.articles) == 1]
    wanted = notes.sku(request.sku)
    fitting = [line for line in articles if str(line.articles[0].id) == request.shop_product]
    fitting = fitting or [line for line in articles if wanted and notes.sku(line.articles[0].sku) == wanted]
    if not fitting and len(bought) == 1:
        fitting = articles
    if len(fitting) != 1:
        raise Refused("It is not certain which line of the store's order comes back: credit it there by hand.")
    if request.quantity > fitting[0].quantity:
        raise Refused("More units come back than the store's order has of this article: credit it there by hand.")
    return fitting[0]


def _name(key: str) -> str:
    return MADE + blake2b(key.encode(errors="replace"), digest_size=16).hexdigest()
