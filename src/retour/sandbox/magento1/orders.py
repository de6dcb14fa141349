"""The shop's orders: by the shop's own number, and by the number that the hub gave them."""

from collections.abc import Iterator
from dataclasses import dataclass

from retour.sandbox.commands import Impossible


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One product on an order."""

    sku: str = "MUG-BLUE"
    name: str = "Mug, blue"
    quantity: int = 1
    price: float = 12.5


@dataclass(frozen=True, slots=True)
class Billing:
    """Who pays."""

    name: str = "Noor Example"
    email: str = "noor@example.org"
    company: str | None = None
    street: str = "Kanaalweg 12 B"
    place: str = "3526 KL Utrecht"
    country: str = "NL"
    vat_number: str | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """One order; `hub_order_id` is what the plugin keeps as `channable_id` on the sales order (E6)."""

    entity_id: int
    increment_id: str
    hub_order_id: int
    status: str
    created_at: str
    billing: Billing
    lines: tuple[OrderLine, ...]
    shipping: float
    currency: str

    @property
    def total(self) -> float:
        return round(sum(line.quantity * line.price for line in self.lines) + self.shipping, 2)


class OrderBook:
    """Orders by each of their numbers."""

    def __init__(self) -> None:
        self._orders: dict[int, Order] = {}
        self._by_hub_id: dict[int, Order] = {}
        self._numbers: set[str] = set()

    def __len__(self) -> int:
        return len(self._orders)

    def __iter__(self) -> Iterator[Order]:
        return iter(self._orders.values())

    def next_id(self) -> int:
        return len(self._orders) + 1

    def add(self, order: Order) -> None:
        """Impossible when one of its numbers is taken."""
        if order.hub_order_id in self._by_hub_id or order.increment_id in self._numbers:
            raise Impossible(f"order {order.hub_order_id} / {order.increment_id} exists")
        self._orders[order.entity_id] = self._by_hub_id[order.hub_order_id] = order
        self._numbers.add(order.increment_id)

    def get(self, entity_id: int | None) -> Order | None:
        return None if entity_id is None else self._orders.get(entity_id)

    def with_hub_id(self, hub_order_id: int) -> Order | None:
        return self._by_hub_id.get(hub_order_id)
