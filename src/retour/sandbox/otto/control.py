"""The control routes: what the customer, the carrier and OTTO do. They are listed in the package's docstring."""

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from aiohttp import web
from pydantic import AwareDatetime, Field

from retour.sandbox.commands import Bulk, Command, Nothing, read
from retour.sandbox.otto.commerce import Product
from retour.sandbox.otto.samples import announce_many
from retour.sandbox.otto.state import Fulfillment, ParcelState, Shipment
from retour.sandbox.otto.switches import Flaw

if TYPE_CHECKING:
    from retour.sandbox.otto.simulator import OttoSimulator


class Ordered(Command):
    sku: str = "LAMP-CLAMP"
    ean: str = "0000000000017"
    title: str = "Klemmleuchte, schwarz"
    price: Decimal = Field(default=Decimal("32.49"), ge=0, decimal_places=2)
    quantity: int = Field(default=1, ge=1, le=1000)

    def product(self) -> Product:
        return Product(self.sku, self.ean, self.title, self.price, self.quantity)


class PlaceOrder(Command):
    products: list[Ordered] = Field(default=[Ordered()], min_length=1)
    order_number: str = ""
    status: Fulfillment = "SENT"
    ordered_at: AwareDatetime | None = None


class Announce(Command):
    position_item_ids: list[str] = Field(min_length=1)
    reason: str = "Zu groß"
    announced_at: AwareDatetime | None = None
    to_warehouse: bool = False


class SendBack(Command):
    position_item_ids: list[str] = Field(min_length=1)
    tracked: bool = True


class ByOtto(Command):
    reason: str = "RETURN_RECEIVED"


class MoveParcel(Command):
    state: ParcelState


class Garble(Command):
    position_item_id: str
    flaw: Flaw


class Control:
    """The hands of everybody but the client under test."""

    def __init__(self, simulator: "OttoSimulator") -> None:
        self._simulator = simulator

    def routes(self) -> list[web.AbstractRouteDef]:
        unit = "/_sandbox/units/{ref}"
        return [
            web.post("/_sandbox/orders", self.place_order),
            web.post("/_sandbox/announcements", self.announce),
            web.post("/_sandbox/parcels", self.send_back),
            web.post("/_sandbox/parcels/{ref}/move", self.move_parcel),
            web.get("/_sandbox/units", self.units),
            web.post(f"{unit}/withdraw", self.withdraw),
            web.post(f"{unit}/misdirect", self.misdirect),
            web.post(f"{unit}/accept", self.accept),
            web.post("/_sandbox/garble", self.garble),
            web.post("/_sandbox/tokens/revoke", self.revoke),
            web.post("/_sandbox/bulk", self.bulk),
        ]

    async def place_order(self, request: web.Request) -> web.Response:
        command = await read(request, PlaceOrder)
        order = self._simulator.place_order(
            [ordered.product() for ordered in command.products],
            ordered_at=command.ordered_at,
            status=command.status,
            order_number=command.order_number,
        )
        units = [{"position_item_id": unit.position_item_id, "sku": unit.sku} for unit in order.units]
        made = {"sales_order_id": order.sales_order_id, "order_number": order.order_number, "units": units}
        return web.json_response(made, status=201)

    async def announce(self, request: web.Request) -> web.Response:
        command = await read(request, Announce)
        shipment = self._simulator.announce(
            command.position_item_ids,
            reason=command.reason,
            announced_at=command.announced_at,
            to_warehouse=command.to_warehouse,
        )
        return _shipment(shipment)

    async def send_back(self, request: web.Request) -> web.Response:
        command = await read(request, SendBack)
        return _shipment(self._simulator.send_back(command.position_item_ids, tracked=command.tracked))

    async def move_parcel(self, request: web.Request) -> web.Response:
        self._simulator.move_parcel(request.match_info["ref"], (await read(request, MoveParcel)).state)
        return web.json_response({})

    async def units(self, _: web.Request) -> web.Response:
        self._simulator.catch_up()
        return web.json_response(
            [
                {
                    "position_item_id": unit.position_item_id,
                    "sales_order_id": unit.order.sales_order_id,
                    "order_number": unit.order.order_number,
                    "sku": unit.sku,
                    "fulfillment_status": unit.fulfillment,
                    "return_status": unit.return_status,
                    "reason": unit.reason,
                    "condition": unit.condition,
                    "refunds": unit.refunds,
                }
                for unit in self._simulator.partner.units.values()
            ]
        )

    async def withdraw(self, request: web.Request) -> web.Response:
        await read(request, Nothing)
        self._simulator.withdraw(request.match_info["ref"])
        return web.json_response({})

    async def misdirect(self, request: web.Request) -> web.Response:
        await read(request, Nothing)
        self._simulator.misdirect(request.match_info["ref"])
        return web.json_response({})

    async def accept(self, request: web.Request) -> web.Response:
        command = await read(request, ByOtto)
        self._simulator.accept_by_otto(request.match_info["ref"], command.reason)
        return web.json_response({})

    async def garble(self, request: web.Request) -> web.Response:
        command = await read(request, Garble)
        self._simulator.garble(command.position_item_id, command.flaw)
        return web.json_response(self._simulator.switches.garbled)

    async def revoke(self, _: web.Request) -> web.Response:
        self._simulator.revoke_tokens()
        return web.json_response({})

    async def bulk(self, request: web.Request) -> web.Response:
        command = await read(request, Bulk)
        made = announce_many(self._simulator, command.count, command.seed, command.days)
        return web.json_response({"count": len(made), "first": made[0], "last": made[-1]}, status=201)


def _shipment(shipment: Shipment | None) -> web.Response:
    made: dict[str, Any] = {"return_shipment_id": shipment.shipment_id if shipment else None}
    return web.json_response(made, status=201)
