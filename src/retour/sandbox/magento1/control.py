"""The control routes of this simulator; `retour.sandbox.magento1` lists them."""

from dataclasses import asdict
from http import HTTPStatus

from aiohttp import web
from pydantic import Field

from retour.sandbox.commands import Command, read
from retour.sandbox.magento1.orders import Billing, OrderLine
from retour.sandbox.magento1.returns import Flaw
from retour.sandbox.magento1.shop import Shop


class OrderInput(Command):
    """An order that the hub brought earlier."""

    hub_order_id: int = Field(gt=0)
    increment_id: str | None = None
    status: str = "complete"
    shipping: float = Field(default=0, ge=0)
    currency: str = "EUR"
    lines: list[OrderLine] = Field(default_factory=lambda: [OrderLine()], min_length=1)
    billing: Billing = Billing()


class BulkInput(Command):
    """Many orders."""

    count: int = Field(ge=1, le=1_000_000)
    start: int = Field(default=1, ge=1)


class StatusInput(Command):
    """Any text."""

    status: str


class MassStatusInput(StatusInput):
    """The ticked rows; null for all."""

    ids: list[int] | None = None


class TickedInput(Command):
    """The ticked rows."""

    ids: list[int] = Field(min_length=1)


class FlawInput(Command):
    """What is wrong with the answers about a return."""

    flaw: Flaw | None


class Control:
    """The endpoints."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop

    def routes(self) -> list[web.AbstractRouteDef]:
        return [
            web.post("/_sandbox/orders", self._order),
            web.post("/_sandbox/orders/bulk", self._orders),
            web.get("/_sandbox/returns", self._returns),
            web.post(r"/_sandbox/returns/{id:\d+}/decide", self._decide),
            web.post("/_sandbox/returns/decide-all", self._decide_all),
            web.post(r"/_sandbox/returns/{id:\d+}/delete", self._clear),
            web.post("/_sandbox/returns/mass-delete", self._delete),
            web.post(r"/_sandbox/returns/{id:\d+}/garble", self._garble),
            web.post("/_sandbox/token", self._token),
            web.get("/_sandbox/log", self._log),
        ]

    async def _order(self, request: web.Request) -> web.Response:
        asked = await read(request, OrderInput)
        order = self._shop.add_order(
            asked.hub_order_id,
            asked.increment_id,
            asked.lines,
            asked.billing,
            status=asked.status,
            shipping=asked.shipping,
            currency=asked.currency,
        )
        return web.json_response(asdict(order), status=HTTPStatus.CREATED)

    async def _orders(self, request: web.Request) -> web.Response:
        asked = await read(request, BulkInput)
        for number in range(asked.start, asked.start + asked.count):
            self._shop.add_order(number)
        return web.json_response({"count": asked.count}, status=HTTPStatus.CREATED)

    async def _returns(self, _: web.Request) -> web.Response:
        return web.json_response([asdict(row) for row in self._shop.returns])

    async def _decide(self, request: web.Request) -> web.Response:
        asked = await read(request, StatusInput)
        return web.json_response(asdict(self._shop.decide(_id(request), asked.status)))

    async def _decide_all(self, request: web.Request) -> web.Response:
        asked = await read(request, MassStatusInput)
        return web.json_response({"count": self._shop.decide_all(asked.status, asked.ids)})

    async def _clear(self, request: web.Request) -> web.Response:
        return web.json_response(asdict(self._shop.clear(_id(request))))

    async def _delete(self, request: web.Request) -> web.Response:
        return web.json_response({"count": self._shop.delete((await read(request, TickedInput)).ids)})

    async def _garble(self, request: web.Request) -> web.Response:
        self._shop.garble(_id(request), (await read(request, FlawInput)).flaw)
        return web.json_response({})

    async def _token(self, _: web.Request) -> web.Response:
        return web.json_response({"token": self._shop.renew_token()})

    async def _log(self, _: web.Request) -> web.Response:
        return web.json_response(list(self._shop.log))


def _id(request: web.Request) -> int:
    return int(request.match_info["id"])
