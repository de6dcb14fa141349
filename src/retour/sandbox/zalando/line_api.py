"""Setting the status of a line, and what may be changed of an order (contract 5)."""

import json
from typing import TYPE_CHECKING, Any

from aiohttp import web

from retour.sandbox.zalando.gate import Answer, Gate
from retour.sandbox.zalando.order_api import LINE, ORDER, OrderApi
from retour.sandbox.zalando.problems import Problem
from retour.sandbox.zalando.state import NEXT, REASONS, Line, LineStatus, Merchant

if TYPE_CHECKING:
    from retour.sandbox.zalando.simulator import ZalandoSimulator

_CHANGEABLE = ("tracking_number", "return_tracking_number", "merchant_order_id")


class LineApi:
    """The two PATCH calls."""

    def __init__(self, simulator: "ZalandoSimulator", orders: OrderApi) -> None:
        self._simulator = simulator
        self._orders = orders

    def routes(self, gate: Gate) -> list[web.AbstractRouteDef]:
        return [
            web.patch(LINE, gate.open("patch", "orders/write", self.patch_line)),
            web.patch(ORDER, gate.open("patch", "orders/write", self.patch_order)),
        ]

    async def patch_line(self, request: web.Request, merchant: Merchant) -> Answer:
        """204 without a body; a unit that becomes `returned` is refunded at that moment."""
        attributes = await _attributes(request, "OrderLine", request.match_info["line_id"])
        status = _status(attributes)
        reason = self._reason(attributes)
        line = self._orders.line_of(request, merchant)
        self._check(line, status)
        if status == "shipped" and not line.item.order.return_tracking_number:
            raise Problem(400, "return_tracking_number of the order is missing.", pointer="/data/attributes/status")
        now = self._simulator.clock.now()
        self._simulator.transitions.move(line, status, now, "api", reason if status == "returned" else None)
        return Answer(None, 204, {"Location": self._orders.resources(request, merchant).line_url(line)})

    async def patch_order(self, request: web.Request, merchant: Merchant) -> Answer:
        order_id = request.match_info["order_id"]
        attributes = await _attributes(request, "Order", order_id)
        order = self._orders.order_of(request, merchant)
        if order.order_type == "ZalandoFulfilled":
            raise Problem(403, "Orders fulfilled by Zalando are read-only.")
        changes = {name: attributes[name] for name in _CHANGEABLE if name in attributes}
        for name, value in changes.items():
            if not isinstance(value, str) or not value:
                raise Problem(400, f"{name} must be a text.", pointer=f"/data/attributes/{name}")
        for name, value in changes.items():
            setattr(order, name, value)
        order.modified_at = self._simulator.clock.now()
        return Answer(None, 204, {"Location": f"{self._orders.resources(request, merchant).root}/orders/{order_id}"})

    def _reason(self, attributes: dict[str, Any]) -> int | None:
        reason = attributes.get("reason")
        if reason is None:
            return None
        if not isinstance(reason, int) or isinstance(reason, bool):
            raise Problem(400, "reason must be a whole number.", pointer="/data/attributes/reason")
        if self._simulator.switches.reasons_checked and reason not in REASONS:
            raise Problem(400, f"There is no reason {reason}.", pointer="/data/attributes/reason")
        return reason

    def _check(self, line: Line, status: LineStatus) -> None:
        order, switches = line.item.order, self._simulator.switches
        if order.order_type == "ZalandoFulfilled":
            raise Problem(403, "Orders fulfilled by Zalando are read-only.")
        if order.returns == "zalando" and status == "returned" and switches.zss_patch_refused:
            raise Problem(403, "Returns of this order are handled by Zalando.")
        if line.status == status == "returned" and switches.repeated_return != "409":
            if switches.repeated_return == "refunds_again":
                return
            raise Problem(403, "Transition from returned to returned is not allowed.")
        if line.status == status:
            raise Problem(409, f"The order line is already {status}.")
        if status not in NEXT[line.status]:
            raise Problem(403, f"Transition from {line.status} to {status} is not allowed.")


async def _attributes(request: web.Request, kind: str, ref: str) -> dict[str, Any]:
    """Of the resource in the body, which must be the one of the path."""
    try:
        body = json.loads(await request.read())
    except ValueError:
        raise Problem(400, "The body is not valid JSON.") from None
    data = body.get("data") if isinstance(body, dict) else None
    if not isinstance(data, dict):
        raise Problem(400, "data is missing.", pointer="/data")
    if data.get("type") != kind:
        raise Problem(400, f"type must be {kind}.", pointer="/data/type")
    if data.get("id") != ref:
        raise Problem(400, "id must be the one of the path.", pointer="/data/id")
    attributes = data.get("attributes")
    if not isinstance(attributes, dict):
        raise Problem(400, "attributes are missing.", pointer="/data/attributes")
    return attributes


def _status(attributes: dict[str, Any]) -> LineStatus:
    wanted = attributes.get("status")
    for status in NEXT:
        if wanted == status:
            return status
    raise Problem(400, "status is missing or unknown.", pointer="/data/attributes/status")
