"""`GET /v1/return-shipments`: parcels on their way back (contract 5)."""

from typing import TYPE_CHECKING, Any

from aiohttp import web

from retour.sandbox.otto import shapes
from retour.sandbox.otto.gate import Answer, Gate
from retour.sandbox.otto.problems import Problem, bad_request
from retour.sandbox.otto.query import link, moment_of, number_of

if TYPE_CHECKING:
    from retour.sandbox.otto.simulator import OttoSimulator


class ShipmentsApi:
    """A cursor is the id of the shipment that comes next."""

    def __init__(self, simulator: "OttoSimulator") -> None:
        self._simulator = simulator

    def routes(self, gate: Gate) -> list[web.AbstractRouteDef]:
        path = "/v1/return-shipments"
        by_number = path + "/carriers/{carrier}/trackingnumbers/{tracking_number}"
        return [
            web.get(path, gate.open("return-shipments", self.list_shipments)),
            web.get(path + "/{shipment_id}", gate.open("return-shipments", self.get_shipment)),
            web.get(by_number, gate.open("return-shipments", self.get_by_tracking_number)),
        ]

    async def list_shipments(self, request: web.Request) -> Answer:
        """Made, or moved, after `datefrom`; oldest first."""
        since = moment_of(request, "datefrom")
        if since is None:
            raise bad_request("datefrom", "is required")
        limit = number_of(request, "limit", 25)
        moved = self._simulator.switches.shipments_since == "moved"
        shipments = self._simulator.partner.shipments.values()
        rows = [row for row in shipments if (row.states[-1][1] if moved else row.created_at) > since]
        start = 0
        if cursor := request.query.get("next"):
            ids = [row.shipment_id for row in rows]
            if cursor not in ids:
                raise bad_request("next", "is not valid")
            start = ids.index(cursor)
        body: dict[str, Any] = {"resources": [shapes.shipment(row) for row in rows[start : start + limit]], "links": []}
        if start + limit < len(rows):
            following = rows[start + limit].shipment_id
            body["links"] = [link(request, "next", absolute=self._simulator.switches.absolute_links, next=following)]
        return Answer(body)

    async def get_shipment(self, request: web.Request) -> Answer:
        shipment = self._simulator.partner.shipments.get(request.match_info["shipment_id"])
        if shipment is None:
            raise Problem(404, "NOT_FOUND", "The return shipment does not exist.")
        return Answer(shapes.shipment(shipment))

    async def get_by_tracking_number(self, request: web.Request) -> Answer:
        wanted = (request.match_info["carrier"], request.match_info["tracking_number"])
        for shipment in self._simulator.partner.shipments.values():
            if (shipment.carrier, shipment.tracking_number) == wanted:
                return Answer(shapes.shipment(shipment))
        raise Problem(404, "NOT_FOUND", "The return shipment does not exist.")
