"""Which order of the shop is it: a search over Magento's own REST interface (contract magento-native.md, A1)."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, ValidationError

from retour.connectors import magento_orders
from retour.connectors.auth import Bearer
from retour.connectors.contract import ShopOrder
from retour.connectors.errors import Misconfigured, Refused, Transient, Unauthorized
from retour.connectors.http import Answer, Door
from retour.connectors.magento_plugin.refusals import public
from retour.connectors.oauth1 import OAuth1
from retour.connectors.shops.magento2.config import Magento2Config
from retour.connectors.words import said
from retour.core.match_order import Candidate, Clues
from retour.core.model import Order

MOST: Final = 20
"""Orders that one search may answer: more than one is already too many."""


class _Shape(BaseModel):
    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True, frozen=True)


class FoundOrder(_Shape):
    """An order of the shop. Any other top-level field may have been searched, so they are kept."""

    model_config = ConfigDict(extra="allow", coerce_numbers_to_str=True, frozen=True)

    entity_id: str
    increment_id: str
    items: tuple[Any, ...] = ()

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
        self._config = config
        self._door = door
        self._auth = credentials(config)

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

    async def candidates(self, clues: Clues) -> list[Candidate]:
        """Orders that may be the one, with at most two calls."""
        return await magento_orders.candidates(self._ask_for_any, clues)

    async def _search(self, numbers: Iterable[str]) -> FoundOrders:
        answer = await self._read(search(numbers, self._config))
        if answer.status == 400:
            raise Misconfigured(
                "Magento cannot search orders like this: check order_search_fields.", **self._ids(answer)
            )
        try:
            return FoundOrders.model_validate_json(answer.body)
        except ValidationError:
            pass
        # Raised here, outside the handler: the validation error holds orders, which are personal data.
        raise Transient("Magento answered the order search in an unknown form.", request_id=answer.request_id)

    async def _ask_for_any(self, params: Mapping[str, str]) -> Any:
        answer = await self._read(params)
        if answer.status == 400:
            raise Refused("Magento cannot search orders by these signs.", **self._ids(answer))
        return answer.json()

    async def _read(self, params: Mapping[str, str]) -> Answer:
        answer = await self._door.read(
            "GET",
            f"{self._config.rest}/orders",
            params=params,
            auth=self._auth,
            headers={"Accept": "application/json"},
            answers={400, 401, 403, 404},
        )
        ids = self._ids(answer)
        match answer.status:
            case 401 | 403:
                raise Unauthorized(self._refusal(self._said(answer) or ""), **ids)
            case 404:
                raise Misconfigured("Magento's REST interface is not at this address: fill in rest_url.", **ids)
        return answer

    def _said(self, answer: Answer) -> str | None:
        return said(answer.body, answer.headers, lambda text: self._door.redacted(text, self._auth))

    def _ids(self, answer: Answer) -> dict[str, str | None]:
        words = self._said(answer)
        return {"code": str(answer.status), "words": public(words) if words else None}

    def _refusal(self, words: str) -> str:
        """Its words are the only sign whether the keys are wrong or the integration's rights. Of a token alone that
        it does not take, Magento says the same as of rights that are missing."""
        if isinstance(self._auth, Bearer):
            return (
                "Magento does not let the integration read orders. Give it the resource Sales, and either allow access "
                "tokens as standalone bearer tokens in the configuration under Services, OAuth, or fill in "
                "consumer_key, consumer_secret and integration_token_secret."
            )
        if "authorized to access" in words:
            return "Magento does not let the integration read orders. Give it the resource Sales and activate it again."
        return (
            "Magento does not accept the integration's signature: copy its four keys again, look whether it is active, "
            "and whether this machine's clock is right."
        )


def credentials(config: Magento2Config) -> Bearer | OAuth1:
    """How the integration signs in: with all four of its keys, or with its access token alone (contract
    magento-native.md, A1)."""
    keys = (
        config.consumer_key,
        config.consumer_secret,
        config.integration_token,
        config.integration_token_secret,
    )
    consumer_key, consumer_secret, token, token_secret = (key.get_secret_value() if key else "" for key in keys)
    return OAuth1(consumer_key, consumer_secret, token, token_secret) if consumer_key else Bearer(token)


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
        "fields": f"items[{','.join(fields)},{magento_orders.ROWS}],total_count",
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
    """With its lines as they were bought."""
    rows = order.items
    return ShopOrder(
        order.increment_id, order.entity_id, magento_orders.products(rows), magento_orders.shop_lines(rows, None)
    )
