"""How orders and returns come into being: customers order, and announce what they send back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count

from retour.sandbox.agenda import Agenda
from retour.sandbox.bol.settlement import Settlement
from retour.sandbox.bol.state import Customer, Order, OrderItem, Reason, Retailer, Return, ReturnItem
from retour.sandbox.bol.switches import BolSwitches, Method

Line = tuple[Order, OrderItem, int, Reason]
"""What comes back: the order, its item, how many, and why."""


class Ids:
    """The platform's numbers, unique over all accounts."""

    def __init__(self) -> None:
        self.returns = count(41000001)
        self.return_items = count(70000001)
        self.order_items = count(2000000001)
        self._orders = count(1)

    def order(self) -> str:
        """Letters and digits, never a number: `C000XXXXXX` (contract 2.2)."""
        return f"C000{_base36(next(self._orders)):0>6}"


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[digit] + digits
    return digits


@dataclass(frozen=True, slots=True)
class Announcements:
    """Writes new orders and returns into one account."""

    ids: Ids
    retailer: Retailer
    settlement: Settlement
    agenda: Agenda
    switches: BolSwitches
    now: Callable[[], datetime]

    def place_order(
        self, items: list[OrderItem], customer: Customer, method: Method, placed_at: datetime, order_id: str = ""
    ) -> Order:
        shipped_at = placed_at + timedelta(days=1)
        order = Order(order_id or self._free_order_id(), placed_at, shipped_at, method, customer, items)
        self.retailer.add_order(order)
        return order

    def register(self, lines: Sequence[Line], at: datetime, method: Method, return_id: str = "") -> Return:
        """Makes one return of these lines; they may belong to different orders (contract 2)."""
        number = next(self.ids.returns)
        returned = Return(number, return_id or str(number), at, method)
        for order, order_item, quantity, reason in lines:
            rma_number = next(self.ids.return_items)
            item = ReturnItem(str(rma_number), returned, order, order_item, quantity, reason)
            item.track_and_trace, item.transporter = f"3STEST{rma_number:09}", "PostNL"
            returned.items.append(item)
        self.retailer.add_return(returned)
        if method == "FBB" and self.switches.warehouse_seconds is not None:
            due = self.now() + timedelta(seconds=self.switches.warehouse_seconds)
            self.agenda.add(due, lambda at: self._arrive_in_warehouse(returned, at))
        return returned

    def _arrive_in_warehouse(self, returned: Return, at: datetime) -> None:
        """Bol decides on what it sent itself (contract 4.2)."""
        for item in returned.items:
            if item.open_quantity:
                self.settlement.settle(item, "RETURN_RECEIVED", item.open_quantity, at, source="bol")

    def _free_order_id(self) -> str:
        while (order_id := self.ids.order()) in self.retailer.orders:
            continue
        return order_id
