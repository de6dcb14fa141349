"""Magento's REST API, as far as the look-up of orders needs it (contract magento-native A1).

`GET /rest[/{store code}|/all]/V1/orders`, `/orders/{id}` and `/creditmemos`, as the shop's integration.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from aiohttp import web

from retour.sandbox.magento.documents import ORDER_COLUMNS
from retour.sandbox.magento.integration import Integration
from retour.sandbox.magento.php import to_int
from retour.sandbox.magento.problems import Problem, bad, gone, internal, no_route, required
from retour.sandbox.magento.search import BadSearch, Column, Filter, Row, Search, read_search
from retour.sandbox.magento2.documents import MEMO_COLUMNS, memo_document, order_document
from retour.sandbox.magento2.front import Front
from retour.sandbox.magento2.orders import Order, OrderBook
from retour.sandbox.magento2.shop import Shop
from retour.sandbox.magento2.switches import ANY_STORE_CODES, MEMOS, ORDERS


class Rest:
    """The endpoints."""

    def __init__(self, shop: Shop, front: Front, integration: Integration) -> None:
        self._shop = shop
        self._front = front
        self._integration = integration

    def routes(self) -> list[web.AbstractRouteDef]:
        found: list[web.AbstractRouteDef] = []
        for prefix in ("/rest/V1", "/rest/{store}/V1"):
            found += [
                web.get(f"{prefix}/orders", self._endpoint(self._orders, ORDERS)),
                web.get(prefix + r"/orders/{id:\d+}", self._endpoint(self._order, ORDERS)),
                web.get(f"{prefix}/creditmemos", self._endpoint(self._memos, MEMOS)),
            ]
        return [*found, web.route("*", "/rest/{path:.*}", self._endpoint(_no_route, ORDERS))]

    def _endpoint(self, read: Callable[[web.Request], Any], resource: str) -> Callable[[web.Request], Any]:
        async def handler(request: web.Request) -> web.Response:
            body = await self._front.admit(request)
            if isinstance(body, web.Response):
                return body
            try:
                if request.match_info.get("store", "all") not in ANY_STORE_CODES:
                    _no_route(request)
                self._authorize(request, resource)
                return web.json_response(read(request))
            except Problem as problem:
                return web.json_response(problem.body(trace=False), status=problem.status)

        return handler

    def _authorize(self, request: web.Request, resource: str) -> None:
        authorization = request.headers.get("Authorization", "")
        # `raw_path` is the request's own text: what the client signed, not what a library makes of it.
        self._integration.admit(authorization, request.method, request.scheme, request.host, request.raw_path, resource)

    def _orders(self, request: web.Request) -> dict[str, Any]:
        search = self._search(request)
        return self._list(search, _candidates(self._shop.orders, search), ORDER_COLUMNS, order_document)

    def _memos(self, request: web.Request) -> dict[str, Any]:
        return self._list(self._search(request), self._shop.memos.values(), MEMO_COLUMNS, memo_document)

    def _order(self, request: web.Request) -> dict[str, Any]:
        order = self._shop.orders.get(int(request.match_info["id"]))
        if order is None:
            raise gone()
        return order_document(order)

    def _search(self, request: web.Request) -> Search:
        search = read_search(request.query)
        if search is None:
            raise required("searchCriteria")
        limit = self._shop.switches.page_size_limit
        if limit is not None:
            if search.page_size is not None and search.page_size > limit:
                raise bad("Maximum SearchCriteria pageSize is %max", {"max": limit})
            search.page_size = search.page_size or limit
        return search

    def _list(
        self,
        search: Search,
        rows: Iterable[Row],
        columns: Mapping[str, Callable[[Row], Column]],
        document: Callable[[Row], dict[str, Any]],
    ) -> dict[str, Any]:
        try:
            found = search.select(rows, columns)
        except BadSearch:
            raise internal() from None
        page = search.page(found, repeat_last=self._shop.switches.repeat_last_page)
        return {
            "items": [document(row) for row in page],
            "search_criteria": search.as_json(),
            "total_count": len(found),
        }


def _no_route(_: web.Request) -> dict[str, Any]:
    raise no_route()


def _candidates(orders: OrderBook, search: Search) -> Iterable[Order]:
    """The orders an index finds for one of the groups, when it can; else all of them."""
    for group in search.groups:
        found: dict[int, Order] = {}
        for entry in group:
            indexed = _indexed(orders, entry)
            if indexed is None:
                break
            found.update((order.entity_id, order) for order in indexed)
        else:
            return [order for _, order in sorted(found.items())]
    return orders


def _indexed(orders: OrderBook, entry: Filter) -> list[Order] | None:
    values = entry.looked_up()
    if values is None:
        return None
    match entry.field:
        case "increment_id":
            found = [orders.numbered(value) for value in values]
        case "entity_id":
            found = [orders.get(to_int(value)) for value in values]
        case "ext_order_id":
            found = [order for value in values for order in orders.external(value)]
        case _:
            return None
    return [order for order in found if order is not None]
