"""Control routes: what tests and the demo do in the place of the customer, of Fruugo and of the seller.

The package's docstring lists them with an example of each; their bodies are in `retour.sandbox.fruugo.commands`.
"""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from aiohttp import web

from retour.sandbox.app import Handler
from retour.sandbox.commands import Bulk, read, window
from retour.sandbox.fruugo import commands
from retour.sandbox.fruugo.state import Announcement, Line

if TYPE_CHECKING:
    from retour.sandbox.fruugo.simulator import FruugoSimulator


class Control:
    """The hands of everybody but the client under test."""

    def __init__(self, simulator: "FruugoSimulator") -> None:
        self._simulator = simulator

    def routes(self) -> list[web.AbstractRouteDef]:
        return [
            web.post("/_sandbox/orders", self._open(self.place_order)),
            web.post("/_sandbox/returns", self._open(self.announce)),
            web.post("/_sandbox/bulk", self._open(self.announce_many)),
            web.post("/_sandbox/returns/{number}/withdraw", self._open(self.withdraw)),
            web.post("/_sandbox/returns/{number}/proof", self._open(self.prove)),
            web.post("/_sandbox/refused-parcels", self._open(self.refuse_parcel)),
            web.post("/_sandbox/refunds", self._open(self.refund)),
            web.post("/_sandbox/exceptions", self._open(self.except_units)),
            web.get("/_sandbox/lines", self._open(self.lines)),
            web.put("/_sandbox/credentials", self._open(self.set_credentials)),
            web.put("/_sandbox/webhook", self._open(self.set_webhook)),
            web.post("/_sandbox/callbacks/next", self._open(self.plan_callbacks)),
            web.post("/_sandbox/callbacks/deliver", self._open(self.deliver)),
            web.get("/_sandbox/callbacks", self._open(self.deliveries)),
        ]

    async def place_order(self, request: web.Request) -> web.Response:
        command = await read(request, commands.PlaceOrder)
        order = self._simulator.market.place_order(
            [item.product() for item in command.items],
            order_id=command.order_id,
            customer=command.customer.customer(),
            placed_at=command.placed_at,
            released_at=command.released_at,
            shipped=command.shipped,
        )
        self._simulator.market.orders.recent.append(order)
        lines = [_summary(line) for line in order.lines]
        return web.json_response({"order_id": order.order_id, "lines": lines}, status=201)

    async def announce(self, request: web.Request) -> web.Response:
        """One new order for all items without a ref, placed a week ago."""
        command = await read(request, commands.Announce)
        market = self._simulator.market
        fresh = [item.product() for item in command.items if item.ref is None]
        refs: list[str] = []
        if fresh:
            order = market.place_order(fresh, placed_at=self._simulator.clock.now() - timedelta(days=7))
            market.orders.recent.append(order)
            refs = [line.ref for line in order.lines]
        made = []
        for item in command.items:
            ref = refs.pop(0) if item.ref is None else item.ref
            made += market.announce(ref, item.quantity, reason=command.reason, comment=command.comment)
        market.orders.recent_announcements.extend(made)
        return web.json_response({"announcements": [_announcement(one) for one in made]}, status=201)

    async def announce_many(self, request: web.Request) -> web.Response:
        command = await read(request, Bulk)
        refs = self._simulator.market.announce_many(command.count, command.days, command.seed)
        ends = {"count": len(refs), "first_ref": refs[0], "last_ref": refs[-1]}
        return web.json_response(ends, status=201)

    async def withdraw(self, request: web.Request) -> web.Response:
        command = await read(request, commands.Withdraw)
        one = self._simulator.market.withdraw(request.match_info["number"], command.quantity)
        return web.json_response(_announcement(one))

    async def prove(self, request: web.Request) -> web.Response:
        return web.json_response(_announcement(self._simulator.market.prove(request.match_info["number"])))

    async def refuse_parcel(self, request: web.Request) -> web.Response:
        command = await read(request, commands.Units)
        self._simulator.market.refuse_parcel(command.ref, command.quantity)
        return self._line(command.ref)

    async def refund(self, request: web.Request) -> web.Response:
        command = await read(request, commands.Refund)
        self._simulator.market.refund(command.ref, command.quantity, command.source)
        return self._line(command.ref)

    async def except_units(self, request: web.Request) -> web.Response:
        command = await read(request, commands.Units)
        self._simulator.market.except_units(command.ref, command.quantity)
        return self._line(command.ref)

    async def lines(self, request: web.Request) -> web.Response:
        every = (line for order in self._simulator.market.orders for line in order.lines)
        return web.json_response([_summary(line) for line in window(request, every, limit=1000)])

    async def set_credentials(self, request: web.Request) -> web.Response:
        command = await read(request, commands.SetCredentials)
        self._simulator.set_credentials(command.username, command.password.get_secret_value())
        return web.json_response({"username": command.username})

    async def set_webhook(self, request: web.Request) -> web.Response:
        command = await read(request, commands.SetWebhook)
        try:
            self._simulator.set_webhook(command.url, command.username, command.password.get_secret_value())
        except ValueError as error:
            raise web.HTTPBadRequest(text=str(error)) from None
        return web.json_response({"webhook": "set"})

    async def plan_callbacks(self, request: web.Request) -> web.Response:
        command = await read(request, commands.PlanCallbacks)
        callbacks = self._simulator.callbacks
        for _ in range(command.times):
            callbacks.plan(command.planned())
        return web.json_response([plan.model_dump() for plan in callbacks.planned])

    async def deliver(self, request: web.Request) -> web.Response:
        await self._simulator.callbacks.deliver()
        return await self.deliveries(request)

    async def deliveries(self, _: web.Request) -> web.Response:
        return web.json_response(self._simulator.callbacks.log_as_json())

    def _open(self, serve: Handler) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            self._simulator.catch_up()
            return await serve(request)

        return handle

    def _line(self, ref: str) -> web.Response:
        return web.json_response([_summary(line) for line in self._simulator.market.orders.lines(ref)])


def _summary(line: Line) -> dict[str, Any]:
    return {
        "ref": line.ref,
        "order_id": line.order.order_id,
        "product_id": line.product_id,
        "sku_id": line.sku_id,
        "fruugo_product_id": line.fruugo_product_id,
        "fruugo_sku_id": line.fruugo_sku_id,
        "quantity": line.quantity,
        "pending": line.pending,
        "confirmed": line.confirmed,
        "shipped": line.shipped,
        "cancelled": line.cancelled,
        "announced": line.announced,
        "returned": line.returned,
        "exception": line.exception,
    }


def _announcement(one: Announcement) -> dict[str, Any]:
    return {
        "number": one.number,
        "ref": one.line.ref,
        "quantity": one.quantity,
        "open": one.open,
        "refunded": one.refunded,
        "withdrawn": one.withdrawn,
        "proved": one.proved,
    }
