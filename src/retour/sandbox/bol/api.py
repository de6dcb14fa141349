"""The Retailer API v10: returns and orders (contract 3.1 to 3.4)."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from aiohttp import web

from retour.sandbox.bol import shapes
from retour.sandbox.bol.gate import Answer, Gate
from retour.sandbox.bol.problems import MEDIA_TYPE, Invalid, NotFound, Violations, invalid_value
from retour.sandbox.bol.processes import Outcome, Process
from retour.sandbox.bol.requests import flag_of, json_of, order_item_id_of, page_of, violations_of_handling
from retour.sandbox.bol.settlement import CREATE_HANDLINGS, HANDLINGS
from retour.sandbox.bol.state import OrderItem, Reason, Return

if TYPE_CHECKING:
    from retour.sandbox.bol.simulator import Account, BolSimulator

CREATE_WITHIN = timedelta(days=90)


class RetailerApi:
    """`/retailer/returns` and `/retailer/orders`."""

    def __init__(self, simulator: "BolSimulator") -> None:
        self._simulator = simulator

    def routes(self, gate: Gate) -> list[web.AbstractRouteDef]:
        both = (MEDIA_TYPE, "application/json")  # the specification says one, the demo page the other
        return [
            web.get("/retailer/returns", gate.open("returns", self.list_returns)),
            web.get("/retailer/returns/{return_id}", gate.open("returns", self.get_return)),
            web.put("/retailer/returns/{rma_id}", gate.open("returns", self.handle_return, (MEDIA_TYPE,))),
            web.post("/retailer/returns", gate.open("returns", self.create_return, both)),
            web.get("/retailer/orders/{order_id}", gate.open("orders", self.get_order)),
        ]

    async def list_returns(self, request: web.Request, account: "Account") -> Answer:
        """Handled newest first, unhandled oldest first, filtered per item (contract 3.1)."""
        switches = self._simulator.switches
        violations: Violations = []
        method = request.query.get("fulfilment-method", switches.default_fulfilment_method)
        if method not in ("FBR", "FBB"):
            violations.append(("fulfilment-method", invalid_value(method, ("FBR", "FBB"))))
        handled = flag_of(request, "handled", switches.default_handled, violations)
        page = page_of(request, violations)
        if violations:
            raise Invalid(violations)
        overlap = 1 if switches.repeat_rows_over_pages else 0
        rows = account.retailer.shelf(method, handled).page(page, newest_first=handled, overlap=overlap)
        body = {"returns": [shapes.reduced_return(row, handled, switches) for row in rows]}
        if not handled and switches.handled_between_pages:
            self._handle_oldest(account, method)
        return Answer({} if not rows and switches.omit_empty_lists else body)

    async def get_return(self, request: web.Request, account: "Account") -> Answer:
        return_id = request.match_info["return_id"]
        returned = account.retailer.returns.get(return_id)
        if returned is None:
            raise NotFound(f"Return for return id {return_id} not found.")
        return Answer(shapes.single_return(returned, self._simulator.switches))

    async def handle_return(self, request: web.Request, account: "Account") -> Answer:
        """202 for any well-formed request: whether it is possible shows when the process runs (contract 3.3)."""
        rma_id = request.match_info["rma_id"]
        body = await json_of(request)
        violations = violations_of_handling(body, HANDLINGS)
        if not rma_id.isdecimal() or int(rma_id) >= 1 << 63:
            violations.append(("rma-id", f"Request contains invalid value(s): '{rma_id}'."))
        if violations:
            raise Invalid(violations)
        handling, quantity = str(body["handlingResult"]), int(body["quantityReturned"])

        def work(process: Process, at: datetime) -> Outcome:
            item = account.retailer.return_items.get(rma_id)
            if item is None:
                return Outcome(f"Return item with rma id {rma_id} not found.")
            return Outcome(account.settlement.by_api(item, handling, quantity, at, process.process_status_id))

        description = f"Handle the return item with return number {rma_id}."
        now = self._simulator.clock.now()
        process = account.processes.begin("HANDLE_RETURN_ITEM", rma_id, description, now, work)
        self._simulator.journal.write(
            "put",
            rma_id,
            quantity,
            handling=handling,
            process_status_id=process.process_status_id,
            account=account.client_id,
        )
        return Answer(shapes.process_status(process, str(request.url.origin())), 202)

    async def create_return(self, request: web.Request, account: "Account") -> Answer:
        """A return made and handled at once (contract 3.4)."""
        body = await json_of(request)
        violations = violations_of_handling(body, CREATE_HANDLINGS)
        order_item_id = order_item_id_of(body, violations)
        if violations:
            raise Invalid(violations)
        handling, quantity = str(body["handlingResult"]), int(body["quantityReturned"])

        def work(process: Process, at: datetime) -> Outcome:
            return self._create(account, order_item_id, handling, quantity, at, process)

        description = f"Create and handle a return for order item {order_item_id}."
        now = self._simulator.clock.now()
        process = account.processes.begin("CREATE_RETURN_ITEM", None, description, now, work)
        self._simulator.journal.write(
            "post",
            order_item_id,
            quantity,
            handling=handling,
            process_status_id=process.process_status_id,
            account=account.client_id,
        )
        return Answer(shapes.process_status(process, str(request.url.origin())), 202)

    async def get_order(self, request: web.Request, account: "Account") -> Answer:
        order_id = request.match_info["order_id"]
        order = account.retailer.orders.get(order_id)
        if order is None:
            raise NotFound(f"Order for order id {order_id} not found.")
        return Answer(shapes.order(order))

    def _create(
        self, account: "Account", order_item_id: str, handling: str, quantity: int, at: datetime, process: Process
    ) -> Outcome:
        known = account.retailer.order_items.get(order_item_id)
        if known is None:
            return Outcome(f"Order item {order_item_id} not found.")
        order, ordered = known
        if at - order.shipped_at > CREATE_WITHIN:
            return Outcome(f"Order item {order_item_id} was shipped more than 90 days ago.")
        if quantity > self._returnable(account, ordered):
            return Outcome(f"Quantity returned {quantity} exceeds what can be returned of order item {order_item_id}.")
        returned: Return = account.announcements.register(
            [(order, ordered, quantity, Reason("Retour aangemeld door verkoper"))], at, order.fulfilment_method
        )
        (item,) = returned.items
        account.settlement.settle(item, handling, quantity, at, source="api", process=process.process_status_id)
        return Outcome(entity_id=returned.return_id)

    @staticmethod
    def _returnable(account: "Account", ordered: OrderItem) -> int:
        return ordered.quantity - account.retailer.quantity_in_returns(ordered)

    def _handle_oldest(self, account: "Account", method: str) -> None:
        """The merchant works in the dashboard while a client walks the pages."""
        oldest = account.retailer.shelf(method, False).oldest()
        if oldest is None:
            return
        self._simulator.switches.handled_between_pages -= 1
        item = next(item for item in oldest.items if not item.handled)
        account.settlement.settle(
            item, "RETURN_DOES_NOT_MEET_CONDITIONS", item.expected, self._simulator.clock.now(), source="dashboard"
        )
