"""Which order of the shop is it: a search over Magento's own REST interface (contract magento-native.md, A1)."""

from collections.abc import Iterable
from typing import Final

from pydantic import BaseModel, ConfigDict, ValidationError

from retour.connectors.auth import Bearer
from retour.connectors.contract import ShopOrder
from retour.connectors.errors import Misconfigured, Transient, Unauthorized
from retour.connectors.http import Door
from retour.connectors.magento_plugin.refusals import public
from retour.connectors.redact import Redactor
from retour.connectors.shops.magento2.config import Magento2Config
from retour.connectors.words import said
from retour.core.model import Order

MOST: Final = 20
"""Orders that one search may answer: more than one is already too many."""


class _Shape(BaseModel):
    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True, frozen=True)


class OrderItem(_Shape):
    """A row of an order. A configurable product has two: its own, and below it the simple product that was bought."""

    sku: str | None = None
    product_id: str | None = None
    parent_item_id: str | None = None


class FoundOrder(_Shape):
    """An order of the shop. Any other top-level field may have been searched, so they are kept."""

    model_config = ConfigDict(extra="allow", coerce_numbers_to_str=True, frozen=True)

    entity_id: str
    increment_id: str
    items: tuple[OrderItem, ...] = ()

    def value(self, field: str) -> str | None:
        """A searched field as text."""
        value = getattr(self, field, None)
        return None if value is None else str(value)


class FoundOrders(_Shape):
    """An answer of an order search."""

    items: tuple[FoundOrder, ...] | None = None
    total_count: int = 0


class OrderSearch:
    """The search of one connection, when an integration of the shop may read orders."""

    def __init__(self, config: Magento2Config, door: Door) -> None:
        secret = config.integration_token.get_secret_value() if config.integration_token else ""
        self._config = config
        self._door = door
        self._auth = Bearer(secret)
        self._redacted = Redactor([secret])

    async def find(self, order: Order) -> ShopOrder | None:
        """The one order that holds one of the marketplace's numbers. None: there is none, or more than one."""
        numbers = candidates(order, self._config)
        if not numbers:
            return None
        found = await self._search(numbers)
        orders = found.items or ()
        hits = matching(orders, numbers, self._config)
        if len(hits) != 1 or found.total_count > len(orders):
            return None
        return shop_order(hits[0])

    async def probe(self) -> str:
        """Searches for nothing in particular. Raises what a search raises."""
        await self._search(["0"])
        return "The integration may read the shop's orders."

    async def _search(self, numbers: Iterable[str]) -> FoundOrders:
        answer = await self._door.read(
            "GET",
            f"{self._config.rest}/orders",
            params=search(numbers, self._config),
            auth=self._auth,
            headers={"Accept": "application/json"},
            answers={400, 401, 403, 404},
        )
        words = said(answer.body, answer.headers)
        ids = {"code": str(answer.status), "words": public(self._redacted(words)) if words else None}
        match answer.status:
            case 401 | 403:
                raise Unauthorized(
                    "Magento does not let the integration read orders. Give it the resource Sales, and allow access "
                    "tokens as standalone bearer tokens in the configuration under Services, OAuth.",
                    **ids,
                )
            case 400:
                raise Misconfigured("Magento cannot search orders like this: check order_search_fields.", **ids)
            case 404:
                raise Misconfigured("Magento's REST interface is not at this address: fill in rest_url.", **ids)
        try:
            return FoundOrders.model_validate_json(answer.body)
        except ValidationError:
            pass
        # Raised here, outside the handler: the validation error holds orders, which are personal data.
        raise Transient("Magento answered the order search in an unknown form.", request_id=answer.request_id)


def candidates(order: Order, config: Magento2Config) -> tuple[str, ...]:
    """The numbers that the shop may know a marketplace order by."""
    numbers = (prefix + number for number in (order.ref, *order.numbers) for prefix in config.order_prefixes)
    return tuple(dict.fromkeys(number for number in numbers if number and "," not in number))


def search(numbers: Iterable[str], config: Magento2Config) -> dict[str, str]:
    """Magento's search for these numbers in every configured field, as one group of alternatives (contract
    magento-native.md, A1). Only what is used is asked for: orders are full of personal data."""
    listed = ",".join(numbers)
    fields = list(dict.fromkeys(["entity_id", "increment_id", *config.order_search_fields]))
    params = {
        "searchCriteria[pageSize]": str(MOST),
        "searchCriteria[currentPage]": "1",
        "fields": f"items[{','.join(fields)},items[sku,product_id,parent_item_id]],total_count",
    }
    for place, field in enumerate(config.order_search_fields):
        one = f"searchCriteria[filter_groups][0][filters][{place}]"
        params |= {f"{one}[field]": field, f"{one}[condition_type]": "in", f"{one}[value]": listed}
    return params


def matching(orders: Iterable[FoundOrder], numbers: Iterable[str], config: Magento2Config) -> list[FoundOrder]:
    """The distinct orders that hold one of the numbers letter by letter: a database compares more loosely."""
    wanted = set(numbers)
    hits = (order for order in orders if any(order.value(field) in wanted for field in config.order_search_fields))
    return list({order.entity_id: order for order in hits}.values())


def shop_order(order: FoundOrder) -> ShopOrder:
    """With the products as they were bought: of a configurable product's two rows of one SKU, the one below."""
    bought = sorted(order.items, key=lambda item: item.parent_item_id is not None)
    products = {item.sku: item.product_id for item in bought if item.sku and item.product_id}
    return ShopOrder(number=order.increment_id, id=order.entity_id, products=tuple(products.items()))
