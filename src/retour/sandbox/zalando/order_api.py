"""Orders, their items, lines and transitions: reading (contract 4).

Transitions of orders, and shipments, may be asked for with `include` as the page says; nothing comes of it here.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from aiohttp import web

from retour.sandbox.zalando.gate import Answer, Gate
from retour.sandbox.zalando.problems import Problem
from retour.sandbox.zalando.query import includes_of, link, moment_of, number_of, word_of
from retour.sandbox.zalando.resources import META, Resources
from retour.sandbox.zalando.state import Item, Line, Merchant, Order

if TYPE_CHECKING:
    from retour.sandbox.zalando.simulator import ZalandoSimulator

ORDER = "/merchants/{merchant_id}/orders/{order_id}"
ITEM = ORDER + "/items/{item_id}"
LINE = ITEM + "/lines/{line_id}"

_SORTS: dict[str, Callable[[Order], tuple[datetime, str]]] = {
    "modified_at": lambda order: (order.modified_at, order.order_id),
    "created_at": lambda order: (order.placed_at, order.order_id),
    "order_date": lambda order: (order.placed_at, order.order_id),
}
_EXACT: dict[str, Callable[[Order], str]] = {
    "order_number": lambda order: order.number,
    "order_status": lambda order: order.status,
    "order_type": lambda order: order.order_type,
    "exported": lambda order: str(order.exported).lower(),
    "sales_channel_id": lambda order: order.sales_channel_id,
    "locale": lambda order: order.locale,
}


class OrderApi:
    """What a partner may read; `order_of`, `item_of` and `line_of` find what a path names, or raise the 404."""

    def __init__(self, simulator: "ZalandoSimulator") -> None:
        self._simulator = simulator

    def routes(self, gate: Gate) -> list[web.AbstractRouteDef]:
        return [
            web.get("/merchants/{merchant_id}/orders", gate.open("list", "orders/read", self.list_orders)),
            web.get(ORDER, gate.open("read", "orders/read", self.get_order)),
            web.get(f"{ORDER}/items", gate.open("read", "orders/read", self.list_items)),
            web.get(ITEM, gate.open("read", "orders/read", self.get_item)),
            web.get(f"{ITEM}/lines", gate.open("read", "orders/read", self.list_lines)),
            web.get(LINE, gate.open("read", "orders/read", self.get_line)),
            web.get(f"{LINE}/transitions", gate.open("read", "orders/read", self.list_transitions)),
        ]

    async def list_orders(self, request: web.Request, merchant: Merchant) -> Answer:
        """Newest change first unless asked otherwise, so that what changes meanwhile moves over the pages."""
        include = includes_of(request)
        number = number_of(request, "page[number]", 0, 0, 1 << 31)
        size = number_of(request, "page[size]", 50, 1, self._simulator.switches.max_page_size)
        name = word_of(request, "sort", (*_SORTS, *(f"-{sort}" for sort in _SORTS))) or "-modified_at"
        orders = sorted(self._select(request, merchant), key=_SORTS[name.lstrip("-")], reverse=name.startswith("-"))
        page = orders[number * size : (number + 1) * size]
        last = max(0, (len(orders) - 1) // size)
        links = {
            name: link(request, page_number=str(at)) for name, at in (("self", number), ("first", 0), ("last", last))
        }
        if number > 0:
            links["prev"] = link(request, page_number=str(number - 1))
        if number < last:
            links["next"] = link(request, page_number=str(number + 1))
        resources = self.resources(request, merchant)
        body: dict[str, Any] = {
            "data": [resources.order(order, include) for order in page],
            "links": links,
            "meta": META | {"number_of_results": len(page)},
        }
        if include:
            body["included"] = resources.included((item for order in page for item in order.items), include)
        self._change_one(merchant)
        return Answer(body)

    async def get_order(self, request: web.Request, merchant: Merchant) -> Answer:
        include = includes_of(request)
        order = self.order_of(request, merchant)
        resources = self.resources(request, merchant)
        return _one(request, resources.order(order, include), resources.included(order.items, include), include)

    async def list_items(self, request: web.Request, merchant: Merchant) -> Answer:
        include = includes_of(request)
        items = self.order_of(request, merchant).items
        resources = self.resources(request, merchant)
        rows = [resources.item(item, include) for item in items]
        return _one(request, rows, resources.included(items, include - {"order_items"}), include)

    async def get_item(self, request: web.Request, merchant: Merchant) -> Answer:
        include = includes_of(request)
        item = self.item_of(request, merchant)
        resources = self.resources(request, merchant)
        included = resources.included([item], include - {"order_items"})
        return _one(request, resources.item(item, include), included, include)

    async def list_lines(self, request: web.Request, merchant: Merchant) -> Answer:
        include = includes_of(request)
        item = self.item_of(request, merchant)
        resources = self.resources(request, merchant)
        rows = [resources.line(line, include) for line in item.lines]
        return _one(request, rows, resources.included([item], include - {"order_items", "order_lines"}), include)

    async def get_line(self, request: web.Request, merchant: Merchant) -> Answer:
        line = self.line_of(request, merchant)
        return _one(request, self.resources(request, merchant).line(line), [], ())

    async def list_transitions(self, request: web.Request, merchant: Merchant) -> Answer:
        line = self.line_of(request, merchant)
        resources = self.resources(request, merchant)
        return _one(request, [resources.transition(past) for past in line.history], [], ())

    def resources(self, request: web.Request, merchant: Merchant) -> Resources:
        return Resources(str(request.url.origin()), merchant.merchant_id, self._simulator.switches.garbled)

    def order_of(self, request: web.Request, merchant: Merchant) -> Order:
        order = merchant.orders.get(request.match_info["order_id"])
        if order is None or order.placed_at < self._oldest():
            raise Problem(404, "Merchant order was not found.")
        return order

    def item_of(self, request: web.Request, merchant: Merchant) -> Item:
        item_id = request.match_info["item_id"]
        for item in self.order_of(request, merchant).items:
            if item.item_id == item_id:
                return item
        raise Problem(404, "Merchant order, item or line was not found.")

    def line_of(self, request: web.Request, merchant: Merchant) -> Line:
        line_id = request.match_info["line_id"]
        for line in self.item_of(request, merchant).lines:
            if line.line_id == line_id:
                return line
        raise Problem(404, "Merchant order, item or line was not found.")

    def _select(self, request: web.Request, merchant: Merchant) -> list[Order]:
        """The filters of contract 4; all bounds of time are exclusive."""
        word_of(request, "order_status", ("initial", "approved", "fulfilled"))
        word_of(request, "order_type", ("PartnerFulfilled", "ZalandoFulfilled"))
        word_of(request, "exported", ("true", "false"))
        created_after, created_before = moment_of(request, "created_after"), moment_of(request, "created_before")
        after, before = moment_of(request, "last_updated_after"), moment_of(request, "last_updated_before")
        wanted = {name: request.query[name] for name in _EXACT if name in request.query}
        oldest = self._oldest()
        return [
            order
            for order in merchant.orders.values()
            if order.placed_at >= oldest
            and (created_after is None or order.placed_at > created_after)
            and (created_before is None or order.placed_at < created_before)
            and (after is None or order.modified_at > after)
            and (before is None or order.modified_at < before)
            and all(_EXACT[name](order) == value for name, value in wanted.items())
        ]

    def _oldest(self) -> datetime:
        return self._simulator.clock.now() - timedelta(days=self._simulator.switches.retention_days)

    def _change_one(self, merchant: Merchant) -> None:
        """Somebody works on an order while a client walks the pages."""
        if self._simulator.switches.changed_between_pages and merchant.orders:
            self._simulator.switches.changed_between_pages -= 1
            order = min(merchant.orders.values(), key=_SORTS["modified_at"])
            order.modified_at = self._simulator.clock.now()


def _one(request: web.Request, data: Any, included: list[Any], include: frozenset[str] | tuple[()]) -> Answer:
    """A document that is not paged."""
    body: dict[str, Any] = {"data": data, "links": {"self": str(request.url)}, "meta": META}
    if include:
        body["included"] = included
    return Answer(body)
