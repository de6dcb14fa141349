"""The control routes of this simulator; `retour.sandbox.walmart` lists them."""

from typing import TYPE_CHECKING, Any

from aiohttp import web

from retour.sandbox.commands import Bulk, read, window
from retour.sandbox.walmart import commands, shapes
from retour.sandbox.walmart.state import Return, ReturnLine

if TYPE_CHECKING:
    from retour.sandbox.walmart.simulator import WalmartSimulator


class Control:
    """The hands of everybody but the client under test."""

    def __init__(self, simulator: "WalmartSimulator") -> None:
        self._simulator = simulator

    def routes(self) -> list[web.AbstractRouteDef]:
        one = "/_sandbox/returns/{number}"
        return [
            web.post("/_sandbox/orders", self.place_order),
            web.delete("/_sandbox/orders/{number}", self.forget_order),
            web.post("/_sandbox/returns", self.open_return),
            web.get("/_sandbox/returns", self.summary),
            web.post("/_sandbox/bulk", self.open_many),
            web.post(f"{one}/ship", self.ship),
            web.post(f"{one}/deliver", self.deliver),
            web.post(f"{one}/cancel", self.cancel),
            web.post(f"{one}/refund", self.refund),
            web.post(f"{one}/spoil", self.spoil),
            web.post("/_sandbox/tokens/revoke", self.revoke),
            web.post("/_sandbox/credentials", self.set_credentials),
            web.get("/_sandbox/pushes", self.pushes),
            web.post("/_sandbox/pushes/release", self.release),
        ]

    async def place_order(self, request: web.Request) -> web.Response:
        order = self._simulator.place_order(await read(request, commands.PlaceOrder))
        lines = [{"line_number": line.number, "sku": line.sku, "quantity": line.quantity} for line in order.lines]
        ids = {"purchase_order_id": order.purchase_order_id, "customer_order_id": order.customer_order_id}
        return web.json_response({**ids, "lines": lines}, status=201)

    async def forget_order(self, request: web.Request) -> web.Response:
        self._simulator.forget_order(request.match_info["number"])
        return web.Response(status=204)

    async def open_return(self, request: web.Request) -> web.Response:
        returned = self._simulator.open_return(await read(request, commands.OpenReturn))
        return web.json_response(self._shape(returned), status=201)

    async def summary(self, request: web.Request) -> web.Response:
        self._simulator.catch_up()
        returns = self._simulator.seller.returns.values()
        return web.json_response([self._shape(returned) for returned in window(request, returns)])

    async def open_many(self, request: web.Request) -> web.Response:
        made = self._simulator.customers.open_many(await read(request, Bulk))
        ends = {"first_return_order_id": made[0].return_order_id, "last_return_order_id": made[-1].return_order_id}
        return web.json_response({"count": len(made), **ends}, status=201)

    async def ship(self, request: web.Request) -> web.Response:
        returned = self._returned(request)
        command = await read(request, commands.OnLine)
        self._simulator.ship(returned.return_order_id, command.line)
        return web.json_response(self._shape(returned))

    async def deliver(self, request: web.Request) -> web.Response:
        returned = self._returned(request)
        command = await read(request, commands.OnLine)
        self._simulator.deliver(returned.return_order_id, command.line)
        return web.json_response(self._shape(returned))

    async def cancel(self, request: web.Request) -> web.Response:
        returned = self._returned(request)
        command = await read(request, commands.Cancel)
        self._simulator.cancel(returned.return_order_id, command.line, command.reason)
        return web.json_response(self._shape(returned))

    async def refund(self, request: web.Request) -> web.Response:
        returned = self._returned(request)
        command = await read(request, commands.RefundNow)
        self._simulator.refund(returned.return_order_id, command)
        return web.json_response(self._shape(returned))

    async def spoil(self, request: web.Request) -> web.Response:
        returned = self._returned(request)
        self._simulator.spoil(returned.return_order_id, (await read(request, commands.Spoil)).flaw)
        return web.json_response(self._shape(returned))

    async def revoke(self, _: web.Request) -> web.Response:
        self._simulator.tokens.revoke()
        return web.Response(status=204)

    async def set_credentials(self, request: web.Request) -> web.Response:
        command = await read(request, commands.Credentials)
        self._simulator.tokens.set_credentials(command.client_id, command.client_secret)
        return web.Response(status=204)

    async def pushes(self, _: web.Request) -> web.Response:
        self._simulator.catch_up()
        return web.json_response(await self._simulator.pushes.settle())

    async def release(self, request: web.Request) -> web.Response:
        self._simulator.pushes.release(newest_first=(await read(request, commands.Release)).newest_first)
        return await self.pushes(request)

    def _returned(self, request: web.Request) -> Return:
        return self._simulator.seller.returns[request.match_info["number"]]

    def _shape(self, returned: Return) -> dict[str, Any]:
        return {
            "return_order_id": returned.return_order_id,
            "customer_order_id": returned.customer_order_id,
            "kind": returned.kind,
            "by_walmart": returned.by_walmart,
            "lines": [self._line_shape(line) for line in returned.lines],
        }

    def _line_shape(self, line: ReturnLine) -> dict[str, Any]:
        return {
            "line": line.number,
            "purchase_order_id": line.order.purchase_order_id,
            "purchase_order_line": line.order_line.number,
            "sku": line.order_line.sku,
            "quantity": line.quantity,
            "status": shapes.status(line, self._simulator.switches),
            "left": line.left,
            "refunded": sum(refund.quantity for refund in line.refunds),
            "cancelled": line.cancelled,
            "events": [event.tag for event in line.events],
        }
