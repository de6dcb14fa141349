"""Magento's REST API, as far as the look-up of orders needs it (contract magento-native A1).

`GET /rest[/{store code}|/all]/V1/orders`, `/orders/{id}` and `/creditmemos`, with an integration's Bearer token.
"""

from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any, Final

from aiohttp import web

from retour.sandbox.magento.php import to_int
from retour.sandbox.magento.search import BadSearch, Column, Filter, Row, Search, read_search
from retour.sandbox.magento2.documents import MEMO_COLUMNS, ORDER_COLUMNS, memo_document, order_document
from retour.sandbox.magento2.front import Front
from retour.sandbox.magento2.orders import Order, OrderBook
from retour.sandbox.magento2.shop import Shop
from retour.sandbox.magento2.switches import ANY_STORE_CODES, INTEGRATION_TOKEN

_INTERNAL: Final = "Internal Error. Details are available in Magento log file. Report ID: webapi-6890c1d2e3f40"


class Refusal(Exception):
    """An error answer: `{"message", "parameters"}`, the names in the message not filled in."""

    def __init__(self, status: HTTPStatus, message: str, parameters: Any = None) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"message": message} | ({"parameters": parameters} if parameters else {})


class Rest:
    """The endpoints."""

    def __init__(self, shop: Shop, front: Front) -> None:
        self._shop = shop
        self._front = front

    def routes(self) -> list[web.AbstractRouteDef]:
        found: list[web.AbstractRouteDef] = []
        for prefix in ("/rest/V1", "/rest/{store}/V1"):
            found += [
                web.get(f"{prefix}/orders", self._endpoint(self._orders)),
                web.get(prefix + r"/orders/{id:\d+}", self._endpoint(self._order)),
                web.get(f"{prefix}/creditmemos", self._endpoint(self._memos)),
            ]
        return [*found, web.route("*", "/rest/{path:.*}", self._endpoint(_no_route))]

    def _endpoint(self, read: Callable[[web.Request], Any]) -> Callable[[web.Request], Any]:
        async def handler(request: web.Request) -> web.Response:
            body = await self._front.admit(request)
            if isinstance(body, web.Response):
                return body
            try:
                if request.match_info.get("store", "all") not in ANY_STORE_CODES:
                    _no_route(request)
                self._authorize(request)
                return web.json_response(read(request))
            except Refusal as refusal:
                return web.json_response(refusal.body, status=refusal.status)

        return handler

    def _authorize(self, request: web.Request) -> None:
        given = request.headers.get("Authorization", "")
        if not self._shop.switches.bearer_enabled or given != f"Bearer {INTEGRATION_TOKEN}":
            raise Refusal(
                HTTPStatus.UNAUTHORIZED,
                "The consumer isn't authorized to access %resources.",
                {"resources": "Magento_Sales::actions_view"},
            )

    def _orders(self, request: web.Request) -> dict[str, Any]:
        search = self._search(request)
        return self._list(search, _candidates(self._shop.orders, search), ORDER_COLUMNS, order_document)

    def _memos(self, request: web.Request) -> dict[str, Any]:
        return self._list(self._search(request), self._shop.memos.values(), MEMO_COLUMNS, memo_document)

    def _order(self, request: web.Request) -> dict[str, Any]:
        order = self._shop.orders.get(int(request.match_info["id"]))
        if order is None:
            raise Refusal(
                HTTPStatus.NOT_FOUND, "The entity that was requested doesn't exist. Verify the entity and try again."
            )
        return order_document(order)

    def _search(self, request: web.Request) -> Search:
        search = read_search(request.query)
        if search is None:
            message = '"%fieldName" is required. Enter and try again.'
            raise Refusal(HTTPStatus.BAD_REQUEST, message, {"fieldName": "searchCriteria"})
        limit = self._shop.switches.page_size_limit
        if limit is not None:
            if search.page_size is not None and search.page_size > limit:
                raise Refusal(HTTPStatus.BAD_REQUEST, f"Maximum SearchCriteria pageSize is {limit}")
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
            raise Refusal(HTTPStatus.INTERNAL_SERVER_ERROR, _INTERNAL) from None
        page = search.page(found, repeat_last=self._shop.switches.repeat_last_page)
        return {
            "items": [document(row) for row in page],
            "search_criteria": search.as_json(),
            "total_count": len(found),
        }


def _no_route(_: web.Request) -> dict[str, Any]:
    raise Refusal(HTTPStatus.NOT_FOUND, "Request does not match any route.")


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
