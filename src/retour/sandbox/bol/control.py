"""Control routes: what tests and the demo do in the customer's, the merchant's and bol's place.

    POST   /_sandbox/accounts                   {client_id, client_secret, active?}
    POST   /_sandbox/orders                     the customer orders (`PlaceOrder`)
    DELETE /_sandbox/orders/{order_id}          the order is no longer found; its returns stay
    POST   /_sandbox/returns                    the customer announces a return (`AnnounceReturn`)
    GET    /_sandbox/returns                    ?offset=&limit= a summary of each item
    POST   /_sandbox/bulk                       {count, seed?, fulfilment_method?, days?} many returns at once
    POST   /_sandbox/returns/{rma}/dashboard    {handling, quantity?, result?} the merchant, or bol's warehouse for FBB
    POST   /_sandbox/returns/{rma}/cancel       the customer cancels
    POST   /_sandbox/returns/{rma}/expire       it was never sent back
    POST   /_sandbox/returns/{rma}/quantity     {quantity} another expected quantity
    POST   /_sandbox/returns/{rma}/reason       {main_reason, detailed_reason?, comments?}
    POST   /_sandbox/processes/next             {outcome, message?, delay?, applied?, times?} (`PlanProcesses`)

The bodies are in `retour.sandbox.bol.commands`. All but the first take `?account=`, by default `sandbox-client`. What
the merchant, the customer and bol do here obeys no rule, and any text is taken as a handling. The journal, the
switches, the faults and the clock are in `retour.sandbox.app`.
"""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from aiohttp import web

from retour.sandbox.bol import commands
from retour.sandbox.bol.amsterdam import amsterdam
from retour.sandbox.bol.announcements import Line
from retour.sandbox.bol.samples import announce_many, product
from retour.sandbox.bol.state import REFUNDING, Order, OrderItem, Reason, Return, ReturnItem
from retour.sandbox.commands import Impossible, read, window

if TYPE_CHECKING:
    from retour.sandbox.bol.simulator import Account, BolSimulator


