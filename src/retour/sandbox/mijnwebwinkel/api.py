"""The endpoints of the API (contract 3)."""

from typing import Any

from aiohttp import web

from retour.sandbox.mijnwebwinkel.bodies import CreditOrderPost, OrderPatch, read
from retour.sandbox.mijnwebwinkel.crediting import check_status, checked_credit
from retour.sandbox.mijnwebwinkel.documents import Documents, store_document
from retour.sandbox.mijnwebwinkel.gate import Call, Gate, no_such_route
from retour.sandbox.mijnwebwinkel.orders import Order
from retour.sandbox.mijnwebwinkel.parameters import Parameters
from retour.sandbox.mijnwebwinkel.problems import invalid, order_not_found
from retour.sandbox.mijnwebwinkel.races import Races
from retour.sandbox.mijnwebwinkel.shop import Shop


class Api:
    """Answers 200 to what succeeds, also to a POST."""

    def __init__(self, shop: Shop, races: Races) -> None:
        self._shop = shop
        self._races = races
        self._documents = Documents(shop)
        self._store_uuid = shop.new_uuid()

    def routes(self, gate: Gate) -> list[web.AbstractRouteDef]:
        order = "/v{version}/orders/{order_number}"
        return [
            web.get("/v{version}/store", gate.open(self.store)),
            web.get("/v{version}/orderstatuses", gate.open(self.statuses, store=False)),
            web.get("/v{version}/orders", gate.open(self.orders)),
            web.get("/v{version}/orders/count", gate.open(self.count)),
            web.post("/v{version}/orders/credit", gate.open(self.credit)),
            web.get(order, gate.open(self.order)),
            web.patch(order, gate.open(self.patch)),
            web.get(f"{order}/payments", gate.open(self.payments)),
            web.route("*", "/v{version}/{path:.*}", gate.open(no_such_route)),
        ]

    async def store(self, _: Call) -> Any:
        return store_document(self._store_uuid)

    async def statuses(self, call: Call) -> Any:
        dutch = call.request.query.get("language", "nl_NL") == "nl_NL"
        return [
            {
                "status": status.id,
                "description": status.dutch if dutch else status.english,
                "credit_order": status.credit_order,
            }
            for status in self._shop.statuses.values()
        ]

    async def orders(self, call: Call) -> Any:
        parameters = Parameters(call.request.query, self._shop.switches)
        window = parameters.window()
        shown = window.cut(parameters.filters(debtors=True).select(self._shop))
        answer = [self._documents.order(order, call.version) for order in shown]
        self._races.shown(shown)
        self._races.listed()
        return answer

    async def count(self, call: Call) -> Any:
        filters = Parameters(call.request.query, self._shop.switches).filters(debtors=False)
        return {"count": len(filters.select(self._shop))}

    async def order(self, call: Call) -> Any:
        order = self._order(call)
        answer = self._documents.order(order, call.version)
        self._races.shown([order])
        return answer

    async def patch(self, call: Call) -> Any:
        """All of it, or nothing when one part is wrong."""
        order = self._order(call)
        mutate_stock = Parameters(call.request.query, self._shop.switches).mutate_stock()
        patch = await read(call.request, OrderPatch)
        if patch.status is not None:
            check_status(self._shop, patch.status, credit_order=order.credited is not None)
        if patch.reference is not None and not order.business:
            raise invalid(reference="A reference is available for business sales only.")
        self._apply(order, patch, call.partner, mutate_stock=mutate_stock)
        answer = self._documents.order(order, call.version)
        self._races.written(order)
        return answer

    async def credit(self, call: Call) -> Any:
        mutate_stock = Parameters(call.request.query, self._shop.switches).mutate_stock()
        post = await read(call.request, CreditOrderPost)
        credit = checked_credit(self._shop, post, put_back_stock=mutate_stock)
        answer = self._documents.order(self._shop.credit(credit, call.partner), call.version)
        self._races.written(credit.original)
        return answer

    async def payments(self, call: Call) -> Any:
        embedded = call.request.query.get("embed", "").split(",")
        return self._documents.payments(self._order(call), mutations="mutations" in embedded)

    def _apply(self, order: Order, patch: OrderPatch, partner: str, *, mutate_stock: bool) -> None:
        if patch.comments.internal is not None:
            self._shop.set_note(order, patch.comments.internal, partner)
        if patch.reference is not None:
            order.reference = patch.reference
        if patch.offline_location_id is not None:
            order.offline_location_id = patch.offline_location_id
        if patch.status is not None:
            self._shop.set_status(order, patch.status, partner)
        if patch.archived is not None:
            self._shop.set_archived(order, patch.archived, partner)
        returning = self._shop.switches.patch_puts_stock_back
        if mutate_stock and (returning == "always" or (returning == "with_status" and patch.status is not None)):
            self._shop.put_back_stock(order, partner)

    def _order(self, call: Call) -> Order:
        number = call.request.match_info["order_number"]
        order = self._shop.orders.get(number)
        if order is None or (order.test and not self._shop.switches.test_orders_addressable):
            raise order_not_found(number)
        return order
