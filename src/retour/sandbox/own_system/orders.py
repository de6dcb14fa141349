"""The orders that the shop has taken over from marketplaces, each under a whole number of its own."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

FIRST_NUMBER = 20001


@dataclass(frozen=True, slots=True)
class Bought:
    """One product of an order."""

    sku: str
    title: str
    quantity: int = 1


@dataclass(frozen=True, slots=True)
class Order:
    """An order. `ref` and `numbers` are the marketplace's numbers of it."""

    number: int
    channel: str
    ref: str
    numbers: tuple[str, ...]
    lines: tuple[Bought, ...]


class OrderBook:
    """All orders, by their own number and by the marketplaces'."""

    def __init__(self) -> None:
        self._orders: dict[int, Order] = {}
        self._by_ref: dict[str, Order] = {}

    def __iter__(self) -> Iterator[Order]:
        return iter(self._orders.values())

    def add(self, ref: str, channel: str, lines: tuple[Bought, ...], numbers: tuple[str, ...]) -> Order:
        order = Order(FIRST_NUMBER + len(self._orders), channel, ref, numbers, lines)
        self._orders[order.number] = order
        for one in (ref, *numbers):
            self._by_ref[one] = order
        return order

    def numbered(self, number: int) -> Order:
        """Raises KeyError."""
        return self._orders[number]

    def of(self, row: dict[str, Any]) -> Order | None:
        """The order of a return: by our own number where the API knows it, or by the marketplace's (section 7)."""
        meta = row["data"]["meta"]
        own = str(meta.get("platform_order_id") or "")
        found = self._orders.get(int(own)) if own.isdecimal() else None
        return found or self._by_ref.get(meta["channel_order_id"])
