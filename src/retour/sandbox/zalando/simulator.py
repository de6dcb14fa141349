"""The simulator of Zalando: its merchants, and everything that others than the client under test can do."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from aiohttp import web

from retour.sandbox.app import Simulator
from retour.sandbox.zalando.announced_api import AnnouncedApi
from retour.sandbox.zalando.control import Control
from retour.sandbox.zalando.gate import Gate
from retour.sandbox.zalando.line_api import LineApi
from retour.sandbox.zalando.order_api import OrderApi
from retour.sandbox.zalando.pages import Pages
from retour.sandbox.zalando.sales import SALES_CHANNEL, Product, Sales
from retour.sandbox.zalando.samples import CUSTOMERS, place_sample_orders
from retour.sandbox.zalando.state import (
    AnnouncedReturn,
    Customer,
    Line,
    LineStatus,
    Merchant,
    Order,
    OrderType,
    Returns,
)
from retour.sandbox.zalando.switches import Flaw, ZalandoSwitches
from retour.sandbox.zalando.token import Tokens
from retour.sandbox.zalando.transitions import Transitions

MERCHANT_ID = "26caa95a-174f-41be-8585-0ce49055874d"


class ZalandoSimulator(Simulator):
    """One fashion partner with an app; each of its merchants has its own orders and returns."""

    key = "zalando"
    switches: ZalandoSwitches

    def __init__(self, *, seed: int = 0, samples: bool = False) -> None:
        """Empty, or with orders that a newcomer can send back on the page."""
        super().__init__(ZalandoSwitches(), seed=seed)
        self.tokens = Tokens(self.switches, self.clock)
        self.transitions = Transitions(self.journal)
        self.merchants = {MERCHANT_ID: Merchant(MERCHANT_ID, granted=True)}
        self._sales = Sales(self.clock, self.journal, self.transitions, self.switches, seed)
        if samples:
            place_sample_orders(self)

    def routes(self) -> list[web.AbstractRouteDef]:
        gate = Gate(self)
        orders = OrderApi(self)
        return [
            web.post("/auth/token", self.tokens.serve),
            *orders.routes(gate),
            *LineApi(self, orders).routes(gate),
            *AnnouncedApi(self).routes(gate),
            *Control(self).routes(),
            *Pages(self).routes(),
        ]

    def catch_up(self) -> None:
        """What Zalando does by the clock (`warehouse_seconds`, `auto_return_seconds`)."""
        self._sales.act()

    def add_merchant(self, merchant_id: str, *, granted: bool = True) -> Merchant:
        """Another merchant of the partner, or another grant for a known one."""
        merchant = self.merchants.setdefault(merchant_id, Merchant(merchant_id, granted))
        merchant.granted = granted
        return merchant

    def place_order(
        self,
        products: Sequence[Product],
        *,
        merchant_id: str = MERCHANT_ID,
        customer: Customer = CUSTOMERS[0],
        placed_at: datetime | None = None,
        status: LineStatus = "shipped",
        order_type: OrderType = "PartnerFulfilled",
        returns: Returns = "partner",
        order_number: str = "",
        merchant_order_id: str = "",
        sales_channel_id: str = SALES_CHANNEL,
        shown: bool = True,
    ) -> Order:
        """A customer's order, placed a week ago unless told otherwise; `shown` on the page."""
        merchant = self.merchants[merchant_id]
        order = self._sales.place_order(
            merchant,
            products,
            customer,
            placed_at=placed_at or self.clock.now() - timedelta(days=7),
            status=status,
            order_type=order_type,
            returns=returns,
            number=order_number,
            merchant_order_id=merchant_order_id,
            sales_channel_id=sales_channel_id,
        )
        if shown:
            merchant.recent_orders.append(order)
        return order

    def announce(self, lines: Sequence[tuple[str, str]], *, registered_at: datetime | None = None) -> AnnouncedReturn:
        """The customer makes one label on Zalando's site for lines (id, reason), of one merchant, of any orders."""
        found = [(self.line(line_id), reason) for line_id, reason in lines]
        return self._sales.announce(self._merchant_of(lines[0][0]), found, registered_at or self.clock.now())

    def send_back(self, line_id: str) -> None:
        """The customer sends a unit back with the label from the box: only the seller's dock knows."""
        self._sales.send_back(self.line(line_id))

    def withdraw(self, announced_return_id: str) -> None:
        """The customer does not send back what was announced."""
        for merchant in self.merchants.values():
            if announced := merchant.announced.get(announced_return_id):
                self._sales.withdraw(merchant, announced)
                return
        raise KeyError(announced_return_id)

    def return_by_zalando(self, line_id: str, reason: int = 0) -> None:
        """Zalando's warehouse or staff sets a unit `returned` and refunds it; nothing when it is returned already."""
        line = self.line(line_id)
        if line.status != "returned":
            self.transitions.move(line, "returned", self.clock.now(), "zalando", reason)

    def garble(self, ref: str, flaw: Flaw) -> None:
        """Spoils the row of an order, item, line or announced return from now on."""
        self.switches.garbled = {**self.switches.garbled, ref: flaw}

    def revoke_tokens(self) -> None:
        """Every token issued so far is answered 401."""
        self.tokens.revoke()

    def line(self, line_id: str) -> Line:
        """KeyError when there is none."""
        return self._merchant_of(line_id).lines[line_id]

    def merchant(self, merchant_id: str = MERCHANT_ID) -> Merchant:
        """A merchant as it is now: whatever was due has happened."""
        self.catch_up()
        return self.merchants[merchant_id]

    def _merchant_of(self, line_id: str) -> Merchant:
        self.catch_up()
        for merchant in self.merchants.values():
            if line_id in merchant.lines:
                return merchant
        raise KeyError(line_id)
