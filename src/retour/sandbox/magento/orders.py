"""A Magento 2 shop's orders."""

from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

from retour.sandbox.commands import Impossible
from retour.sandbox.magento.documents import Order

Row = TypeVar("Row", bound=Order)


class Orders(Generic[Row]):
    """Orders by each of their numbers; every look-up is O(1). MySQL compares texts without regard to case."""

    def __init__(self) -> None:
        self._orders: dict[int, Row] = {}
        self._by_number: dict[str, Row] = {}
        self._by_external: dict[str, list[Row]] = {}

    def __len__(self) -> int:
        return len(self._orders)

    def __iter__(self) -> Iterator[Row]:
        return iter(self._orders.values())

    def newest_first(self) -> Iterator[Row]:
        return reversed(self._orders.values())

    def next_id(self) -> int:
        return len(self._orders) + 1

    def add(self, order: Row) -> None:
        """Impossible when its number is taken."""
        if self.numbered(order.increment_id) is not None:
            raise Impossible(f"order {order.increment_id} exists")
        self._orders[order.entity_id] = order
        self._by_number[_collated(order.increment_id)] = order
        if order.ext_order_id is not None:
            self._by_external.setdefault(_collated(order.ext_order_id), []).append(order)

    def get(self, entity_id: int) -> Row | None:
        return self._orders.get(entity_id)

    def numbered(self, increment_id: str) -> Row | None:
        return self._by_number.get(_collated(increment_id))

    def external(self, ext_order_id: str) -> Iterable[Row]:
        return self._by_external.get(_collated(ext_order_id), [])


def _collated(text: str) -> str:
    """MySQL compares texts without regard to case and trailing spaces."""
    return text.rstrip(" ").casefold()
