"""The simulator of Walmart: one seller's account, what can be done to it, and the web app that speaks for it."""

from collections.abc import Callable
from datetime import datetime
from email.utils import format_datetime
from typing import Final

from aiohttp import web

from retour.sandbox.agenda import Agenda
from retour.sandbox.app import Simulator
from retour.sandbox.commands import Bulk
from retour.sandbox.walmart import commands
from retour.sandbox.walmart.control import Control
from retour.sandbox.walmart.customers import Customers
from retour.sandbox.walmart.gate import TOKEN_HEADER, Answer, Gate, answers_xml
from retour.sandbox.walmart.lifecycle import Lifecycle
from retour.sandbox.walmart.orders import OrdersApi
from retour.sandbox.walmart.pages import Pages
from retour.sandbox.walmart.pushes import Pushes
from retour.sandbox.walmart.refunds import RefundsApi
from retour.sandbox.walmart.returns import ReturnsApi
from retour.sandbox.walmart.state import Order, Return, ReturnLine, Seller
from retour.sandbox.walmart.switches import Flaw, WalmartSwitches
from retour.sandbox.walmart.tokens import Tokens
from retour.sandbox.walmart.webhooks import WebhooksApi

DEFAULT_CLIENT_ID: Final = "sandbox-client"
DEFAULT_SECRET: Final = "sandbox-secret"  # noqa: S105 - opens nothing but this simulator


class WalmartSimulator(Simulator):
    """One seller. Its methods are what customers, carriers, the seller's staff and Walmart do."""

    key = "walmart"
    switches: WalmartSwitches

    def __init__(self, *, seed: int = 0) -> None:
        super().__init__(WalmartSwitches(), seed=seed)
        self._agenda = Agenda()
        self.seller = Seller()
        self.tokens = Tokens(DEFAULT_CLIENT_ID, DEFAULT_SECRET, self.switches, self.clock.now)
        self.pushes = Pushes(self.switches, self.clock.now)
        self.lifecycle = Lifecycle(self.seller, self.journal, self._agenda, self.switches, self.pushes.tell)
        self.customers = Customers(self.seller, self.lifecycle, self.switches, self.clock.now)
        self.customers.place_samples()

    def routes(self) -> list[web.AbstractRouteDef]:
        gate = Gate(self)
        return [
            web.post("/v3/token", gate.open_tokens(self._issue_token)),
            web.get("/v3/token/detail", gate.open(self._describe_token)),
            *ReturnsApi(self).routes(gate),
            *RefundsApi(self).routes(gate),
            *OrdersApi(self).routes(gate),
            *WebhooksApi(self).routes(gate),
            web.route("*", "/v3/{tail:.*}", gate.unknown),
            *Control(self).routes(),
            *Pages(self).routes(),
        ]

    def app(self) -> web.Application:
        app = super().app()
        app.cleanup_ctx.append(self.pushes.run)
        app.on_response_prepare.append(self._tell_time)
        return app

    async def _tell_time(self, _: web.Request, response: web.StreamResponse) -> None:
        """A server's Date is of its own clock, which tests move."""
        response.headers["Date"] = format_datetime(self.clock.now(), usegmt=True)

    def catch_up(self) -> None:
        """Does what is due by the platform's clock."""
        self._agenda.run(self.clock.now())

    def place_order(self, command: commands.PlaceOrder | None = None, *, shown: bool = True) -> Order:
        """A customer orders; it is shipped at once. `shown` on the page."""
        return self.customers.place_order(command or commands.PlaceOrder(), shown=shown)

    def open_return(self, command: commands.OpenReturn | None = None, *, shown: bool = True) -> Return:
        """A customer opens a return; `shown` on the page."""
        return self.customers.open_return(command or commands.OpenReturn(), shown=shown)

    def open_many(self, count: int, *, seed: int = 0, days: float = 10) -> list[Return]:
        """Many customers open returns, spread over the last days."""
        return self.customers.open_many(Bulk(count=count, seed=seed, days=days))

    def ship(self, return_order_id: str, line: int | None = None) -> bool:
        """The customer hands the parcel in; False when nothing changed. KeyError: no such return or line."""
        return self._each(return_order_id, line, self.lifecycle.ship)

    def deliver(self, return_order_id: str, line: int | None = None) -> bool:
        """The parcel reaches the return centre: 48 hours begin. As `ship`."""
        return self._each(return_order_id, line, self.lifecycle.deliver)

    def cancel(self, return_order_id: str, line: int | None = None, reason: str = "CUSTOMER_CANCELLED") -> bool:
        """The customer withdraws what is not refunded yet. As `ship`."""
        return self._each(return_order_id, line, lambda each, at: self.lifecycle.cancel(each, reason, at))

    def refund(self, return_order_id: str, command: commands.RefundNow | None = None) -> bool:
        """The seller's staff in Seller Center, or Walmart, refunds. As `ship`."""
        wanted = command or commands.RefundNow()
        default = "SELLER_MANUAL_REFUND" if wanted.by == "seller_center" else "WALMART_TRIGGERED_REFUND"

        def act(line: ReturnLine, at: datetime) -> bool:
            quantity = line.left if wanted.quantity is None else wanted.quantity
            if quantity:
                self.lifecycle.refund(line, quantity, wanted.channel or default, wanted.by, at)
            return bool(quantity)

        return self._each(return_order_id, wanted.line, act)

    def spoil(self, return_order_id: str, flaw: Flaw | None) -> None:
        """From now on its row is listed with this flaw; None heals it."""
        rows = {key: value for key, value in self.switches.garbled_rows.items() if key != return_order_id}
        self.switches.garbled_rows = rows | ({return_order_id: flaw} if flaw else {})

    def forget_order(self, purchase_order_id: str) -> None:
        """The order is no longer found; its returns stay. KeyError: there is none."""
        del self.seller.orders[purchase_order_id]

    def _each(self, number: str, line: int | None, act: Callable[[ReturnLine, datetime], bool]) -> bool:
        self.catch_up()
        returned = self.seller.returns[number]
        lines = [each for each in returned.lines if line in (None, each.number)]
        if not lines:
            raise KeyError(line)
        changed = [act(each, self.clock.now()) for each in lines]
        self.catch_up()
        return any(changed)

    async def _issue_token(self, request: web.Request) -> Answer:
        body = await self.tokens.issue(request)
        if not answers_xml(request, self.switches):
            return Answer(body)
        names = {"access_token": "accessToken", "token_type": "tokenType", "expires_in": "expiresIn"}
        return Answer({names[key]: value for key, value in body.items()}, xml="OAuthTokenDTO")

    async def _describe_token(self, request: web.Request) -> Answer:
        return Answer(self.tokens.detail(self.tokens.grant_of(request.headers[TOKEN_HEADER])))
