"""`POST /v2/order/returnRefund/accept` and `/reject`: a verdict for each order item (contract 5.1)."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from retour.sandbox.miravia.flow import Flow
from retour.sandbox.miravia.gate import Call, Json
from retour.sandbox.miravia.refusals import invalid, message_of, missing, numbered
from retour.sandbox.miravia.state import Line, Order, Part

if TYPE_CHECKING:
    from retour.sandbox.miravia.simulator import MiraviaSimulator

REASONS = {"1007": "ITEM_NOT_DAMAGED"}
CANCEL_REASONS = {
    "1019": "ALREADY_HAND_OVER",
    "1020": "LOGISTIC_INFO_UPDATED",
    "1021": "BUYER_ASK_CANCEL",
    "1022": "OTHERS",
}


@dataclass(frozen=True, slots=True)
class Target:
    """An order item of the call, and what the customer asked for it; `error` is a number of contract 5.2, or empty."""

    order_item_id: str
    line: Line | None = None
    part: Part | None = None
    error: str = ""


class Decisions:
    """Nothing here is idempotent, but for the refusal of a second decision."""

    def __init__(self, simulator: "MiraviaSimulator") -> None:
        self._simulator = simulator

    def accept(self, call: Call) -> Json:
        order = self._order(call, call.need("OrderId"))
        targets = self._targets(call.flow, order, _item_ids(call))
        cents = self._cents(call.need("refundAmount"))
        self._share(cents, targets)
        _each_line(targets, call.flow.accept)
        return self._answer(order, targets)

    def reject(self, call: Call) -> Json:
        style = self._simulator.switches.reject_style
        if isinstance(call.body, dict) and style != "form":
            return self._reject_json(call, call.body)
        if style == "json":
            raise missing("order_id")
        order = self._order(call, call.need("OrderId"))
        targets = self._targets(call.flow, order, _item_ids(call))
        reason_id, comment = call.need("reasonId"), call.parameters.get("comment", "")
        for target in targets:
            if target.line is None:
                continue
            cancel = target.line.reverse.request_type == "CANCEL"
            if reason_id not in (CANCEL_REASONS if cancel else REASONS):
                raise invalid("reasonId")
            if not cancel and not comment.strip():
                raise missing("comment")
        _each_line(targets, lambda line, parts: call.flow.reject(line, parts, comment=comment, reason_id=reason_id))
        return self._answer(order, targets)

    def _reject_json(self, call: Call, body: dict[str, Any]) -> Json:
        """The second spelling of the same documents."""
        rows = body.get("reject_input_data_list")
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise invalid("reject_input_data_list")
        order = self._order(call, str(body.get("order_id") or ""))
        targets = self._targets(call.flow, order, [str(row.get("order_item_id")) for row in rows])
        comments = {str(row.get("order_item_id")): str(row.get("comment") or "") for row in rows}
        if not all(comment.strip() for comment in comments.values()):
            raise missing("comment")
        for target in targets:
            if target.line and target.part and not target.error:
                call.flow.reject(target.line, [target.part], comment=comments[target.order_item_id])
        return self._answer(order, targets)

    def _order(self, call: Call, order_id: str) -> Order:
        order = call.flow.seller.orders.get(order_id)
        if order is None:
            raise numbered("127" if self._simulator.knows_order(order_id) else "106")
        return order

    def _targets(self, flow: Flow, order: Order, order_item_ids: list[str]) -> list[Target]:
        if not order_item_ids:
            raise numbered("100")
        if len(set(order_item_ids)) != len(order_item_ids):
            raise invalid("OrderItemIdList")
        return [self._target(flow, order, order_item_id) for order_item_id in order_item_ids]

    def _target(self, flow: Flow, order: Order, order_item_id: str) -> Target:
        switches = self._simulator.switches
        lines = [line for line in reversed(flow.seller.lines_of(order_item_id)) if line.reverse.order is order]
        found = [(line, part) for line in lines for part in line.parts if part.item.order_item_id == order_item_id]
        if not found:
            return Target(order_item_id, error="112")
        line, part = next((pair for pair in found if not pair[1].outcome), found[0])
        planned = switches.failing_items.get(order_item_id)
        if line.platform_handled:
            allowed = switches.decision_on_platform_handled == "applied" and not part.outcome
        else:
            allowed = line.waits_for_seller and not part.outcome
        again = bool(part.outcome) and part.outcome != "withdrawn" and switches.second_decision == "applied"
        return Target(order_item_id, line, part, str(planned or ("" if allowed or again else 114)))

    def _cents(self, amount: str) -> int:
        in_cents = self._simulator.switches.refund_amount_unit == "cents"
        if not re.fullmatch(r"[0-9]{1,12}" if in_cents else r"[0-9]{1,10}(\.[0-9]{1,2})?", amount):
            raise invalid("refundAmount")
        return int(amount) if in_cents else int(Decimal(amount) * 100)

    def _share(self, cents: int, targets: list[Target]) -> None:
        """What each order item gets of the amount, which is for all of them, failing ones included."""
        paid = [
            (target.part, target.error)
            for target in targets
            if target.line and target.part and target.line.reverse.request_type != "REPLACEMENT"
        ]
        asked = sum(part.cents for part, _ in paid)
        too_low = cents < asked and (cents == 0 or self._simulator.switches.lower_amount == "refused")
        if paid and (cents > asked or too_low):
            raise invalid("refundAmount")
        left = cents
        for place, (part, error) in enumerate(paid, start=1):
            share = left if place == len(paid) else cents * part.cents // max(asked, 1)
            left -= share
            if not error:
                part.accepted_cents = share

    def _answer(self, order: Order, targets: list[Target]) -> Json:
        return {"data": [self._verdict(order, target) for target in targets], "errors": []}

    def _verdict(self, order: Order, target: Target) -> Json:
        body: Json = {
            "order_id": order.order_id,
            "order_item_id": target.order_item_id,
            "status": "FAILED" if target.error else "SUCCESS",
        }
        by_code = self._simulator.switches.item_errors == "error_code"
        if by_code:
            words = message_of(target.error) if target.error else None
            return body | {"hasSystemError": False, "errorCode": target.error or None, "errorMessage": words}
        errors = [{"code": int(target.error), "message": message_of(target.error)}] if target.error else None
        return body | {"baseErrorList": errors}


def _item_ids(call: Call) -> list[str]:
    ids = call.array("OrderItemIdList")
    if ids is None:
        raise missing("OrderItemIdList")
    return ids


def _each_line(targets: list[Target], decide: Callable[[Line, list[Part]], None]) -> None:
    """Decides line by line, on the order items that nothing stands against."""
    lines: dict[str, tuple[Line, list[Part]]] = {}
    for target in targets:
        if target.line and target.part and not target.error:
            lines.setdefault(target.line.line_id, (target.line, []))[1].append(target.part)
    for line, parts in lines.values():
        decide(line, parts)
