"""The calls of the Lazada sibling that Miravia probably has too: more reads, and decisions by action (4.2, 5.2)."""

from typing import TYPE_CHECKING, Any

from retour.sandbox.miravia.decisions import CANCEL_REASONS, REASONS
from retour.sandbox.miravia.gate import Call, Gate, Json
from retour.sandbox.miravia.refusals import Refused, missing, numbered
from retour.sandbox.miravia.shapes import Shapes
from retour.sandbox.miravia.state import Line

if TYPE_CHECKING:
    from aiohttp import web

    from retour.sandbox.miravia.simulator import MiraviaSimulator

_UPDATES = ("instantRefund", "agreeReturn", "refuseReturn", "confirmDelivery", "agreeRefund", "refuseRefund")
_STATES = {
    "instantRefund": ("REQUEST_INITIATE", "BUYER_RETURN_ITEM", "RETURN_PENDING"),
    "agreeReturn": ("REQUEST_INITIATE", "REPLACE_PENDING"),
    "refuseReturn": ("REQUEST_INITIATE", "BUYER_RETURN_ITEM", "RETURN_PENDING", "REPLACE_PENDING"),
    "confirmDelivery": ("RETURN_PENDING",),
    "agreeRefund": ("REFUND_PENDING",),
    "refuseRefund": ("REFUND_PENDING",),
}


class LazadaCalls:
    """All unknown with `lazada_calls` switched off."""

    def __init__(self, simulator: "MiraviaSimulator") -> None:
        self._simulator = simulator
        self._shapes = Shapes(simulator.switches)

    def routes(self, gate: Gate) -> "list[web.RouteDef]":
        return [
            gate.get("/order/reverse/return/detail/list", self.detail),
            gate.get("/order/reverse/return/history/list", self.history),
            gate.get("/order/reverse/reason/list", self.reasons),
            gate.get("/order/reverse/return/update", self.update),
            gate.get("/order/reverse/onlyrefund/seller/decide", self.decide),
        ]

    def detail(self, call: Call) -> Json:
        self._exist()
        reverse = call.flow.seller.reverses.get(call.need("reverse_order_id"))
        if reverse is None:
            raise numbered("112")
        row = self._shapes.row(reverse, self._simulator.clock.now())
        lines: list[Any] = row.pop("reverse_order_lines") or []
        for line, body in zip(reverse.lines, lines, strict=True):
            if isinstance(body, dict):
                item = line.parts[0].item
                body["productDTO"] = {"product_id": item.platform_sku, "sku": item.seller_sku}
                body["item_unit_price"] = item.cents
                body["is_need_refund"] = line.reverse.request_type != "REPLACEMENT"
        return {"data": {**row, "reverseOrderLineDTOList": lines}}

    def history(self, call: Call) -> Json:
        self._exist()
        line, size = self._line(call), call.whole("page_size", most=200)
        start = (call.whole("page_number") - 1) * size
        events = [
            {"operator": event.operator, "picture": [], "time": self._shapes.epoch(event.at)} for event in line.history
        ]
        info = {"page_number": start // size + 1, "page_size": size, "total": len(events)}
        return {"data": {"list": events[start : start + size], "page_info": info}}

    def reasons(self, call: Call) -> Json:
        self._exist()
        cancel = self._line(call).reverse.request_type == "CANCEL"
        reasons = CANCEL_REASONS if cancel else REASONS
        rows = [{"reason_id": int(key), "text": text, "muti_language_text": text} for key, text in reasons.items()]
        return {"data": rows}

    def update(self, call: Call) -> Json:
        """An action on lines of one reverse order; refusals one line at a time, with reason and comment."""
        self._exist()
        action, lines = call.parameters.get("action", ""), self._lines(call)
        if action not in _UPDATES:
            raise numbered("107")
        if action.startswith("refuse"):
            self._check_refusal(call, lines, images=action == "refuseRefund")
        for line in lines:
            refund_only = line.reverse.request_type == "ONLY_REFUND" and action in ("agreeRefund", "refuseRefund")
            states = (*_STATES[action], "REQUEST_INITIATE") if refund_only else _STATES[action]
            self._allow(line, line.reverse_status in states)
        for line in lines:
            self._act(call, line, action)
        return {"data": {"success": True}}

    def decide(self, call: Call) -> Json:
        """Refund only: agree, or let the platform decide."""
        self._exist()
        action, lines = call.parameters.get("action", ""), self._lines(call)
        if action not in ("agreeRefund", "startDispute"):
            raise numbered("107")
        if len(lines) != 1:
            raise numbered("111")
        (line,) = lines
        self._allow(line, line.reverse.request_type == "ONLY_REFUND")
        if action == "startDispute":
            if not call.parameters.get("comment", "").strip():
                raise numbered("109")
            if not call.array_of_objects("image_info"):
                raise numbered("110")
            call.flow.dispute(line)
        else:
            self._act(call, line, action)
        return {"data": {"success": True}}

    def _exist(self) -> None:
        if not self._simulator.switches.lazada_calls:
            raise Refused("UnsupportedAction", "The specified API path or method does not exist")

    def _line(self, call: Call) -> Line:
        line = call.flow.seller.lines.get(call.need("reverse_order_line_id"))
        if line is None:
            raise numbered("112")
        return line

    def _lines(self, call: Call) -> list[Line]:
        reverse_order_id = call.parameters.get("reverse_order_id", "")
        if not reverse_order_id:
            raise missing("reverse_order_id")
        if not reverse_order_id.isdecimal():
            raise numbered("105")
        reverse = call.flow.seller.reverses.get(reverse_order_id)
        if reverse is None:
            raise numbered("106")
        line_ids = call.array("reverse_order_item_ids")
        if not line_ids:
            raise numbered("100")
        own = {line.line_id: line for line in reverse.lines}
        if not own.keys() >= set(line_ids):
            raise numbered("125")
        return [own[line_id] for line_id in dict.fromkeys(line_ids)]

    def _check_refusal(self, call: Call, lines: list[Line], *, images: bool) -> None:
        if len(lines) != 1:
            raise numbered("111")
        if not call.parameters.get("reason_id", "").strip():
            raise numbered("108")
        if not call.parameters.get("comment", "").strip():
            raise numbered("109")
        if images and not call.array_of_objects("image_info"):
            raise numbered("110")

    def _allow(self, line: Line, holds: bool) -> None:
        again = self._simulator.switches.second_decision == "applied" and not line.open_parts
        if not (again or (holds and line.waits_for_seller)):
            raise numbered("114")

    def _act(self, call: Call, line: Line, action: str) -> None:
        parts = line.open_parts or line.parts
        match action:
            case "instantRefund" | "agreeRefund":
                for part in parts:
                    part.accepted_cents = part.cents
                call.flow.accept(line, parts)
            case "agreeReturn" if line.reverse.request_type == "REPLACEMENT":
                call.flow.accept(line, parts)
            case "agreeReturn":
                call.flow.agree_return(line)
            case "confirmDelivery":
                call.flow.confirm_delivery(line)
            case _:
                comment, reason_id = call.need("comment"), call.need("reason_id")
                call.flow.reject(line, parts, comment=comment, reason_id=reason_id)
