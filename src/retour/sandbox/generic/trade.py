"""What customers, carriers and the partner itself do: orders, returns, withdrawals, and what happens by the clock."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import count

from retour.sandbox.clock import Clock
from retour.sandbox.commands import Impossible
from retour.sandbox.generic.agenda import Waiting, due
from retour.sandbox.generic.decisions import Decisions, all_left
from retour.sandbox.generic.state import OPEN, Book, Customer, Order, OrderLine, Reason, Return, ReturnLine
from retour.sandbox.generic.switches import PartnerSwitches
from retour.sandbox.journal import Journal

_REMEMBERED = 100_000  # returns that wait for the clock


@dataclass(frozen=True, slots=True)
class Product:
    """What an order is made of."""

    sku: str
    ean: str
    title: str
    price: Decimal
    quantity: int = 1


@dataclass(frozen=True, slots=True)
class Back:
    """What of an order comes back."""

    order_line_id: str
    quantity: int
    reason: Reason
    comment: str = ""


class Trade:
    """Changes orders and returns as everybody but the seller does."""

    def __init__(
        self, book: Book, decisions: Decisions, clock: Clock, journal: Journal, switches: PartnerSwitches
    ) -> None:
        self._book = book
        self._decisions = decisions
        self._clock = clock
        self._journal = journal
        self._switches = switches
        self._order_numbers = count(55001)
        self._line_numbers = count(9001)
        self._return_numbers = count(1001)
        self._waiting: dict[bool, Waiting] = {by_platform: deque(maxlen=_REMEMBERED) for by_platform in (False, True)}

    def place_order(self, products: Sequence[Product], customer: Customer, placed_at: datetime, order_id: str) -> Order:
        lines = [
            OrderLine(str(next(self._line_numbers)), one.sku, one.ean, one.title, one.quantity, one.price)
            for one in products
        ]
        order = Order(order_id or f"TBD-{next(self._order_numbers)}", placed_at, customer, lines)
        if order.order_id in self._book.orders:
            raise Impossible(f"There is an order {order.order_id} already.")
        self._book.add_order(order, self._switches.kept_orders)
        return order

    def open_return(self, order: Order, backs: Sequence[Back], at: datetime, *, by_platform: bool) -> Return:
        """A customer announces what comes back; each order line at most once."""
        bought = {line.order_line_id: line for line in order.lines}
        if not backs or len({back.order_line_id for back in backs}) < len(backs):
            raise Impossible("A return has lines, and each order line once.")
        lines = []
        for number, back in enumerate(backs, 1):
            line = bought.get(back.order_line_id)
            if line is None:
                raise Impossible(f"Order {order.order_id} has no line {back.order_line_id}.")
            if not 1 <= back.quantity <= line.quantity - line.returned:
                raise Impossible(f"Of {line.sku}, {line.quantity - line.returned} can go back.")
            lines.append(ReturnLine(str(number), line, back.quantity, back.reason, back.comment))
        for back_line in lines:
            back_line.order_line.returned += back_line.quantity
        number = next(self._return_numbers)
        returned = Return(f"R-{number}", order, lines, at, f"3STBD{number:09}", by_platform)
        order.returns.append(returned)
        self._book.touch(returned, at)
        self._waiting[by_platform].append((self._clock.now(), returned))
        self._journal.write("opened", returned.return_id, returned.left, order_id=order.order_id)
        return returned

    def withdraw(self, returned: Return) -> None:
        """The customer keeps what was not decided yet."""
        if returned.status not in OPEN:
            raise Impossible(f"Return {returned.return_id} is {returned.status}.")
        units = returned.left
        for line in returned.lines:
            line.order_line.returned -= line.left
            line.withdrawn = line.left
        returned.status = self._decisions.outcome(returned) or "cancelled"
        self._book.touch(returned, self._clock.now())
        self._journal.write("withdrawn", returned.return_id, units)

    def receive(self, returned: Return) -> None:
        """The parcel arrives; the status says so while a decision is awaited."""
        if returned.status == "requested":
            returned.status = "received"
            self._book.touch(returned, self._clock.now())
        self._journal.write("goods", returned.return_id, sum(line.quantity for line in returned.lines))

    def act(self) -> None:
        """Does what is due by the clock, when the switches say so."""
        waits = {True: self._switches.warehouse_seconds, False: self._switches.auto_accept_seconds}
        for by_platform, seconds in waits.items():
            for returned in due(self._waiting[by_platform], seconds, self._clock.now()):
                if returned.status in OPEN and returned.return_id in self._book.returns:
                    self._decisions.carry_out(returned, "accept", all_left(returned), by="clock")
        self._decisions.act()
