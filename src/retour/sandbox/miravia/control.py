"""Control routes: `retour.sandbox.miravia` lists them, `retour.sandbox.miravia.commands` has their bodies."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from aiohttp import web

from retour.sandbox.app import Handler
from retour.sandbox.commands import read, window
from retour.sandbox.miravia import commands
from retour.sandbox.miravia.state import Line, Order, Reverse

if TYPE_CHECKING:
    from retour.sandbox.miravia.simulator import MiraviaSimulator


class Control:
    """The hands of everybody but the client under test."""

    def __init__(self, simulator: "MiraviaSimulator") -> None:
        self._simulator = simulator

    def routes(self) -> list[web.AbstractRouteDef]:
        simulator, line = self._simulator, "/_sandbox/lines/{line_id}"
        return [
            web.post("/_sandbox/sellers", self.add_seller),
            web.post("/_sandbox/codes", self.authorize),
            web.post("/_sandbox/tokens", self.issue_tokens),
            web.post("/_sandbox/tokens/expire", self.expire),
            web.post("/_sandbox/tokens/revoke", self.revoke),
            web.post("/_sandbox/orders", self.place_order),
            web.post("/_sandbox/returns", self.open_return),
            web.get("/_sandbox/returns", self.returns),
            web.post("/_sandbox/bulk", self.open_many),
            web.post(f"{line}/withdraw", self._act(simulator.withdraw)),
            web.post(f"{line}/post", self._act(simulator.post_parcel)),
            web.post(f"{line}/deliver", self._act(simulator.deliver_parcel)),
            web.post(f"{line}/dispute", self._act(simulator.dispute)),
            web.post(f"{line}/staff-refund", self._act(simulator.staff_refund)),
            web.post(f"{line}/staff-reject", self._act(simulator.staff_reject)),
            web.patch(line, self.rewrite),
            web.post("/_sandbox/push", self.subscribe),
            web.post("/_sandbox/push/deliver", self.deliver),
            web.get("/_sandbox/push", self.pushed),
        ]

    async def add_seller(self, request: web.Request) -> web.Response:
        seller = self._simulator.add_seller((await read(request, commands.Seller)).seller_id)
        return web.json_response({"seller_id": seller.seller_id}, status=201)

    async def authorize(self, request: web.Request) -> web.Response:
        return web.json_response({"code": self._simulator.authorize(self._seller(request))}, status=201)

    async def issue_tokens(self, request: web.Request) -> web.Response:
        issued = self._simulator.issue_tokens(self._seller(request))
        body = {"access_token": issued.access_token, "refresh_token": issued.refresh_token}
        return web.json_response(body, status=201)

    async def expire(self, request: web.Request) -> web.Response:
        self._simulator.expire_access_tokens(self._seller(request))
        return web.Response(status=204)

    async def revoke(self, request: web.Request) -> web.Response:
        self._simulator.revoke_tokens(self._seller(request))
        return web.Response(status=204)

    async def place_order(self, request: web.Request) -> web.Response:
        command = await read(request, commands.PlaceOrder)
        order = self._simulator.place_order(command, self._seller(request))
        return web.json_response(_order(order), status=201)

    async def open_return(self, request: web.Request) -> web.Response:
        command = await read(request, commands.OpenReturn)
        reverse = self._simulator.open_return(command, self._seller(request))
        return web.json_response(_reverse(reverse), status=201)

    async def returns(self, request: web.Request) -> web.Response:
        lines = self._simulator.flow(self._seller(request)).seller.lines
        return web.json_response([_line(line) for line in window(request, lines.values())])

    async def open_many(self, request: web.Request) -> web.Response:
        reverses = self._simulator.open_many(await read(request, commands.OpenMany), self._seller(request))
        return web.json_response({"count": len(reverses)}, status=201)

    async def rewrite(self, request: web.Request) -> web.Response:
        command, line = await read(request, commands.Rewrite), self._line(request)
        self._simulator.rewrite(line.line_id, command)
        return web.json_response(_line(line))

    async def subscribe(self, request: web.Request) -> web.Response:
        self._simulator.subscribe((await read(request, commands.Subscribe)).url, self._seller(request))
        return web.Response(status=204)

    async def deliver(self, _: web.Request) -> web.Response:
        return web.json_response(await self._simulator.push.deliver())

    async def pushed(self, _: web.Request) -> web.Response:
        return web.json_response(list(self._simulator.push.sent))

    def _act(self, act: Callable[[str], object]) -> Handler:
        async def handle(request: web.Request) -> web.Response:
            line = self._line(request)
            act(line.line_id)
            return web.json_response(_line(line))

        return handle

    def _line(self, request: web.Request) -> Line:
        return self._simulator.line(request.match_info["line_id"])[1]

    def _seller(self, request: web.Request) -> str:
        """`?seller=`, by default the first one."""
        asked = request.query.get("seller")
        return (self._simulator.flow(asked) if asked else self._simulator.flow()).seller.seller_id


def _order(order: Order) -> dict[str, Any]:
    items = [
        {
            "order_item_id": item.order_item_id,
            "sku": item.seller_sku,
            "ean": item.ean,
            "quantity": item.quantity,
            "cents": item.cents,
        }
        for item in order.items
    ]
    return {"order_id": order.order_id, "items": items}


def _reverse(reverse: Reverse) -> dict[str, Any]:
    return {
        "reverse_order_id": reverse.reverse_order_id,
        "order_id": reverse.order.order_id,
        "lines": [_line(line) for line in reverse.lines],
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        "reverse_order_id": line.reverse.reverse_order_id,
        "line_id": line.line_id,
        "order_id": line.reverse.order.order_id,
        "request_type": line.reverse.request_type,
        "reverse_status": line.reverse_status,
        "ofc_status": line.ofc_status,
        "quantity": line.quantity,
        "cents": line.cents,
        "comment": line.comment,
        "items": [
            {"order_item_id": part.item.order_item_id, "quantity": part.quantity, "outcome": part.outcome}
            for part in line.parts
        ],
        "history": [
            {"at": event.at.isoformat(), "operator": event.operator, "status": event.status} for event in line.history
        ],
    }
