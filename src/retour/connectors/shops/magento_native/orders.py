"""Which order of the shop is it, and which of its rows comes back (contract magento-native.md, A2, A3)."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from retour.connectors import magento_orders
from retour.connectors.contract import ReturnRequest, ShopOrder
from retour.connectors.errors import Refused, Transient
from retour.connectors.shapes import Garbled, decode
from retour.connectors.shops.magento_native import wire
from retour.connectors.shops.magento_native.api import Api
from retour.connectors.shops.magento_native.config import MagentoNativeConfig
from retour.core.match_order import Candidate, Clues
from retour.core.model import Order

MOST: Final = 20
"""Orders that one search may answer: more than one is already too many."""
ROWS: Final = "items[item_id,parent_item_id,sku,product_id,qty_ordered,qty_shipped]"


class Orders:
    """The orders of one connection. Only what is used is asked for: orders are full of personal data."""

    def __init__(self, config: MagentoNativeConfig, api: Api) -> None:
        self._config = config
        self._api = api

    async def find(self, order: Order) -> ShopOrder | None:
        """The one order that holds one of the marketplace's numbers. None: there is none, or more than one."""
        numbers = self._candidates(order)
        if not numbers:
            return None
        fields = list(dict.fromkeys(self._config.order_search_fields))
        listed = ",".join(dict.fromkeys(["entity_id", "increment_id", *fields]))
        shown = f"items[{listed},{magento_orders.ROWS}],total_count"
        raw, total = await self._api.page("orders", dict.fromkeys(fields, numbers), size=MOST, fields=shown)
        # Letter by letter: a database compares more loosely.
        orders = [(_decoded(row), row) for row in raw]
        hits = {one.entity_id: (one, row) for one, row in orders if {*map(one.value, fields)} & {*numbers}}
        if len(hits) != 1 or total > len(raw):
            return None
        [(hit, row)] = hits.values()
        rows = row.get("items") or ()
        return ShopOrder(
            hit.increment_id, hit.entity_id, magento_orders.products(rows), magento_orders.shop_lines(rows, None)
        )

    async def candidates(self, clues: Clues) -> list[Candidate]:
        """Orders that may be the one, with at most two calls."""
        return await magento_orders.candidates(self._ask_for_any, clues)

    async def of(self, request: ReturnRequest) -> wire.FoundOrder:
        """The shop's order of a request. Raises Refused, with words for the merchant, where it is not certain."""
        number = (request.shop_order or "").strip().removeprefix("#")
        if not number:
            raise Refused(
                "The shop's order is not known: fill in its number on the return's page, or import it. A return "
                "request stands with its order there."
            )
        if "," in number:
            raise Refused("This is not one order's number: correct it, then try again.")
        fields = f"items[entity_id,increment_id,store_id,customer_id,{ROWS}],total_count"
        raw = await self._api.rows("orders", {"increment_id": [number]}, fields=fields)
        orders = [order for order in map(_decoded, raw) if order.increment_id == number]
        if len(orders) != 1:
            has = "no order" if not orders else "more than one order"
            raise Refused(f"The shop has {has} with the number {number}. Correct it, then try again.", code="404")
        return orders[0]

    async def _ask_for_any(self, params: Mapping[str, str]) -> Any:
        body = await self._api.get("orders", params)
        if body is None:
            raise Refused("Magento cannot search orders by these signs.", code="404")
        return body

    async def probe(self) -> None:
        """Raises what a search would."""
        await self._api.page("orders", {}, size=1, fields="items[entity_id],total_count")

    def _candidates(self, order: Order) -> list[str]:
        numbers = (prefix + number for number in (order.ref, *order.numbers) for prefix in self._config.order_prefixes)
        return [number for number in dict.fromkeys(numbers) if number.strip() and "," not in number]


def row_of(
    rows: Sequence[wire.OrderItem], request: ReturnRequest, left: Callable[[wire.OrderItem], int]
) -> wire.OrderItem | None:
    """The order's row that comes back: by the shop's product, else by SKU, else the only one there is. Of several
    alike, the first of which so many are `left`. None: it is not certain."""
    families: dict[str, list[wire.OrderItem]] = {}
    for row in rows:
        families.setdefault(row.parent_item_id or row.item_id, []).append(row)
    by_product = [row for row in rows if request.shop_product and row.product_id == request.shop_product]
    by_sku = [row for row in rows if request.sku and row.sku == request.sku.strip()]
    alone = len(families) == 1 and len({row.sku for row in rows}) == 1  # a bundle is one family of several products
    alike = by_product or by_sku or (rows if alone else ())
    returnable = dict.fromkeys(_returnable(families, row) for row in alike)
    return next((row for row in returnable if left(row) >= request.quantity), next(iter(returnable), None))


def _returnable(families: dict[str, list[wire.OrderItem]], row: wire.OrderItem) -> wire.OrderItem:
    """Of a configurable product's two rows, the one that the order shows as shipped, which takes returns."""
    family = families[row.parent_item_id or row.item_id]
    same = [one for one in family if one.sku == row.sku] if row.sku else [row]
    return next((one for one in same if one.qty_shipped > 0), row if row.parent_item_id is None else same[0])


def _decoded(raw: object) -> wire.FoundOrder:
    try:
        return decode(wire.FoundOrder, raw)
    except Garbled as why:
        flaw = str(why)
    raise Transient(f"The shop's order cannot be read: {flaw}.")
