"""The simulator of Miravia: sellers, their state, and the web app that speaks for them."""

import random
from datetime import timedelta

from aiohttp import web

from retour.sandbox.agenda import Agenda
from retour.sandbox.app import Simulator
from retour.sandbox.miravia import commands
from retour.sandbox.miravia.control import Control
from retour.sandbox.miravia.decisions import Decisions
from retour.sandbox.miravia.flow import Flow
from retour.sandbox.miravia.gate import Gate
from retour.sandbox.miravia.lazada import LazadaCalls
from retour.sandbox.miravia.limits import Limits
from retour.sandbox.miravia.listing import Listing
from retour.sandbox.miravia.openings import Openings
from retour.sandbox.miravia.orders import Orders
from retour.sandbox.miravia.pages import Pages
from retour.sandbox.miravia.push import Push
from retour.sandbox.miravia.samples import REASONS, SAMPLE_ORDERS, of_sku
from retour.sandbox.miravia.state import Line, Order, Reverse, Seller
from retour.sandbox.miravia.switches import MiraviaSwitches
from retour.sandbox.miravia.tokens import Issued, Tokens

SELLER_ID = "1000000001"
APP_KEY = "123456"
APP_SECRET = "testsecret"  # noqa: S105 - opens nothing but this simulator, as the tokens below
ACCESS_TOKEN = "sandbox-access-token"  # noqa: S105
REFRESH_TOKEN = "sandbox-refresh-token"  # noqa: S105


