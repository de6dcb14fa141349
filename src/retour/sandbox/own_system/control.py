"""The control routes of this simulator; `retour.sandbox.own_system` lists them."""

from dataclasses import asdict
from http import HTTPStatus
from typing import Literal, Protocol

from aiohttp import web

from retour.sandbox.commands import Command, read
from retour.sandbox.own_system.client import Failed, Lost, Row
from retour.sandbox.own_system.orders import Bought, OrderBook


class Place(Command):
    url: str
    token: str


class WantedLine(Command):
    sku: str
    title: str = ""
    quantity: int = 1


class WantedOrder(Command):
    ref: str
    channel: str = ""
    numbers: tuple[str, ...] = ()
    lines: tuple[WantedLine, ...] = ()


class Decision(Command):
    status: str


class CameBack(Command):
    id: str
    quantity: int = 1
    status: Literal["accepted", "rejected"] = "accepted"


class Report(Command):
    products: tuple[CameBack, ...]


class Hands(Protocol):
    """What the routes act on: see `OwnSystem`."""

    orders: OrderBook
    rows: dict[int, Row]

    def connect(self, url: str, token: str) -> None: ...

    def status_of(self, number: int) -> str: ...

    def decide(self, number: int, status: str) -> None: ...

    async def report(self, number: int, products: list[Row]) -> Row: ...


class Control:
    """The endpoints."""

    def __init__(self, system: Hands) -> None:
        self._system = system

    def routes(self) -> list[web.AbstractRouteDef]:
        return [
            web.post("/_sandbox/connect", self._connect),
            web.post("/_sandbox/orders", self._order),
            web.get("/_sandbox/orders", self._orders),
            web.get("/_sandbox/returns", self._returns),
            web.post(r"/_sandbox/returns/{id:\d{1,15}}/decide", self._decide),
            web.post(r"/_sandbox/orders/{number:\d{1,15}}/report", self._report),
        ]

    async def _connect(self, request: web.Request) -> web.Response:
        place = await read(request, Place)
        self._system.connect(place.url, place.token)
        return web.json_response({"connected": place.url})

    async def _order(self, request: web.Request) -> web.Response:
        wanted = await read(request, WantedOrder)
        lines = tuple(Bought(line.sku, line.title, line.quantity) for line in wanted.lines)
        made = self._system.orders.add(wanted.ref, wanted.channel, lines, wanted.numbers)
        return web.json_response({"number": made.number}, status=HTTPStatus.CREATED)

    async def _orders(self, _: web.Request) -> web.Response:
        return web.json_response([asdict(order) for order in self._system.orders])

    async def _returns(self, _: web.Request) -> web.Response:
        return web.json_response(list(self._system.rows.values()))

    async def _decide(self, request: web.Request) -> web.Response:
        number = int(request.match_info["id"])
        self._system.decide(number, (await read(request, Decision)).status)
        return web.json_response({"status": self._system.status_of(number)})

    async def _report(self, request: web.Request) -> web.Response:
        products = [product.model_dump() for product in (await read(request, Report)).products]
        try:
            return web.json_response(await self._system.report(int(request.match_info["number"]), products))
        except (Failed, Lost) as error:
            return web.json_response({"status": "error", "message": str(error)}, status=HTTPStatus.BAD_GATEWAY)
