"""`POST /v3/returns/{returnOrderId}/refund` (contract 6)."""

from typing import TYPE_CHECKING, Any

from aiohttp import web

from retour.sandbox.walmart.gate import Answer, Gate, Json, Need, body_of
from retour.sandbox.walmart.refusals import invalid, not_found
from retour.sandbox.walmart.state import Return, ReturnLine

if TYPE_CHECKING:
    from retour.sandbox.walmart.simulator import WalmartSimulator

CONTENT = "INVALID_REQUEST_CONTENT"


class RefundsApi:
    """The seller's only decision: refund these lines now. All of a request or nothing."""

    def __init__(self, simulator: "WalmartSimulator") -> None:
        self._simulator = simulator

    def routes(self, gate: Gate) -> list[web.AbstractRouteDef]:
        need = Need("returns", writes=True)
        return [web.post("/v3/returns/{return_order_id}/refund", gate.open(self.refund, need=need, bucket="refund"))]

    async def refund(self, request: web.Request) -> Answer:
        body = await body_of(request)
        returned = self._simulator.seller.returns.get(request.match_info["return_order_id"])
        if returned is None:
            raise not_found("The return order is not found.")
        if body.get("customerOrderId") != returned.customer_order_id:
            raise invalid(CONTENT, "customerOrderId is not that of the return.", "customerOrderId")
        asked = body.get("refundLines")
        if not isinstance(asked, list) or not asked:
            raise invalid(CONTENT, "refundLines is required.", "refundLines")
        wanted: dict[ReturnLine, int] = {}
        for part in asked:
            line = self._line_of(returned, part)
            wanted[line] = wanted.get(line, 0) + self._quantity_of(line, part)
        for line, units in wanted.items():
            self._check(line, units)
        switches, now = self._simulator.switches, self._simulator.clock.now()
        for line, units in wanted.items():
            self._simulator.lifecycle.refund(line, units, switches.api_refund_channel, "api", now)
        echo = [
            {**part, "returnOrderLineNumber": self._line_of(returned, part).number}
            for part in asked  # as they were asked for, with the line that was meant
        ]
        answer: Json = {"returnOrderId": returned.return_order_id, "customerOrderId": returned.customer_order_id}
        return Answer({**answer, "refundLines": echo})

    @staticmethod
    def _line_of(returned: Return, part: Any) -> ReturnLine:
        if not isinstance(part, dict):
            raise invalid(CONTENT, "A refund line must be an object.", "refundLines")
        number = part.get("returnOrderLineNumber")
        if number is None:
            if len(returned.lines) > 1:
                message = "returnOrderLineNumber is required: the return has several lines."
                raise invalid(CONTENT, message, "returnOrderLineNumber")
            return returned.lines[0]
        whole = isinstance(number, int) and not isinstance(number, bool)
        line = returned.line(number) if whole else None
        if line is None:
            raise invalid(CONTENT, "The return has no such line.", "returnOrderLineNumber")
        return line

    @staticmethod
    def _quantity_of(line: ReturnLine, part: Json) -> int:
        """Without a quantity: what is left, or all of it once more."""
        if part.get("quantity") is None:
            return line.left or line.quantity
        given = part["quantity"]
        if not isinstance(given, dict) or given.get("unitOfMeasure") not in ("EACH", "EA"):
            raise invalid(CONTENT, "unitOfMeasure must be EACH or EA.", "unitOfMeasure")
        value: Any = given.get("measurementValue")
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not 1 <= value < 10_000 or value != int(value):
            raise invalid(CONTENT, "measurementValue must be a whole number of at least 1.", "measurementValue")
        return int(value)

    def _check(self, line: ReturnLine, units: int) -> None:
        """The first objection that holds; which of them exist is partly ASSUMED, hence the switches."""
        switches = self._simulator.switches
        exceptional = bool(line.order_line.exception_type)
        cancelled = bool(line.cancellation)
        objections = (
            (line.returned.by_walmart and switches.wfs_refund_fails, "is fulfilled by Walmart: view only"),
            (exceptional and switches.exception_item_refund_fails, "is an exception item: refund its order"),
            (units > line.quantity, "has fewer units than are to be refunded"),
            (not line.delivered and not switches.refund_before_arrival, "is not delivered yet"),
            (cancelled and switches.refund_of_cancelled_fails, "is cancelled"),
            (not cancelled and units > line.left and switches.repeated_refund_fails, "has nothing left to refund"),
        )
        for holds, complaint in objections:
            if holds:
                raise invalid(CONTENT, f"Return line {line.number} {complaint}.", "refundLines")
