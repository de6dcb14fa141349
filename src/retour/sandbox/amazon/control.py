"""Control routes: what tests and the demo do in the customer's, the seller's and Amazon's place.

They are listed, with examples, in the documentation of the package; the bodies are in `retour.sandbox.amazon.commands`.
Routes of one seller's things take `?seller=`, by default the European one.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from aiohttp import web

from retour.sandbox.amazon import commands
from retour.sandbox.amazon.gate import iso
from retour.sandbox.amazon.state import Order, Return, Seller
from retour.sandbox.app import Handler
from retour.sandbox.commands import Command, Impossible, read

if TYPE_CHECKING:
    from retour.sandbox.amazon.simulator import AmazonSimulator

Told = TypeVar("Told", bound=Command)


class Control:
    """The hands of everybody but the client under test: the simulator's methods over HTTP."""

    def __init__(self, simulator: "AmazonSimulator") -> None:
        self._simulator = simulator

    def routes(self) -> list[web.AbstractRouteDef]:
        simulator = self._simulator
        one = "/_sandbox/returns/{rma_id}"
        return [
            web.post("/_sandbox/sellers", self.add_seller),
            web.post("/_sandbox/sellers/revoke", self.revoke),
            web.post("/_sandbox/tokens/expire", self.expire_tokens),
            web.post("/_sandbox/orders", self.place_order),
            web.post("/_sandbox/orders/{order_id}/ship", self.ship),
            web.post("/_sandbox/orders/{order_id}/replacement", self.replace_order),
            web.post("/_sandbox/returns", self.open_return),
            web.get("/_sandbox/returns", self.summary),
            web.post("/_sandbox/bulk", self.open_many),
            web.post(f"{one}/status", self.set_status),
            web.post(f"{one}/cancel", self._event(simulator.withdraw)),
            web.post(f"{one}/scan", self._event(simulator.scan)),
            web.post(f"{one}/deliver", self._event(simulator.deliver)),
            web.post(f"{one}/claim", self._told(simulator.claim, commands.Claim)),
            web.post(f"{one}/refund", self._told(simulator.refund, commands.RefundReturn)),
            web.post(f"{one}/external", self._told(simulator.move_external, commands.MoveExternal)),
            web.post(f"{one}/garble", self._told(simulator.garble, commands.Garble)),
            web.post("/_sandbox/jobs/next", self.plan_jobs),
        ]

    async def add_seller(self, request: web.Request) -> web.Response:
        seller = self._simulator.add_seller(await read(request, commands.AddSeller))
        return web.json_response({"seller_id": seller.seller_id}, status=201)

    async def revoke(self, request: web.Request) -> web.Response:
        self._simulator.revoke(self._seller(request))
        return web.Response(status=204)

    async def expire_tokens(self, _: web.Request) -> web.Response:
        self._simulator.tokens.expire()
        return web.Response(status=204)

    async def place_order(self, request: web.Request) -> web.Response:
        seller = self._seller(request)
        told = await read(request, commands.PlaceOrder)
        if told.order_id in seller.orders:
            raise Impossible(f"order {told.order_id} exists")
        return web.json_response(_order(self._simulator.place_order(seller, told)), status=201)

    async def ship(self, request: web.Request) -> web.Response:
        order = self._order(request)
        self._simulator.ship(order)
        return web.json_response(_order(order))

    async def replace_order(self, request: web.Request) -> web.Response:
        told = await read(request, commands.Replace)
        order = self._simulator.replace_order(self._seller(request), self._order(request), told)
        return web.json_response(_order(order), status=201)

    async def open_return(self, request: web.Request) -> web.Response:
        seller = self._seller(request)
        told = await read(request, commands.OpenReturn)
        if told.rma_id in seller.returns:
            raise Impossible(f"return {told.rma_id} exists")
        try:
            returned = self._simulator.open_return(seller, told)
        except LookupError as error:
            raise web.HTTPBadRequest(text=str(error)) from None
        return web.json_response(_return(returned), status=201)

    async def summary(self, request: web.Request) -> web.Response:
        return web.json_response([_return(returned) for returned in self._seller(request).returns.values()])

    async def open_many(self, request: web.Request) -> web.Response:
        told = await read(request, commands.OpenMany)
        bulk = self._simulator.open_many(self._seller(request), told)
        ends = {"first_rma_id": bulk.returned(0).rma_id, "last_rma_id": bulk.returned(told.count - 1).rma_id}
        order_id = bulk.returned(0).order.order_id
        return web.json_response({"count": told.count, **ends, "first_order_id": order_id}, status=201)

    async def set_status(self, request: web.Request) -> web.Response:
        seller, returned = self._return(request)
        told = await read(request, commands.SetStatus)
        return web.json_response(_return(self._simulator.set_status(seller, returned, told.status, "seller")))

    async def plan_jobs(self, request: web.Request) -> web.Response:
        told = await read(request, commands.PlanJobs)
        api = self._simulator.reports if told.kind == "report" else self._simulator.feeds
        api.jobs.plan(self._seller(request).seller_id, told.planned())
        return web.Response(status=204)

    def _event(self, act: Callable[[Seller, Return], Return]) -> Handler:
        async def handle(request: web.Request) -> web.Response:
            return web.json_response(_return(act(*self._return(request))))

        return handle

    def _told(self, act: Callable[[Seller, Return, Told], Return], model: type[Told]) -> Handler:
        async def handle(request: web.Request) -> web.Response:
            seller, returned = self._return(request)
            return web.json_response(_return(act(seller, returned, await read(request, model))))

        return handle

    def _seller(self, request: web.Request) -> Seller:
        seller_id = request.query.get("seller")
        return self._simulator.seller(seller_id) if seller_id else self._simulator.seller()

    def _order(self, request: web.Request) -> Order:
        order_id = request.match_info["order_id"]
        order = self._simulator.order_of(self._seller(request), order_id)
        if order is None:
            raise KeyError(order_id)
        return order

    def _return(self, request: web.Request) -> tuple[Seller, Return]:
        seller = self._seller(request)
        return seller, seller.returns[request.match_info["rma_id"]]


def _order(order: Order) -> dict[str, Any]:
    return {
        "order_id": order.order_id,
        "marketplace_id": order.marketplace.marketplace_id,
        "fulfilled_by": order.fulfilled_by,
        "shipped": order.shipped,
        "items": [
            {
                "order_item_id": item.order_item_id,
                "sku": item.sku,
                "asin": item.asin,
                "quantity": item.quantity,
                "paid": str(item.paid),
                "refunded": {kind: str(amount) for kind, amount in item.refunded.items()},
            }
            for item in order.items
        ],
    }


def _return(returned: Return) -> dict[str, Any]:
    return {
        "rma_id": returned.rma_id,
        "order_id": returned.order.order_id,
        "marketplace_id": returned.order.marketplace.marketplace_id,
        "fulfilled_by": returned.order.fulfilled_by,
        "requested_at": iso(returned.requested_at),
        "status": returned.status,
        "a_to_z": returned.a_to_z,
        "lines": [
            {
                "order_item_id": line.item.order_item_id,
                "sku": line.item.sku,
                "quantity": line.quantity,
                "reason": line.reason,
                "resolution": line.resolution,
                "refunded_units": line.refunded_units,
                "refunded": str(line.refunded),
            }
            for line in returned.lines
        ],
    }
