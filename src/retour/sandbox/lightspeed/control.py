"""The control routes of this simulator; `retour.sandbox.lightspeed` lists them."""

from dataclasses import replace
from http import HTTPStatus
from typing import Any

from aiohttp import web
from pydantic import Field

from retour.sandbox.app import Handler
from retour.sandbox.commands import Command, read
from retour.sandbox.lightspeed.documents import Links, invoice_document, line_document, order_document
from retour.sandbox.lightspeed.keys import Keys
from retour.sandbox.lightspeed.orders import Order
from retour.sandbox.lightspeed.returns import Flaw, ReturnRow
from retour.sandbox.lightspeed.shop import Shop
from retour.sandbox.lightspeed.wanted import WantedOrder, WantedReturn


class _Bulk(Command):
    """Numbers are the prefix and six digits; `external_prefix` makes a metafield `external_order_id` alike."""

    count: int = Field(ge=1, le=1_000_000)
    prefix: str = "B"
    external_prefix: str | None = None
    start: int = 1
    order: WantedOrder = WantedOrder()


class _Decision(Command):
    status: str
    action: str | None = None


class _Garbled(Command):
    flaw: Flaw | None


class _Key(Command):
    key: str
    secret: str
    permissions: dict[str, dict[str, bool]] | None = None


class Control:
    """The hands of the customer, of staff and of Lightspeed itself."""

    def __init__(self, shop: Shop, keys: Keys) -> None:
        self._shop = shop
        self._keys = keys

    def routes(self) -> list[web.AbstractRouteDef]:
        one = r"/_sandbox/returns/{id:\d+}"
        table: list[tuple[str, str, Handler]] = [
            ("POST", "/_sandbox/orders", self.place_order),
            ("POST", "/_sandbox/orders/bulk", self.place_orders),
            ("GET", "/_sandbox/returns", self.list_returns),
            ("POST", "/_sandbox/returns", self.add_return),
            ("POST", "/_sandbox/returns/decide-all", self.decide_all),
            ("POST", one + "/decide", self.decide),
            ("POST", one + "/credit", self.credit),
            ("POST", one + "/garble", self.garble),
            ("DELETE", one, self.remove),
            ("POST", "/_sandbox/keys", self.add_key),
            ("DELETE", "/_sandbox/keys/{key}", self.revoke_key),
            ("GET", "/_sandbox/deliveries", self.deliveries),
        ]
        return [web.route(method, path, serve) for method, path, serve in table]

    async def place_order(self, request: web.Request) -> web.Response:
        order = self._shop.place_order(await read(request, WantedOrder))
        return web.json_response(self._order(order, request), status=HTTPStatus.CREATED)

    async def place_orders(self, request: web.Request) -> web.Response:
        asked = await read(request, _Bulk)
        numbers = [f"{n:06}" for n in range(asked.start, asked.start + asked.count)]
        for number in numbers:
            fields = dict(asked.order.metafields)
            if asked.external_prefix is not None:
                fields["external_order_id"] = asked.external_prefix + number
            self._shop.place_order(replace(asked.order, number=asked.prefix + number, metafields=fields))
        answer = {"count": asked.count, "first": asked.prefix + numbers[0], "last": asked.prefix + numbers[-1]}
        return web.json_response(answer, status=HTTPStatus.CREATED)

    async def list_returns(self, _: web.Request) -> web.Response:
        return web.json_response([summary(row) for row in self._shop.returns])

    async def add_return(self, request: web.Request) -> web.Response:
        row = self._shop.add_return(await read(request, WantedReturn))
        return web.json_response(summary(row), status=HTTPStatus.CREATED)

    async def decide(self, request: web.Request) -> web.Response:
        asked = await read(request, _Decision)
        return web.json_response(summary(self._shop.decide(_id(request), asked.status, asked.action)))

    async def decide_all(self, request: web.Request) -> web.Response:
        asked = await read(request, _Decision)
        return web.json_response({"count": self._shop.decide_all(asked.status, asked.action)})

    async def credit(self, request: web.Request) -> web.Response:
        invoice = self._shop.credit_return(_id(request))
        return web.json_response(invoice_document(invoice, self._links(request)), status=HTTPStatus.CREATED)

    async def garble(self, request: web.Request) -> web.Response:
        self._shop.garble(_id(request), (await read(request, _Garbled)).flaw)
        return web.json_response({})

    async def remove(self, request: web.Request) -> web.Response:
        self._shop.remove(_id(request))
        return web.json_response({})

    async def add_key(self, request: web.Request) -> web.Response:
        asked = await read(request, _Key)
        try:
            key = self._keys.add(asked.key, asked.secret, asked.permissions)
        except ValueError as error:
            raise web.HTTPBadRequest(text=str(error)) from None
        return web.json_response({"key": key.key, "permissions": key.permissions}, status=HTTPStatus.CREATED)

    async def revoke_key(self, request: web.Request) -> web.Response:
        self._keys.revoke(request.match_info["key"])
        return web.json_response({})

    async def deliveries(self, _: web.Request) -> web.Response:
        return web.json_response(list(self._shop.webhooks.delivered))

    def _order(self, order: Order, request: web.Request) -> dict[str, Any]:
        links = self._links(request)
        return {**order_document(order, links), "lines": [line_document(line, 0, links) for line in order.lines]}

    def _links(self, request: web.Request) -> Links:
        return Links(str(request.url.origin()), self._shop.switches.languages[0])


def summary(row: ReturnRow) -> dict[str, Any]:
    """A return as it is stored."""
    return {
        "id": row.id,
        "order": row.order.number,
        "status": row.status,
        "action": row.action,
        "reason": row.reason,
        "comment": row.customer_comment,
        "staff_note": row.staff_note,
        "notify": row.notify,
        "stock_adjusted": row.stock_adjusted,
        "lines": [{"id": line.id, "sku": line.sku, "quantity": quantity} for line, quantity in row.lines],
        "updated_at": row.updated_at.isoformat(),
    }


def _id(request: web.Request) -> int:
    return int(request.match_info["id"])
