"""The control routes of this simulator; `retour.sandbox.magento_native` lists them."""

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from retour.sandbox.app import Handler
from retour.sandbox.commands import read
from retour.sandbox.magento.integration import Integration
from retour.sandbox.magento_native.crediting import Crediting
from retour.sandbox.magento_native.desk import Desk
from retour.sandbox.magento_native.options import Options
from retour.sandbox.magento_native.order_documents import history_document, memo_document, order_document
from retour.sandbox.magento_native.orders import Order
from retour.sandbox.magento_native.rma_documents import comment_document, rma_document
from retour.sandbox.magento_native.rmas import Rma
from retour.sandbox.magento_native.shop import Shop
from retour.sandbox.magento_native.switches import OptionAttribute
from retour.sandbox.magento_native.wanted import (
    BulkInput,
    CommentInput,
    DecisionInput,
    ItemDecisionInput,
    MemoInput,
    OptionInput,
    OrderFlawInput,
    OrderInput,
    ReturnInput,
    RmaFlawInput,
    StatusInput,
    StepInput,
)


class Control:
    """The endpoints."""

    def __init__(
        self, shop: Shop, desk: Desk, crediting: Crediting, options: Options, integration: Integration
    ) -> None:
        self._shop = shop
        self._desk = desk
        self._crediting = crediting
        self._options = options
        self._integration = integration

    def routes(self) -> list[web.AbstractRouteDef]:
        posts = {
            "orders": self._add_order,
            "orders/bulk": self._add_orders,
            r"orders/{id:\d+}/comment": self._comment_order,
            r"orders/{id:\d+}/credit-memo": self._book,
            r"orders/{id:\d+}/garble": self._garble_order,
            r"credit-memos/{id:\d+}/refund": self._refund_memo,
            r"credit-memos/{id:\d+}/cancel": self._cancel_memo,
            "returns": self._add_return,
            "returns/decide-all": self._decide_all,
            r"returns/{id:\d+}/decide": self._decide,
            r"returns/{id:\d+}/step": self._step,
            r"returns/{id:\d+}/close": self._close,
            r"returns/{id:\d+}/comment": self._comment_return,
            r"returns/{id:\d+}/garble": self._garble_return,
            "statuses": self._add_status,
            "options": self._add_option,
            "integration/revoke": self._revoke,
            "integration/reauthorize": self._reauthorize,
        }
        return [
            *(web.post(f"/_sandbox/{path}", _answered(handler)) for path, handler in posts.items()),
            web.get("/_sandbox/returns", _answered(self._returns)),
            web.delete(r"/_sandbox/returns/{id:\d+}", _answered(self._remove)),
            web.get("/_sandbox/options", _answered(self._all_options)),
        ]

    async def _add_order(self, request: web.Request) -> Any:
        asked = await read(request, OrderInput)
        order = self._shop.add_order(
            asked.lines, billing=asked.billing, **asked.model_dump(exclude={"lines", "billing"})
        )
        return order_document(order)

    async def _add_orders(self, request: web.Request) -> Any:
        asked = await read(request, BulkInput)
        for number in (f"{n:06d}" for n in range(asked.start, asked.start + asked.count)):
            external = None if asked.ext_prefix is None else asked.ext_prefix + number
            self._shop.add_order(increment_id=asked.prefix + number, ext_order_id=external)
        return {"count": asked.count}

    async def _comment_order(self, request: web.Request) -> Any:
        order, asked = self._order(request), await read(request, CommentInput)
        added = self._shop.comment(order, asked.text, asked.status, visible=asked.visible, notified=asked.notified)
        return history_document(order, added)

    async def _book(self, request: web.Request) -> Any:
        order, asked = self._order(request), await read(request, MemoInput)
        quantities = None
        if asked.lines is not None:
            quantities = {_row_of(order, sku): count for sku, count in asked.lines.items()}
        restocked = [item.item_id for item in order.items] if asked.restock else []
        options = asked.model_dump(exclude={"lines", "restock"})
        return memo_document(self._crediting.book(order, quantities, restock=restocked, **options))

    async def _garble_order(self, request: web.Request) -> Any:
        self._shop.garble(self._order(request), (await read(request, OrderFlawInput)).flaw)
        return {}

    async def _refund_memo(self, request: web.Request) -> Any:
        return await self._change_memo(request, pay=True)

    async def _cancel_memo(self, request: web.Request) -> Any:
        return await self._change_memo(request, pay=False)

    async def _change_memo(self, request: web.Request, *, pay: bool) -> Any:
        memo = self._crediting.get(_id(request))
        if memo is None:
            raise LookupError("no such credit memo")
        if pay:
            self._crediting.refund(memo)
        else:
            self._crediting.cancel(memo)
        return memo_document(memo)

    async def _returns(self, _: web.Request) -> Any:
        return [self._shown(rma) for rma in self._desk.rmas]

    async def _add_return(self, request: web.Request) -> Any:
        asked = await read(request, ReturnInput)
        order = self._shop.orders.get(asked.order_id)
        if order is None:
            raise LookupError("no such order")
        rma = self._desk.open_by_sku(order, asked.lines, asked.reason, asked.resolution)
        if asked.comment:
            self._desk.comment(rma, asked.comment, visible=True, admin=False, by="customer")
        return self._shown(rma)

    async def _decide_all(self, request: web.Request) -> Any:
        asked = await read(request, DecisionInput)
        open_ones = [rma for rma in self._desk.rmas if not rma.is_closed]
        for rma in open_ones:
            self._desk.decide(rma, asked.status, resolution=asked.resolution)
        return {"count": len(open_ones)}

    async def _decide(self, request: web.Request) -> Any:
        rma, asked = self._rma(request), await read(request, ItemDecisionInput)
        self._desk.decide(rma, **asked.model_dump())
        return self._shown(rma)

    async def _step(self, request: web.Request) -> Any:
        rma, asked = self._rma(request), await read(request, StepInput)
        option = None if asked.resolution is None else self._options.id_of("resolution", asked.resolution)
        self._desk.step(rma, asked.item_id, asked.status, resolution=option, quantity=asked.quantity)
        return self._shown(rma)

    async def _close(self, request: web.Request) -> Any:
        rma = self._rma(request)
        self._desk.close(rma)
        return self._shown(rma)

    async def _comment_return(self, request: web.Request) -> Any:
        rma, asked = self._rma(request), await read(request, CommentInput)
        added = self._desk.comment(rma, asked.text, visible=asked.visible, notified=asked.notified)
        return comment_document(rma, added)

    async def _garble_return(self, request: web.Request) -> Any:
        self._desk.garble(self._rma(request), (await read(request, RmaFlawInput)).flaw)
        return {}

    async def _remove(self, request: web.Request) -> Any:
        self._desk.remove(self._rma(request))
        return {}

    async def _add_status(self, request: web.Request) -> Any:
        asked = await read(request, StatusInput)
        self._shop.add_status(asked.status, asked.states)
        return {}

    async def _all_options(self, _: web.Request) -> Any:
        attributes: tuple[OptionAttribute, ...] = ("reason", "condition", "resolution")
        return {attribute: self._options.of(attribute) for attribute in attributes}

    async def _add_option(self, request: web.Request) -> Any:
        asked = await read(request, OptionInput)
        return {"value": self._options.add(asked.attribute, asked.label)}

    async def _revoke(self, _: web.Request) -> Any:
        self._integration.revoke()
        return {}

    async def _reauthorize(self, _: web.Request) -> Any:
        token, secret = self._integration.reauthorize()
        return {"access_token": token, "access_token_secret": secret}

    def _shown(self, rma: Rma) -> Any:
        return rma_document(rma, self._shop.switches)

    def _order(self, request: web.Request) -> Order:
        order = self._shop.orders.get(_id(request))
        if order is None:
            raise LookupError("no such order")
        return order

    def _rma(self, request: web.Request) -> Rma:
        rma = self._desk.rmas.get(_id(request))
        if rma is None:
            raise LookupError("no such return")
        return rma


def _answered(handler: Callable[[web.Request], Awaitable[Any]]) -> Handler:
    """What it tells as JSON; 404 for what is not there."""

    async def answer(request: web.Request) -> web.Response:
        try:
            return web.json_response(await handler(request))
        except LookupError as missing:
            raise web.HTTPNotFound(text=str(missing)) from None

    return answer


def _row_of(order: Order, sku: str) -> int:
    """A memo is on the row with the price: of a configurable product the parent."""
    for item in order.items:
        if item.sku == sku and item.parent_item_id is None:
            return item.item_id
    raise LookupError(f"the order has no {sku}")


def _id(request: web.Request) -> int:
    return int(request.match_info["id"])
