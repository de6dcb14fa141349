"""The control routes of this simulator; `retour.sandbox.mijnwebwinkel` lists them with examples."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

from aiohttp import web

from retour.sandbox.app import Handler
from retour.sandbox.commands import read
from retour.sandbox.mijnwebwinkel import commands
from retour.sandbox.mijnwebwinkel.access import Tokens
from retour.sandbox.mijnwebwinkel.documents import Documents
from retour.sandbox.mijnwebwinkel.merchant import Merchant, PlacedOrder, Unknown
from retour.sandbox.mijnwebwinkel.orders import Order
from retour.sandbox.mijnwebwinkel.shop import Shop
from retour.sandbox.mijnwebwinkel.statuses import OrderStatus

Serve = Callable[[web.Request], Awaitable[Any]]


class Control:
    """Answers what became of it as JSON: 201 for what was made, 404 for what is not there, 409 for what cannot be."""

    def __init__(self, shop: Shop, merchant: Merchant, tokens: Tokens) -> None:
        self._shop = shop
        self._merchant = merchant
        self._tokens = tokens
        self._documents = Documents(shop)

    def routes(self) -> list[web.AbstractRouteDef]:
        order = "/_sandbox/orders/{number}"
        made = HTTPStatus.CREATED
        return [
            web.post("/_sandbox/orders", _answering(self._place_order, made)),
            web.post("/_sandbox/orders/bulk", _answering(self._place_orders, made)),
            web.get(order, _answering(self._look)),
            web.delete(order, _answering(self._delete)),
            web.post(f"{order}/note", _answering(self._save_note)),
            web.post(f"{order}/status", _answering(self._change_status)),
            web.post(f"{order}/archive", _answering(self._archive)),
            web.post(f"{order}/credit", _answering(self._credit, made)),
            web.post(f"{order}/stock", _answering(self._put_back_stock)),
            web.post(f"{order}/refund", _answering(self._refund)),
            web.post(f"{order}/race", _answering(self._race, made)),
            web.get("/_sandbox/requests", _answering(self._requests)),
            web.post("/_sandbox/requests/decide", _answering(self._decide)),
            web.post("/_sandbox/requests/erase", _answering(self._erase)),
            web.get("/_sandbox/articles", _answering(self._articles)),
            web.post("/_sandbox/statuses", _answering(self._add_status, made)),
            web.post("/_sandbox/tokens", _answering(self._add_token, made)),
            web.delete("/_sandbox/tokens/{token}", _answering(self._revoke)),
        ]

    async def _place_order(self, request: web.Request) -> Any:
        return self._shown(self._merchant.place_order(await read(request, PlacedOrder)))

    async def _place_orders(self, request: web.Request) -> Any:
        command = await read(request, commands.PlaceOrders)
        numbers = [self._merchant.place_order(command.like).name for _ in range(command.count)]
        return {"count": command.count, "first": numbers[0], "last": numbers[-1]}

    async def _look(self, request: web.Request) -> Any:
        return self._shown(self._order(request))

    async def _delete(self, request: web.Request) -> Any:
        self._merchant.delete(self._order(request).name)
        return {"deleted": True}

    async def _save_note(self, request: web.Request) -> Any:
        command = await read(request, commands.SaveNote)
        self._merchant.save_note(request.match_info["number"], command.text)
        return self._shown(self._order(request))

    async def _change_status(self, request: web.Request) -> Any:
        command = await read(request, commands.ChangeStatus)
        self._merchant.change_status(request.match_info["number"], command.status)
        return self._shown(self._order(request))

    async def _archive(self, request: web.Request) -> Any:
        command = await read(request, commands.Archive)
        self._merchant.archive(request.match_info["number"], command.archived)
        return self._shown(self._order(request))

    async def _credit(self, request: web.Request) -> Any:
        command = await read(request, commands.MakeCredit)
        made = self._merchant.credit(
            request.match_info["number"],
            command.units,
            status=command.status,
            note=command.note,
            put_back_stock=command.put_back_stock,
        )
        return self._shown(made)

    async def _put_back_stock(self, request: web.Request) -> Any:
        self._merchant.put_back_stock(request.match_info["number"])
        return await self._articles(request)

    async def _refund(self, request: web.Request) -> Any:
        command = await read(request, commands.Refund)
        self._merchant.refund(request.match_info["number"], command.amount)
        return self._documents.payments(self._order(request), mutations=True)

    async def _race(self, request: web.Request) -> Any:
        command = await read(request, commands.Race)
        self._merchant.race(request.match_info["number"], command.moment, command.edit, command.skip)
        return command.model_dump()

    async def _requests(self, _: web.Request) -> Any:
        return [
            {"key": found.key, "order": order.name, "line": found.line, "word": found.word}
            for order, found in self._merchant.requests()
        ]

    async def _decide(self, request: web.Request) -> Any:
        command = await read(request, commands.Decide)
        return self._shown(self._merchant.decide(command.key, command.word))

    async def _erase(self, request: web.Request) -> Any:
        command = await read(request, commands.Erase)
        return self._shown(self._merchant.erase(command.key))

    async def _articles(self, _: web.Request) -> Any:
        return {
            article.sku: {"id": article.id, "description": article.description, "stock": article.stock}
            for article in self._shop.articles.values()
        }

    async def _add_status(self, request: web.Request) -> Any:
        command = await read(request, commands.AddStatus)
        words = command.description
        self._merchant.add_status(OrderStatus(command.status, words, words, command.credit_order))
        return command.model_dump()

    async def _add_token(self, request: web.Request) -> Any:
        command = await read(request, commands.AddToken)
        self._tokens.add(command.token, command.partner_token, command.partner)
        return {"partner": command.partner}

    async def _revoke(self, request: web.Request) -> Any:
        try:
            self._tokens.revoke(request.match_info["token"])
        except KeyError:
            raise web.HTTPNotFound(text="no such token") from None
        return {"revoked": True}

    def _order(self, request: web.Request) -> Order:
        return self._merchant.order(request.match_info["number"])

    def _shown(self, order: Order) -> Any:
        return self._documents.order(order, "1")


def _answering(serve: Serve, status: HTTPStatus = HTTPStatus.OK) -> Handler:
    async def handle(request: web.Request) -> web.Response:
        try:
            return web.json_response(await serve(request), status=status)
        except Unknown as unknown:
            raise web.HTTPNotFound(text=str(unknown)) from None
        except ValueError as refused:
            raise web.HTTPConflict(text=str(refused)) from None

    return handle
