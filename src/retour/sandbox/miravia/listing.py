"""`GET /reverse/getreverseordersforseller` (contract 4.1)."""

from collections.abc import Callable
from datetime import datetime
from math import ceil
from typing import TYPE_CHECKING, Any
from zlib import crc32

from retour.sandbox.miravia.gate import Call
from retour.sandbox.miravia.refusals import invalid
from retour.sandbox.miravia.shapes import Shapes
from retour.sandbox.miravia.state import Line, Reverse

if TYPE_CHECKING:
    from retour.sandbox.miravia.simulator import MiraviaSimulator

Test = Callable[[Reverse, Line], bool]
_LINE_TIMES = "reverse_order_line_time_range"
_ORDER_TIMES = "trade_order_time_range"
_ASKED = (
    "reverse_order_id", "trade_order_id", "reverse_status_list", "ofc_status_list", "request_type_list",
    f"{_LINE_TIMES}_start_time_stamp", f"{_LINE_TIMES}_end_time_stamp",
    f"{_ORDER_TIMES}_start_time_stamp", f"{_ORDER_TIMES}_end_time_stamp",
    "dispute_in_progress", "reverse_tracking_number", "marketplace",
)  # fmt: skip


class Listing:
    """A row is listed, with all its lines, when one of its lines meets all that is asked.

    Parameters it does not know are ignored, those of the Lazada sibling among them."""

    def __init__(self, simulator: "MiraviaSimulator") -> None:
        self._simulator = simulator
        self._shapes = Shapes(simulator.switches)
        self._found: dict[str, tuple[tuple[object, ...], list[Reverse]]] = {}
        """The last answer to each seller, while nothing has changed: a page of many must not cost a list."""

    def answer(self, call: Call) -> dict[str, Any]:
        switches = self._simulator.switches
        page, size = call.whole("page_no"), call.whole("page_size", most=200)
        rows = self._rows(call)
        overlap = 1 if switches.repeat_rows_over_pages and size > 1 else 0
        start = (page - 1) * (size - overlap)
        shown = rows[start : start + size] if page == 1 or start + overlap < len(rows) else []
        repeated = max(0, ceil((len(rows) - overlap) / (size - overlap)) - 1) * overlap
        items = [self._shapes.row(reverse, self._simulator.clock.now()) for reverse in shown]
        body = {"total": len(rows) + repeated, "page_no": page, "page_size": size, "items": items}
        if switches.list_success:
            body["success"] = True
        if switches.withdrawn_between_pages and (line := next(call.flow.seller.open_lines(), None)):
            switches.withdrawn_between_pages -= 1
            call.flow.withdraw(line)
        return {switches.list_wrapper: body}

    def _rows(self, call: Call) -> list[Reverse]:
        seller, switches = call.flow.seller, self._simulator.switches
        tests = self._tests(call)
        key = (
            seller.version,
            switches.list_order,
            switches.request_type_filter,
            switches.marketplace_filter,
            *(call.parameters.get(name) for name in _ASKED),
        )
        known, rows = self._found.get(seller.seller_id, ((), []))
        if known != key:
            rows = [
                reverse
                for _, _, reverse in seller.by_time
                if any(all(test(reverse, line) for test in tests) for line in reverse.lines)
            ]
            if switches.list_order == "newest":
                rows.reverse()
            elif switches.list_order == "shuffled":
                rows.sort(key=lambda reverse: crc32(reverse.reverse_order_id.encode()))
            self._found[seller.seller_id] = (key, rows)
        return rows

    def _tests(self, call: Call) -> list[Test]:
        switches = self._simulator.switches
        tests: list[Test] = []
        if "reverse_order_id" in call.parameters:
            reverse_order_id = str(call.whole("reverse_order_id"))
            tests.append(lambda reverse, _: reverse.reverse_order_id == reverse_order_id)
        if "trade_order_id" in call.parameters:
            order_id = str(call.whole("trade_order_id"))
            tests.append(lambda reverse, _: reverse.order.order_id == order_id)
        if statuses := call.array("reverse_status_list"):
            tests.append(lambda _, line: line.reverse_status in statuses)
        if ofc_statuses := call.array("ofc_status_list"):
            tests.append(lambda _, line: line.ofc_status in ofc_statuses)
        if switches.request_type_filter and (types := call.array("request_type_list")):
            tests.append(lambda reverse, _: reverse.request_type in types)
        if number := call.parameters.get("reverse_tracking_number"):
            tests.append(lambda _, line: line.tracking_number == number)
        if "dispute_in_progress" in call.parameters:
            dispute = _one_of(call, "dispute_in_progress", "true", "false") == "true"
            tests.append(lambda _, line: line.is_dispute == dispute)
        if "marketplace" in call.parameters:
            marketplace = _one_of(call, "marketplace", "miravia", "ae")
            if switches.marketplace_filter:
                tests.append(lambda reverse, _: reverse.marketplace == marketplace)
        tests += _window(call, _LINE_TIMES, lambda reverse: reverse.created_at)
        tests += _window(call, _ORDER_TIMES, lambda reverse: reverse.order.created_at)
        return tests


def _one_of(call: Call, name: str, *allowed: str) -> str:
    if call.parameters[name] not in allowed:
        raise invalid(name)
    return call.parameters[name]


def _window(call: Call, name: str, moment: Callable[[Reverse], datetime]) -> list[Test]:
    """Both ends in milliseconds and inside; seconds are taken for milliseconds of 1970."""

    def milliseconds(reverse: Reverse) -> float:
        return moment(reverse).timestamp() * 1000

    tests: list[Test] = []
    if f"{name}_start_time_stamp" in call.parameters:
        start = call.whole(f"{name}_start_time_stamp", least=0)
        tests.append(lambda reverse, _: milliseconds(reverse) >= start)
    if f"{name}_end_time_stamp" in call.parameters:
        end = call.whole(f"{name}_end_time_stamp", least=0)
        tests.append(lambda reverse, _: milliseconds(reverse) <= end)
    return tests
