"""Reporting acceptance and rejection: each item on its own, so one request may half succeed (contract 4)."""

import json
from typing import TYPE_CHECKING, Any, Literal
from uuid import uuid4

from aiohttp import web

from retour.sandbox.otto.gate import Answer, Gate
from retour.sandbox.otto.problems import Problem
from retour.sandbox.otto.state import Unit

if TYPE_CHECKING:
    from retour.sandbox.otto.simulator import OttoSimulator

Json = dict[str, Any]
Decision = Literal["acceptance", "rejection"]

MOST = 200
CONDITIONS = ("A", "B", "C", "D", "E")
REASONS: dict[Decision, tuple[str, ...]] = {
    "acceptance": (
        "RETURN_RECEIVED",
        "STATUS_SENT_BY_ACCIDENT",
        "CANCEL_REQUEST_BY_CUSTOMER",
        "REFUND_AFTER_AFFIDAVIT",
        "COMPLAINT",
        "SHIPMENT_LOST",
        "RETURN_LOST",
        "UNDELIVERABLE",
    ),
    "rejection": (
        "THIRD_PARTY_ITEM",
        "WRONG_ITEM",
        "EXCHANGE",
        "DAMAGE_TO_THE_HYGIENE_SEAL",
        "ITEM_DAMAGED",
        "RETURN_PERIOD_EXCEEDED",
        "ITEM_NOT_IN_THE_PARCEL",
    ),
}


class Refused(Exception):
    """One item cannot be done; `field` of it is to blame, "" for all of it."""

    def __init__(self, title: str, detail: str, field: str = "") -> None:
        super().__init__(detail)
        self.title = title
        self.detail = detail
        self.field = field


class DecisionsApi:
    """`POST /v3/returns/acceptance` and `/rejection`."""

    def __init__(self, simulator: "OttoSimulator") -> None:
        self._simulator = simulator

    def routes(self, gate: Gate) -> list[web.AbstractRouteDef]:
        return [
            web.post("/v3/returns/acceptance", gate.open("returns", self.accept)),
            web.post("/v3/returns/rejection", gate.open("returns", self.reject)),
        ]

    async def accept(self, request: web.Request) -> Answer:
        return self._report("acceptance", await _items(request))

    async def reject(self, request: web.Request) -> Answer:
        return self._report("rejection", await _items(request))

    def _report(self, decision: Decision, items: list[Any]) -> Answer:
        """200 when all went well, 422 when nothing did, 207 in between."""
        errors: list[Json] = []
        done: list[Any] = []
        for place, item in enumerate(items):
            try:
                self._do(decision, item)
                done.append(item)
            except Refused as refused:
                errors.append(self._error(place, refused))
        if not errors:
            return Answer({})
        if not done:
            return Answer({"errors": errors}, 422)
        received = self._simulator.switches.results_hold == "received"
        return Answer({"results": items if received else done, "errors": errors}, 207)

    def _do(self, decision: Decision, item: Any) -> None:
        unit = self._unit(item)
        condition, reason = _condition(item), _reason(decision, item)
        if unit.fulfillment not in ("SENT", "RETURNED"):
            raise Refused("NOT_SENT", f"Position item is {unit.fulfillment} and was not sent.", "positionItemId")
        if self._has_happened(decision, unit):
            return
        if decision == "acceptance":
            self._simulator.commerce.accept(unit, condition, reason, "api")
        else:
            self._simulator.commerce.reject(unit, condition, str(reason), "api")

    def _unit(self, item: Any) -> Unit:
        if not isinstance(item, dict):
            raise Refused("INVALID", "A position item must be an object.")
        for name in ("positionItemId", "salesOrderId"):
            if not isinstance(item.get(name), str) or not item[name]:
                raise Refused("MISSING", f"{name} must not be empty.", name)
        unit = self._simulator.partner.units.get(item["positionItemId"])
        if unit is None or unit.order.sales_order_id != item["salesOrderId"]:
            raise Refused("NOT_FOUND", "Position item does not exist in this order.", "positionItemId")
        return unit

    def _has_happened(self, decision: Decision, unit: Unit) -> bool:
        """Whether nothing is left to do; raises when the decision is no longer possible."""
        switches = self._simulator.switches
        match unit.return_status, decision:
            case "ACCEPTED", "rejection":
                raise Refused("ALREADY_ACCEPTED", "An accepted return cannot be rejected.")
            case "ACCEPTED", "acceptance":
                if switches.repeated_acceptance == "error":
                    raise Refused("ALREADY_ACCEPTED", "The return has already been accepted.")
                return switches.repeated_acceptance == "ignored"
            case "REJECTED", "rejection":
                if switches.repeated_rejection == "error":
                    raise Refused("ALREADY_REJECTED", "The return has already been rejected.")
                return switches.repeated_rejection == "ignored"
            case "REJECTED", "acceptance" if not switches.rejected_can_be_accepted:
                raise Refused("ALREADY_REJECTED", "A rejected return cannot be accepted.")
        return False

    def _error(self, place: int, refused: Refused) -> Json:
        error: Json = {"title": refused.title, "detail": refused.detail, "logref": str(uuid4())}
        field = refused.field
        match self._simulator.switches.error_path:
            case "json_path":
                error["path"] = f"$.positionItems[{place}]" + (f".{field}" if field else "")
            case "pointer":
                error["path"] = f"/positionItems/{place}" + (f"/{field}" if field else "")
            case "dotted":
                error["path"] = f"positionItems[{place}]" + (f".{field}" if field else "")
        return error


def _condition(item: Json) -> str | None:
    """One letter; the `A/B/C/D/E` of the specification is a slip."""
    condition = item.get("condition")
    if condition is not None and condition not in CONDITIONS:
        raise Refused("INVALID", f"condition must be one of {', '.join(CONDITIONS)}.", "condition")
    return condition


def _reason(decision: Decision, item: Json) -> str | None:
    reason = item.get("reason")
    if reason is None and decision == "acceptance":
        return None
    if reason not in REASONS[decision]:
        raise Refused("INVALID", f"reason must be one of {', '.join(REASONS[decision])}.", "reason")
    return str(reason)


async def _items(request: web.Request) -> list[Any]:
    try:
        body = json.loads(await request.read())
    except ValueError:
        raise Problem(400, "BAD_REQUEST", "The body is not valid JSON.") from None
    items = body.get("positionItems") if isinstance(body, dict) else None
    if not isinstance(items, list) or not items:
        raise Problem(422, "UNPROCESSABLE_ENTITY", "positionItems must not be empty.")
    if len(items) > MOST:
        raise Problem(413, "PAYLOAD_TOO_LARGE", f"At most {MOST} position items are allowed.")
    return items
