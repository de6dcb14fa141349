"""How orders and returns come into being: customers order, and open returns with Walmart."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count

from retour.sandbox.commands import Bulk, Impossible
from retour.sandbox.walmart import commands
from retour.sandbox.walmart.lifecycle import Lifecycle
from retour.sandbox.walmart.samples import CUSTOMERS, REASONS, SAMPLE_ORDERS, product
from retour.sandbox.walmart.state import Customer, Order, OrderLine, Return, ReturnLine, Seller
from retour.sandbox.walmart.switches import WalmartSwitches


class Customers:
    """Writes new orders and returns into the account."""

    def __init__(
        self, seller: Seller, lifecycle: Lifecycle, switches: WalmartSwitches, now: Callable[[], datetime]
    ) -> None:
        self._seller = seller
        self._lifecycle = lifecycle
        self._switches = switches
        self._now = now
        self._returns = count(1)
        self._purchase_orders = count(4790210558890)
        self._customer_orders = count(200012345678901)

    def place_samples(self) -> None:
        """What a newcomer can send back on the page."""
        for number, ship_node, days, lines in SAMPLE_ORDERS:
            ordered = [product(which, units, place) for place, (which, units) in enumerate(lines, 1)]
            at = self._now() - timedelta(days=days)
            order = Order(number, str(next(self._customer_orders)), at, ship_node, CUSTOMERS[0], ordered)
            self._add_order(order, recent=True)

    def place_order(self, command: commands.PlaceOrder, *, shown: bool = True) -> Order:
        """`shown` on the page. Impossible when its number is taken."""
        if command.purchase_order_id in self._seller.orders:
            raise Impossible(f"purchase order {command.purchase_order_id} exists")
        order = Order(
            command.purchase_order_id or self._free_order_id(),
            command.customer_order_id or str(next(self._customer_orders)),
            command.placed_at or self._now(),
            command.ship_node,
            command.customer.customer(),
            [_order_line(line, line.quantity, number) for number, line in enumerate(command.lines, 1)],
            command.seller_order_id,
        )
        self._add_order(order, recent=shown)
        return order

    def open_return(self, command: commands.OpenReturn, *, shown: bool = True) -> Return:
        """Makes the orders that do not exist yet; `shown` on the page. Impossible when its number is taken."""
        if command.return_order_id in self._seller.returns:
            raise Impossible(f"return {command.return_order_id} exists")
        at = command.opened_at or self._now()
        customer = command.customer.customer()
        returned = self._blank(at, customer, command.return_order_id)
        returned.kind, returned.channel = command.kind, command.channel
        returned.labels_per_group, returned.carriers_per_label = command.labels_per_group, command.carriers_per_label
        if command.kind == "REPLACEMENT":
            returned.replacement_customer_order_id = str(next(self._customer_orders))
        fresh: list[Order] = []  # the new order that lines without a purchase order share
        for number, wanted in enumerate(command.lines, 1):
            order = self._order_of(wanted, command, returned, fresh)
            expected = not wanted.keep_it if wanted.return_expected is None else wanted.return_expected
            line = ReturnLine(number, returned, order, _known_line(order, wanted), wanted.quantity, wanted.reason)
            line.keep_it, line.return_expected, line.group = wanted.keep_it, expected, wanted.group
            returned.lines.append(line)
        self._open(returned, recent=shown)
        return returned

    def open_many(self, command: Bulk) -> list[Return]:
        """Mostly of one line and one unit, oldest first."""
        chance = random.Random(command.seed)  # noqa: S311 - sample data
        now = self._now()
        ages = sorted((chance.uniform(0, command.days * 86400) for _ in range(command.count)), reverse=True)
        return [self._open_one(chance, now - timedelta(seconds=age)) for age in ages]

    def send_back(self, order: Order, ordered: OrderLine, quantity: int, reason: str) -> Return:
        """What a person does on the page."""
        returned = self._blank(self._now(), order.customer, None)
        returned.customer_order_id = order.customer_order_id
        returned.lines.append(ReturnLine(1, returned, order, ordered, quantity, reason))
        self._open(returned, recent=True)
        return returned

    def _open_one(self, chance: random.Random, at: datetime) -> Return:
        customer = chance.choice(CUSTOMERS)
        returned = self._blank(at, customer, None)
        lines = [product(chance.randint(1, 500), 1 if chance.random() < 0.9 else 3, place) for place in (1, 2)]
        lines = lines[: 2 if chance.random() < 1 / 12 else 1]
        placed_at = at - timedelta(days=chance.randint(3, 20))
        number = self._free_order_id()
        order = Order(number, returned.customer_order_id, placed_at, "SellerFulfilled", customer, lines)
        self._add_order(order, recent=False)
        for ordered in lines:
            reason = chance.choice(tuple(REASONS))
            returned.lines.append(ReturnLine(ordered.number, returned, order, ordered, ordered.quantity, reason))
        self._open(returned, recent=False)
        return returned

    def _order_of(
        self, wanted: commands.ReturnedProduct, command: commands.OpenReturn, returned: Return, fresh: list[Order]
    ) -> Order:
        if wanted.purchase_order_id is None and fresh:
            return fresh[0]
        order = self._seller.orders.get(wanted.purchase_order_id or "")
        if order is None:
            number = wanted.purchase_order_id or self._free_order_id()
            at = returned.opened_at - timedelta(days=7)
            order = Order(number, returned.customer_order_id, at, command.ship_node, returned.customer)
            self._add_order(order, recent=True)
            if wanted.purchase_order_id is None:
                fresh.append(order)
        elif not returned.lines:
            returned.customer_order_id, returned.customer = order.customer_order_id, order.customer
        return order

    def _blank(self, at: datetime, customer: Customer, number: str | None) -> Return:
        """18 digits, more than a double holds exactly (contract 4.3)."""
        place = next(self._returns)
        order_id = str(next(self._customer_orders))
        return Return(place, number or str(106152711271980000 + place), order_id, customer, at, at)

    def _open(self, returned: Return, *, recent: bool) -> None:
        returned.by_walmart = any(line.order.ship_node == "WFSFulfilled" for line in returned.lines)
        self._lifecycle.open(returned)
        if recent:
            self._seller.recent_returns.append(returned)

    def _add_order(self, order: Order, *, recent: bool) -> None:
        self._seller.add_order(order, self._switches.kept)
        if recent:
            self._seller.recent_orders.append(order)

    def _free_order_id(self) -> str:
        while (number := str(next(self._purchase_orders))) in self._seller.orders:
            continue
        return number


def _order_line(wanted: commands.Product, quantity: int, number: int) -> OrderLine:
    line = product(number, quantity, number)
    line.sku, line.title = wanted.sku or line.sku, wanted.title or wanted.sku or line.title
    line.unit_price, line.unit_tax, line.shipping = wanted.unit_price, wanted.unit_tax, Decimal(wanted.shipping)
    line.exception_type = wanted.exception_type
    return line


def _known_line(order: Order, wanted: commands.ReturnedProduct) -> OrderLine:
    """By its number when given, else the order's line with this SKU, else a new one."""
    for line in order.lines:
        if line.number == wanted.line_number or (wanted.line_number is None and line.sku == wanted.sku):
            return line
    taken = max((line.number for line in order.lines), default=0)
    line = _order_line(wanted, wanted.ordered or wanted.quantity, wanted.line_number or taken + 1)
    order.lines.append(line)
    return line
