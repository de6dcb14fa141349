"""`GET /v4/orders`: where a seller finds the units that a customer may still send back (contract 3).

The contract names one order by its id. The list, and the order number in place of the id, are OTTO's own documents of
the same interface.
"""

import base64
import binascii
import json
from datetime import datetime
from typing import TYPE_CHECKING, Any, get_args

from aiohttp import web

from retour.sandbox.otto import shapes
from retour.sandbox.otto.gate import Answer, Gate
from retour.sandbox.otto.problems import Problem, bad_request
from retour.sandbox.otto.query import link, moment_of, number_of
from retour.sandbox.otto.state import Fulfillment, Order

if TYPE_CHECKING:
    from retour.sandbox.otto.simulator import OttoSimulator

MOST = 128
_FIRST = ("ANNOUNCED", "PROCESSABLE", "SENT", "RETURNED")
"""An order is in the bucket of the first of these that any of its units has."""


class OrdersApi:
    """Oldest order first."""

    def __init__(self, simulator: "OttoSimulator") -> None:
        self._simulator = simulator

    def routes(self, gate: Gate) -> list[web.AbstractRouteDef]:
        return [
            web.get("/v4/orders", gate.open("orders", self.list_orders)),
            web.get("/v4/orders/{ref}", gate.open("orders", self.get_order)),
        ]

    async def get_order(self, request: web.Request) -> Answer:
        ref, partner = request.match_info["ref"], self._simulator.partner
        order = partner.orders.get(ref) or partner.by_number.get(ref)
        if order is None:
            raise Problem(404, "NOT_FOUND", "The order does not exist.")
        return Answer(shapes.order(order))

    async def list_orders(self, request: web.Request) -> Answer:
        """Beside a cursor only `limit` counts."""
        limit = number_of(request, "limit", MOST, MOST)
        place, statuses, mode, since = (
            _cursor(request.query["nextcursor"])
            if "nextcursor" in request.query
            else (
                0,
                request.query.getall("fulfillmentStatus", []),
                request.query.get("mode", "BUCKET"),
                _text(moment_of(request, "fromDate")),
            )
        )
        if not set(statuses) <= set(get_args(Fulfillment)):
            raise bad_request("fulfillmentStatus", f"must be one of {', '.join(get_args(Fulfillment))}")
        if mode not in ("BUCKET", "AT_LEAST_ONE"):
            raise bad_request("mode", "must be BUCKET or AT_LEAST_ONE")
        earliest = datetime.fromisoformat(since) if since else None
        orders = sorted(
            (
                order
                for order in self._simulator.partner.orders.values()
                if (earliest is None or order.modified_at >= earliest)
                and (not statuses or not _states(order, mode).isdisjoint(statuses))
            ),
            key=lambda order: (order.ordered_at, order.sales_order_id),
        )
        body: dict[str, Any] = {
            "resources": [shapes.order(order) for order in orders[place : place + limit]],
            "links": [],
        }
        if place + limit < len(orders):
            after = json.dumps([place + limit, statuses, mode, since]).encode()
            cursor = base64.urlsafe_b64encode(after).rstrip(b"=").decode()
            body["links"] = [link(request, "next", absolute=self._simulator.switches.absolute_links, nextcursor=cursor)]
        return Answer(body)


def _states(order: Order, mode: str) -> set[str]:
    states: set[str] = {unit.fulfillment for unit in order.units}
    if mode == "AT_LEAST_ONE":
        return states
    first = next((status for status in _FIRST if status in states), None)
    return {first} if first else states


def _text(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""


def _cursor(text: str) -> tuple[int, list[str], str, str]:
    try:
        place, statuses, mode, since = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (binascii.Error, ValueError, TypeError):
        raise bad_request("nextcursor", "is not valid") from None
    return place, statuses, mode, since