class MiraviaSimulator(Simulator):
    """Each seller has its own orders, returns, tokens, limits and push address; one app speaks for all."""

    key = "miravia"
    switches: MiraviaSwitches

    def __init__(self, *, seed: int = 0, app_key: str = APP_KEY, app_secret: str = APP_SECRET) -> None:
        super().__init__(MiraviaSwitches(), seed=seed)
        self.app_key = app_key
        self.app_secret = app_secret
        self.tokens = Tokens(self.switches, self.clock)
        self.limits = Limits(self.switches)
        self.push = Push(self)
        self._agenda = Agenda()
        self._openings = Openings(self.switches, self.clock.now)
        self._flows: dict[str, Flow] = {}
        self.add_seller(SELLER_ID)
        self.tokens.issue(SELLER_ID, names=(ACCESS_TOKEN, REFRESH_TOKEN))
        self._place_sample_orders()

    def routes(self) -> list[web.AbstractRouteDef]:
        gate, decisions = Gate(self), Decisions(self)
        return [
            *gate.without_token("/auth/token/create", self.tokens.create),
            *gate.without_token("/auth/token/refresh", self.tokens.refresh),
            gate.get("/reverse/getreverseordersforseller", Listing(self).answer),
            gate.post("/v2/order/returnRefund/accept", decisions.accept),
            gate.post("/v2/order/returnRefund/reject", decisions.reject),
            *Orders(self).routes(gate),
            *LazadaCalls(self).routes(gate),
            gate.nothing_here(),
            *Control(self).routes(),
            *Pages(self).routes(),
        ]

    def app(self) -> web.Application:
        app = super().app()
        app.cleanup_ctx.append(self.push.serve)
        return app

    def catch_up(self) -> None:
        """Does what is due by the platform's clock."""
        self._agenda.run(self.clock.now())

    def add_seller(self, seller_id: str) -> Seller:
        """A new seller, or the known one."""
        if seller_id not in self._flows:
            flow = Flow(Seller(seller_id), self.journal, self.switches, self._agenda, self.clock.now, self.push.tell)
            self._flows[seller_id] = flow
        return self._flows[seller_id].seller

    def flow(self, seller_id: str = SELLER_ID) -> Flow:
        """A seller's returns as they are now: whatever was due has happened. KeyError when there is none."""
        self.catch_up()
        return self._flows[seller_id]

    def line(self, line_id: str) -> tuple[Flow, Line]:
        """A line of any seller, as it is now; KeyError when there is none."""
        self.catch_up()
        for flow in self._flows.values():
            if line_id in flow.seller.lines:
                return flow, flow.seller.lines[line_id]
        raise KeyError(line_id)

    def knows_order(self, order_id: str) -> bool:
        return any(order_id in flow.seller.orders for flow in self._flows.values())

    def place_order(
        self, command: commands.PlaceOrder | None = None, seller_id: str = SELLER_ID, *, shown: bool = True
    ) -> Order:
        """The customer orders. Impossible when the order id is taken."""
        flow = self.flow(seller_id)
        order = self._openings.order(flow, command or commands.PlaceOrder())
        if shown:
            flow.seller.recent_orders.append(order)
        return order

    def open_return(
        self, command: commands.OpenReturn | None = None, seller_id: str = SELLER_ID, *, shown: bool = True
    ) -> Reverse:
        """The customer opens a reverse order. Impossible when there is not so much to send back."""
        flow = self.flow(seller_id)
        reverse = self._openings.reverse(flow, command or commands.OpenReturn())
        if shown:
            flow.seller.recent_returns.append(reverse)
            if reverse.order not in flow.seller.recent_orders:
                flow.seller.recent_orders.append(reverse.order)
        return reverse

    def open_many(self, command: commands.OpenMany, seller_id: str = SELLER_ID) -> list[Reverse]:
        """Many returns of one line over the last days; they do not show on the page."""
        chance = random.Random(command.seed)  # noqa: S311 - sample data
        now = self.clock.now()
        return [
            self.open_return(
                commands.OpenReturn(
                    lines=(commands.ReturnedProduct(reason=chance.choice(tuple(REASONS.values()))),),
                    opened_at=now - timedelta(days=chance.uniform(0, command.days)),
                ),
                seller_id,
                shown=False,
            )
            for _ in range(command.count)
        ]

    def withdraw(self, line_id: str) -> bool:
        """The customer withdraws; false: all of it is decided already."""
        flow, line = self.line(line_id)
        return flow.withdraw(line)

    def post_parcel(self, line_id: str) -> None:
        """The customer hands over the parcel."""
        flow, line = self.line(line_id)
        flow.post(line)

    def deliver_parcel(self, line_id: str) -> None:
        """The parcel arrives at the merchant's, or at the platform's warehouse."""
        flow, line = self.line(line_id)
        flow.deliver(line)

    def staff_refund(self, line_id: str) -> bool:
        """The platform's own people refund, whatever the seller said; false: nothing was left to refund."""
        flow, line = self.line(line_id)
        return flow.refund(line, "platform")

    def staff_reject(self, line_id: str) -> bool:
        """The platform's own people refuse what is undecided; false: nothing was."""
        flow, line = self.line(line_id)
        if not line.open_parts:
            return False
        flow.reject(line, line.open_parts, "platform")
        return True

    def dispute(self, line_id: str) -> None:
        """The customer objects: the platform's own people decide now."""
        flow, line = self.line(line_id)
        flow.dispute(line)

    def rewrite(self, line_id: str, command: commands.Rewrite) -> None:
        """The platform says something else about a line."""
        flow, line = self.line(line_id)
        for name, value in command.model_dump(exclude_none=True).items():
            setattr(line, name, list(value) if name == "actions" else value)
        flow.touch(line)

    def authorize(self, seller_id: str = SELLER_ID) -> str:
        """The seller says yes on the authorisation page: a code."""
        return self.tokens.code(self.add_seller(seller_id).seller_id)

    def issue_tokens(self, seller_id: str = SELLER_ID) -> Issued:
        return self.tokens.issue(self.add_seller(seller_id).seller_id)

    def expire_access_tokens(self, seller_id: str = SELLER_ID) -> None:
        """The refresh tokens stay good."""
        self.tokens.expire(seller_id)

    def revoke_tokens(self, seller_id: str = SELLER_ID) -> None:
        """Only a new authorisation helps."""
        self.tokens.revoke(seller_id)

    def subscribe(self, url: str, seller_id: str = SELLER_ID) -> None:
        """Where push messages go; an empty url ends them."""
        self.add_seller(seller_id).push_url = url
        self.push.subscribed.set()

    def _place_sample_orders(self) -> None:
        for days, wanted in SAMPLE_ORDERS:
            items = tuple(
                commands.Product(
                    sku=sku, ean=of_sku(sku).ean, title=of_sku(sku).title, cents=of_sku(sku).cents, quantity=n
                )
                for sku, n in wanted
            )
            self.place_order(commands.PlaceOrder(items=items, placed_at=self.clock.now() - timedelta(days=days)))


__all__ = ["ACCESS_TOKEN", "APP_KEY", "APP_SECRET", "REFRESH_TOKEN", "SELLER_ID", "MiraviaSimulator"]