class Control:
    """The hands of everybody but the client under test."""

    def __init__(self, simulator: "BolSimulator") -> None:
        self._simulator = simulator

    def routes(self) -> list[web.AbstractRouteDef]:
        item = "/_sandbox/returns/{rma_id}"
        return [
            web.post("/_sandbox/accounts", self.add_account),
            web.post("/_sandbox/orders", self.place_order),
            web.delete("/_sandbox/orders/{order_id}", self.forget_order),
            web.post("/_sandbox/returns", self.announce),
            web.get("/_sandbox/returns", self.summary),
            web.post("/_sandbox/bulk", self.announce_many),
            web.post(f"{item}/dashboard", self.dashboard),
            web.post(f"{item}/cancel", self.cancel),
            web.post(f"{item}/expire", self.expire),
            web.post(f"{item}/quantity", self.change_quantity),
            web.post(f"{item}/reason", self.change_reason),
            web.post("/_sandbox/processes/next", self.plan_processes),
        ]

    async def add_account(self, request: web.Request) -> web.Response:
        command = await read(request, commands.AddAccount)
        self._simulator.add_account(command.client_id, command.client_secret, active=command.active)
        return web.json_response({"client_id": command.client_id}, status=201)

    async def place_order(self, request: web.Request) -> web.Response:
        account = self._account(request)
        command = await read(request, commands.PlaceOrder)
        if command.order_id in account.retailer.orders:
            raise Impossible(f"order {command.order_id} exists")
        items = [self._order_item(account, line, line.quantity) for line in command.items]
        order = account.announcements.place_order(
            items,
            command.customer.customer(),
            command.fulfilment_method,
            command.placed_at or self._simulator.clock.now(),
            command.order_id or "",
        )
        account.retailer.recent_orders.append(order)
        order_items = [{"order_item_id": item.order_item_id, "ean": item.ean} for item in items]
        return web.json_response({"order_id": order.order_id, "items": order_items}, status=201)

    async def forget_order(self, request: web.Request) -> web.Response:
        self._account(request).retailer.forget_order(request.match_info["order_id"])
        return web.Response(status=204)

    async def announce(self, request: web.Request) -> web.Response:
        account = self._account(request)
        command = await read(request, commands.AnnounceReturn)
        if command.return_id in account.retailer.returns:
            raise Impossible(f"return {command.return_id} exists")
        at = command.moment(self._simulator.clock.now())
        fresh: list[Order] = []  # the new order that items without an order id share
        lines = [self._line(account, command, line, fresh) for line in command.items]
        returned = account.announcements.register(lines, at, command.fulfilment_method, command.return_id or "")
        account.retailer.recent_returns.append(returned)
        return web.json_response(_ids(returned), status=201)

    async def announce_many(self, request: web.Request) -> web.Response:
        account = self._account(request)
        command = await read(request, commands.AnnounceMany)
        return_ids = announce_many(
            account.announcements, command.count, command.fulfilment_method, command.seed, command.days
        )
        ends = {"count": len(return_ids), "first_return_id": return_ids[0], "last_return_id": return_ids[-1]}
        return web.json_response(ends, status=201)

    async def summary(self, request: web.Request) -> web.Response:
        items = self._account(request).retailer.return_items.values()
        return web.json_response([_summary(item) for item in window(request, items)])

    async def dashboard(self, request: web.Request) -> web.Response:
        account, item = self._item(request)
        command = await read(request, commands.Handle)
        return self._settle(account, item, command)

    async def cancel(self, request: web.Request) -> web.Response:
        account, item = self._item(request)
        return self._settle(account, item, commands.Handle(handling="CANCELLED_BY_CUSTOMER"))

    async def expire(self, request: web.Request) -> web.Response:
        account, item = self._item(request)
        return self._settle(account, item, commands.Handle(handling="EXPIRED"))

    async def change_quantity(self, request: web.Request) -> web.Response:
        _, item = self._item(request)
        item.expected = (await read(request, commands.ChangeQuantity)).quantity
        return web.json_response(_summary(item))

    async def change_reason(self, request: web.Request) -> web.Response:
        _, item = self._item(request)
        command = await read(request, commands.ChangeReason)
        item.reason = Reason(command.main_reason, command.detailed_reason, command.comments)
        return web.json_response(_summary(item))

    async def plan_processes(self, request: web.Request) -> web.Response:
        account = self._account(request)
        account.processes.planned.extend((await read(request, commands.PlanProcesses)).planned())
        return web.json_response([plan.model_dump() for plan in account.processes.planned])

    def _settle(self, account: "Account", item: ReturnItem, command: commands.Handle) -> web.Response:
        source = _SOURCES.get(command.handling, "dashboard")
        if item.returned.fulfilment_method == "FBB" and source == "dashboard":
            source = "bol"
        quantity = command.quantity or item.open_quantity or item.expected
        account.settlement.settle(
            item, command.handling, quantity, self._simulator.clock.now(), source=source, result=command.result
        )
        return web.json_response(_summary(item))

    def _account(self, request: web.Request) -> "Account":
        client_id = request.query.get("account")
        return self._simulator.account(client_id) if client_id else self._simulator.account()

    def _item(self, request: web.Request) -> "tuple[Account, ReturnItem]":
        account = self._account(request)
        return account, account.retailer.return_items[request.match_info["rma_id"]]

    def _line(
        self,
        account: "Account",
        command: commands.AnnounceReturn,
        line: commands.ReturnedProduct,
        fresh: list[Order],
    ) -> Line:
        reason = Reason(line.main_reason, line.detailed_reason, line.comments)
        order = fresh[0] if fresh and line.order_id is None else account.retailer.orders.get(line.order_id or "")
        known = _known_item(order, line) if order else None
        if order and known:
            return order, known, line.quantity, reason
        item = self._order_item(account, line, line.ordered or line.quantity)
        if order:
            account.retailer.extend_order(order, item)
            return order, item, line.quantity, reason
        placed_at = command.moment(self._simulator.clock.now()) - timedelta(days=7)
        order = account.announcements.place_order(
            [item], command.customer.customer(), command.fulfilment_method, placed_at, line.order_id or ""
        )
        account.retailer.recent_orders.append(order)
        if line.order_id is None:
            fresh.append(order)
        return order, item, line.quantity, reason

    def _order_item(self, account: "Account", line: commands.Product, quantity: int) -> OrderItem:
        """A new one. Its made-up product follows the order item's number."""
        number = next(account.announcements.ids.order_items)
        made_up = product(number % 1000 + 1, quantity, line.order_item_id or str(number))
        made_up.ean = line.ean or made_up.ean
        made_up.title = line.title or made_up.title
        made_up.sku = made_up.sku if line.sku is None else line.sku
        made_up.unit_price = line.unit_price
        return made_up


_SOURCES: dict[str, Any] = {"CANCELLED_BY_CUSTOMER": "customer", "EXPIRED": "bol"}


def _known_item(order: Order, line: commands.ReturnedProduct) -> OrderItem | None:
    """By order item id when given, else the first with this EAN."""
    for item in order.items:
        if line.order_item_id == item.order_item_id or (line.order_item_id is None and line.ean == item.ean):
            return item
    return None


def _ids(returned: Return) -> dict[str, Any]:
    items = [
        {
            "rma_id": item.rma_id,
            "order_id": item.order.order_id,
            "order_item_id": item.order_item.order_item_id,
            "ean": item.order_item.ean,
        }
        for item in returned.items
    ]
    return {"return_id": returned.return_id, "items": items}


def _summary(item: ReturnItem) -> dict[str, Any]:
    return {
        "return_id": item.returned.return_id,
        "rma_id": item.rma_id,
        "order_id": item.order.order_id,
        "order_item_id": item.order_item.order_item_id,
        "ean": item.order_item.ean,
        "fulfilment_method": item.returned.fulfilment_method,
        "expected": item.expected,
        "open": item.open_quantity,
        "handled": item.handled,
        "refunded": item.told(REFUNDING),
        "history": [
            {"quantity": entry.quantity, "result": entry.result, "handling": entry.handling, "at": amsterdam(entry.at)}
            for entry in item.history
        ],
    }
