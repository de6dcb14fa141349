"""Which units of an order a request means, and whether they are there (contract 2.2)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from retour.sandbox.fruugo.state import Line, Order

Whose = Literal["merchant", "fruugo"]


class Refused(Exception):
    """Fruugo does not do this; the text says why. Nothing has changed."""


@dataclass(frozen=True, slots=True)
class Item:
    product_id: str
    sku_id: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Take:
    """Units of one line; `surplus` of them are not there."""

    line: Line
    quantity: int
    surplus: int = 0


def take(
    order: Order,
    items: Sequence[Item],
    available: Callable[[Line], int],
    *,
    whose: Whose = "fruugo",
    too_many: Literal["refused", "clipped", "refunded_again"] = "refused",
) -> list[Take]:
    """All or nothing. No items: every unit there is, of the whole order. Raises Refused."""
    if not items:
        everything = [Take(line, available(line)) for line in order.lines if available(line)]
        if not everything:
            raise Refused(f"Order {order.order_id} has no items left for this.")
        return everything
    wanted: dict[tuple[str, str], int] = {}
    for item in items:
        key = (item.product_id, item.sku_id)
        wanted[key] = wanted.get(key, 0) + item.quantity
    takes: list[Take] = []
    for key, quantity in wanted.items():
        lines = [line for line in order.lines if _ids(line, whose) == key]
        if not lines:
            raise Refused(f"Order {order.order_id} has no item {key[0]},{key[1]}.")
        there = sum(available(line) for line in lines)
        if quantity > there and too_many == "refused":
            raise Refused(f"Quantity {quantity} of item {key[0]},{key[1]} exceeds the {there} that are left.")
        takes += _spread(lines, quantity, available, pay_again=too_many == "refunded_again")
    return takes


def _ids(line: Line, whose: Whose) -> tuple[str, str]:
    return (line.product_id, line.sku_id) if whose == "merchant" else (line.fruugo_product_id, line.fruugo_sku_id)


def _spread(lines: list[Line], quantity: int, available: Callable[[Line], int], *, pay_again: bool) -> list[Take]:
    takes = []
    for line in lines:
        part = min(quantity, available(line))
        quantity -= part
        surplus = quantity if pay_again and line is lines[-1] else 0
        if part or surplus:
            takes.append(Take(line, part + surplus, surplus))
    return takes
