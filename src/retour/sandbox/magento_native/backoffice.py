"""The back office at `/`: where a person plays the merchant. Plain forms, no login, no JavaScript."""

from collections.abc import Callable, Mapping

from aiohttp import web

from retour.sandbox.magento.front import not_found
from retour.sandbox.magento_native import order_pages, rma_pages
from retour.sandbox.magento_native.crediting import Crediting
from retour.sandbox.magento_native.desk import Desk
from retour.sandbox.magento_native.options import Options
from retour.sandbox.magento_native.orders import Order
from retour.sandbox.magento_native.rmas import Rma
from retour.sandbox.magento_native.shop import Refused, Shop
from retour.sandbox.panel import Notices, sheet

Form = Mapping[str, object]


class BackOffice:
    """The pages and what their buttons do. Every change answers 303 to the page of what was changed."""

    def __init__(self, shop: Shop, desk: Desk, crediting: Crediting, options: Options) -> None:
        self._shop = shop
        self._desk = desk
        self._crediting = crediting
        self._options = options
        self._notices = Notices()

    def routes(self) -> list[web.AbstractRouteDef]:
        return [
            web.get("/", self._home),
            web.get("/orders", self._orders),
            web.get(r"/orders/{id:\d+}", self._order),
            web.post(r"/orders/{id:\d+}/comment", self._comment_order),
            web.post(r"/orders/{id:\d+}/credit-memo", self._book),
            web.get(r"/returns/{id:\d+}", self._return),
            web.post(r"/returns/{id:\d+}/items/{item:\d+}", self._decide),
            web.post(r"/returns/{id:\d+}/close", self._close),
            web.post(r"/returns/{id:\d+}/comment", self._comment_return),
        ]

    async def _home(self, request: web.Request) -> web.Response:
        """The returns; of Open Source, which has none, the orders."""
        if self._shop.switches.edition != "commerce":
            return await self._orders(request)
        return rma_pages.list_page(sheet(request, list(self._desk.rmas.newest_first())), self._notices.take())

    async def _orders(self, request: web.Request) -> web.Response:
        commerce = self._shop.switches.edition == "commerce"
        shown = sheet(request, list(self._shop.orders.newest_first()))
        return order_pages.list_page(shown, self._notices.take(), commerce=commerce)

    async def _order(self, request: web.Request) -> web.Response:
        order = self._shop.orders.get(_number(request))
        if order is None:
            return not_found()
        statuses = [name for name, states in self._shop.statuses.items() if order.state in states]
        memos = self._crediting.of_order(order.entity_id)
        return order_pages.detail_page(order, memos, statuses, self._notices.take())

    async def _return(self, request: web.Request) -> web.Response:
        rma = self._desk.rmas.get(_number(request))
        if rma is None:
            return not_found()
        order = self._shop.orders.get(rma.order_id)
        return rma_pages.detail_page(rma, order, self._options, self._notices.take())

    async def _comment_order(self, request: web.Request) -> web.Response:
        form = await request.post()

        def change(order: Order) -> str:
            status = _text(form, "status") or None
            self._shop.comment(order, _text(form, "comment"), status, notified="notify" in form)
            return "Comment added."

        return self._change_order(request, change)

    async def _book(self, request: web.Request) -> web.Response:
        form = await request.post()

        def change(order: Order) -> str:
            quantities = {item.item_id: _count(form, f"qty-{item.item_id}") or 0 for item in order.items}
            restocked = list(quantities) if "restock" in form else []
            asked = {item_id: count for item_id, count in quantities.items() if count}
            shipping = None if "shipping" in form else 0.0
            memo = self._crediting.book(order, asked, shipping=shipping, restock=restocked)
            return f"Credit memo {memo.increment_id} created."

        return self._change_order(request, change)

    async def _decide(self, request: web.Request) -> web.Response:
        form = await request.post()

        def change(rma: Rma) -> str:
            item_id, status = int(request.match_info["item"]), _text(form, "status")
            resolution, quantity = _text(form, "resolution") or None, _count(form, "quantity")
            self._desk.step(rma, item_id, status, resolution=resolution, quantity=quantity)
            return f"Saved: {status}."

        return self._change_return(request, change)

    async def _close(self, request: web.Request) -> web.Response:
        def change(rma: Rma) -> str:
            self._desk.close(rma)
            return "Closed."

        return self._change_return(request, change)

    async def _comment_return(self, request: web.Request) -> web.Response:
        form = await request.post()

        def change(rma: Rma) -> str:
            self._desk.comment(rma, _text(form, "comment"), visible="visible" in form, notified="notify" in form)
            return "Comment added."

        return self._change_return(request, change)

    def _change_order(self, request: web.Request, change: Callable[[Order], str]) -> web.Response:
        order = self._shop.orders.get(_number(request))
        return not_found() if order is None else self._did(lambda: change(order), f"/orders/{order.entity_id}")

    def _change_return(self, request: web.Request, change: Callable[[Rma], str]) -> web.Response:
        rma = self._desk.rmas.get(_number(request))
        return not_found() if rma is None else self._did(lambda: change(rma), f"/returns/{rma.entity_id}")

    def _did(self, change: Callable[[], str], back: str) -> web.Response:
        try:
            self._notices.add(change())
        except (Refused, LookupError) as refused:
            self._notices.add(str(refused), good=False)
        raise web.HTTPSeeOther(back)


def _number(request: web.Request) -> int:
    return int(request.match_info["id"])


def _text(form: Form, name: str) -> str:
    return str(form.get(name, ""))


def _count(form: Form, name: str) -> int | None:
    text = _text(form, name)
    return int(text) if text.isdecimal() else None
