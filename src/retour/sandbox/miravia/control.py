"""Control routes: `retour.sandbox.miravia` lists them, `retour.sandbox.miravia.commands` has their bodies."""

from collections.abc import Awaitable, Callable
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from aiohttp import web
from pydantic import BaseModel, ValidationError

from retour.sandbox.miravia import commands
from retour.sandbox.miravia.openings import Impossible
from retour.sandbox.miravia.state import Line, Order, Reverse

if TYPE_CHECKING:
    from retour.sandbox.miravia.simulator import MiraviaSimulator

Command = TypeVar("Command", bound=BaseModel)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


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
        seller = self._simulator.add_seller((await _read(request, commands.Seller)).seller_id)
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
        command = await _read(request, commands.PlaceOrder)
        try:
            order = self._simulator.place_order(command, self._seller(request))
        except Impossible as error:
            raise web.HTTPConflict(text=str(error)) from None
        return web.json_response(_order(order), status=201)

    async def open_return(self, request: web.Request) -> web.Response:
        command = await _read(request, commands.OpenReturn)
        try:
            reverse = self._simulator.open_return(command, self._seller(request))
        except Impossible as error:
            raise web.HTTPConflict(text=str(error)) from None
        return web.json_response(_reverse(reverse), status=201)

    async def returns(self, request: web.Request) -> web.Response:
        lines = self._simulator.flow(self._seller(request)).seller.lines
        offset = int(request.query.get("offset", "0"))
        limit = int(request.query.get("limit", str(len(lines))))
        return web.json_response([_line(line) for line in islice(lines.values(), offset, offset + limit)])

    async def open_many(self, request: web.Request) -> web.Response:
        reverses = self._simulator.open_many(await _read(request, commands.OpenMany), self._seller(request))
        return web.json_response({"count": len(reverses)}, status=201)

    async def rewrite(self, request: web.Request) -> web.Response:
        command, line = await _read(request, commands.Rewrite), self._line(request)
        self._simulator.rewrite(line.line_id, command)
        return web.json_response(_line(line))

    async def subscribe(self, request: web.Request) -> web.Response:
        self._simulator.subscribe((await _read(request, commands.Subscribe)).url, self._seller(request))
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
        try:
            return self._simulator.line(request.match_info["line_id"])[1]
        except KeyError:
            raise web.HTTPNotFound(text=f"no line {request.match_info['line_id']}") from None

    def _seller(self, request: web.Request) -> str:
        """`?seller=`, by default the first one."""
        try:
            asked = request.query.get("seller")
            return (self._simulator.flow(asked) if asked else self._simulator.flow()).seller.seller_id
        except KeyError:
            raise web.HTTPNotFound(text="no such seller") from None


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


async def _read(request: web.Request, model: type[Command]) -> Command:
    try:
        return model.model_validate_json(await request.read() or b"{}")
    except ValidationError as error:
        raise web.HTTPBadRequest(text=str(error)) from None
