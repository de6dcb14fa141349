"""The control routes: what the customer, the warehouse and Zalando do. They are listed in the package's docstring."""

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from aiohttp import web
from pydantic import AwareDatetime, Field

from retour.sandbox.commands import Bulk, Command, read
from retour.sandbox.zalando.sales import SALES_CHANNEL, Product
from retour.sandbox.zalando.samples import announce_many
from retour.sandbox.zalando.state import LineStatus, Order, OrderType, Returns
from retour.sandbox.zalando.switches import Flaw

if TYPE_CHECKING:
    from retour.sandbox.zalando.simulator import ZalandoSimulator


class Ordered(Command):
    external_id: str = "JUMPER-M"
    description: str = "Woollen jumper, size M"
    price: Decimal = Field(default=Decimal("79.00"), ge=0, decimal_places=2)
    quantity: int = Field(default=1, ge=1, le=100)

    def product(self) -> Product:
        return Product(self.external_id, self.description, self.price, self.quantity)


class PlaceOrder(Command):
    products: list[Ordered] = Field(default=[Ordered()], min_length=1)
    merchant_id: str | None = None
    order_number: str = ""
    merchant_order_id: str = ""
    order_type: OrderType = "PartnerFulfilled"
    returns: Returns = "partner"
    status: LineStatus = "shipped"
    sales_channel_id: str = SALES_CHANNEL
    placed_at: AwareDatetime | None = None


class ReturnedLine(Command):
    order_line_id: str
    reason: str = "TOO_LARGE"


class Announce(Command):
    lines: list[ReturnedLine] = Field(min_length=1)
    registered_at: AwareDatetime | None = None


class SendBack(Command):
    order_line_ids: list[str] = Field(min_length=1)


class ByZalando(Command):
    reason: int = 0


class Garble(Command):
    ref: str
    flaw: Flaw


class AddMerchant(Command):
    merchant_id: str = Field(min_length=1)
    granted: bool = True


class Control:
    """The hands of everybody but the client under test."""

    def __init__(self, simulator: "ZalandoSimulator") -> None:
        self._simulator = simulator

    def routes(self) -> list[web.AbstractRouteDef]:
        return [
            web.post("/_sandbox/merchants", self.add_merchant),
            web.post("/_sandbox/orders", self.place_order),
            web.post("/_sandbox/announced-returns", self.announce),
            web.post("/_sandbox/announced-returns/{ref}/withdraw", self.withdraw),
            web.post("/_sandbox/parcels", self.send_back),
            web.post("/_sandbox/lines/{ref}/returned", self.return_by_zalando),
            web.get("/_sandbox/lines", self.lines),
            web.post("/_sandbox/garble", self.garble),
            web.post("/_sandbox/tokens/revoke", self.revoke),
            web.post("/_sandbox/bulk", self.bulk),
        ]

    async def add_merchant(self, request: web.Request) -> web.Response:
        command = await read(request, AddMerchant)
        self._simulator.add_merchant(command.merchant_id, granted=command.granted)
        return web.json_response({"merchant_id": command.merchant_id}, status=201)

    async def place_order(self, request: web.Request) -> web.Response:
        command = await read(request, PlaceOrder)
        settings: dict[str, Any] = command.model_dump(exclude={"products", "merchant_id"})
        if command.merchant_id:
            settings["merchant_id"] = command.merchant_id
        order = self._simulator.place_order([ordered.product() for ordered in command.products], **settings)
        return web.json_response(_order(order), status=201)

    async def announce(self, request: web.Request) -> web.Response:
        command = await read(request, Announce)
        lines = [(line.order_line_id, line.reason) for line in command.lines]
        announced = self._simulator.announce(lines, registered_at=command.registered_at)
        return web.json_response({"announced_return_id": announced.announced_return_id}, status=201)

    async def withdraw(self, request: web.Request) -> web.Response:
        self._simulator.withdraw(request.match_info["ref"])
        return web.json_response({})

    async def send_back(self, request: web.Request) -> web.Response:
        command = await read(request, SendBack)
        for line_id in command.order_line_ids:
            self._simulator.send_back(line_id)
        return web.json_response({})

    async def return_by_zalando(self, request: web.Request) -> web.Response:
        command = await read(request, ByZalando)
        self._simulator.return_by_zalando(request.match_info["ref"], command.reason)
        return web.json_response({})

    async def lines(self, _: web.Request) -> web.Response:
        self._simulator.catch_up()
        return web.json_response(
            [
                {
                    "order_line_id": line.line_id,
                    "order_item_id": line.item.item_id,
                    "order_id": line.item.order.order_id,
                    "order_number": line.item.order.number,
                    "external_id": line.item.external_id,
                    "status": line.status,
                    "refunds": line.refunds,
                    "on_its_way_back": line.sent_back_at is not None and line.status == "shipped",
                }
                for merchant in self._simulator.merchants.values()
                for line in merchant.lines.values()
            ]
        )

    async def garble(self, request: web.Request) -> web.Response:
        command = await read(request, Garble)
        self._simulator.garble(command.ref, command.flaw)
        return web.json_response(self._simulator.switches.garbled)

    async def revoke(self, _: web.Request) -> web.Response:
        self._simulator.revoke_tokens()
        return web.json_response({})

    async def bulk(self, request: web.Request) -> web.Response:
        command = await read(request, Bulk)
        made = announce_many(self._simulator, command.count, command.seed, command.days)
        return web.json_response({"count": len(made), "first": made[0], "last": made[-1]}, status=201)


def _order(order: Order) -> dict[str, Any]:
    return {
        "order_id": order.order_id,
        "order_number": order.number,
        "merchant_order_id": order.merchant_order_id,
        "items": [
            {
                "order_item_id": item.item_id,
                "external_id": item.external_id,
                "order_line_ids": [line.line_id for line in item.lines],
            }
            for item in order.items
        ],
    }
