"""The simulator of Amazon: sellers, what happens to their orders and returns, and the web app that speaks for them.

The methods below are everybody but the client under test: customers, Amazon itself, the seller's staff in Seller
Central. They obey no rule. Each first does what was due by the platform's clock.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count

from aiohttp import web

from retour.sandbox.agenda import Agenda
from retour.sandbox.amazon import commands
from retour.sandbox.amazon.control import Control
from retour.sandbox.amazon.external import ExternalApi
from retour.sandbox.amazon.feeds import FeedsApi
from retour.sandbox.amazon.gate import Gate
from retour.sandbox.amazon.lwa import Tokens
from retour.sandbox.amazon.marketplaces import MARKETPLACES
from retour.sandbox.amazon.ordering import items_meant, new_item, order_again, order_behind
from retour.sandbox.amazon.orders import OrdersApi
from retour.sandbox.amazon.pages import Pages
from retour.sandbox.amazon.refunds import Refunds, Source, share
from retour.sandbox.amazon.reports import ReportsApi
from retour.sandbox.amazon.samples import BUYER_OF, BUYERS, Bulk, place_sample_orders
from retour.sandbox.amazon.state import DROPPED, FINAL, Order, Return, ReturnLine, Seller
from retour.sandbox.amazon.storage import Storage
from retour.sandbox.amazon.switches import AmazonSwitches
from retour.sandbox.app import Simulator

CLIENT_ID = "amzn1.application-oa2-client.sandbox"
CLIENT_SECRET = "sandbox-secret"  # noqa: S105 - opens nothing but this simulator
EU_SELLER, EU_TOKEN = "A0SANDBOXEU", "Atzr|sandbox-eu"
US_SELLER, US_TOKEN = "A0SANDBOXUS", "Atzr|sandbox-us"


class AmazonSimulator(Simulator):
    """Each seller has its own orders, returns, reports, feeds and rate limits."""

    key = "amazon"
    switches: AmazonSwitches

    def __init__(self, *, seed: int = 0) -> None:
        super().__init__(AmazonSwitches(), seed=seed)
        self.agenda = Agenda()
        self.applications: dict[str, str] = {CLIENT_ID: CLIENT_SECRET}
        self.sellers: dict[str, Seller] = {}
        self.tokens = Tokens(self.applications, self.sellers, self.switches, self.clock.now)
        self.storage = Storage(self.switches, self.clock.now)
        self.refunds = Refunds(self.journal, self.switches)
        self.reports = ReportsApi(self)
        self.feeds = FeedsApi(self)
        self._bulks: dict[str, Bulk] = {}
        self._numbers = count(1)
        self._add_samples()

    def routes(self) -> list[web.AbstractRouteDef]:
        gate = Gate(self)
        return [
            web.post("/auth/o2/token", self.tokens.serve),
            *self.reports.routes(gate),
            *self.feeds.routes(gate),
            *OrdersApi(self).routes(gate),
            *ExternalApi(self).routes(gate),
            *self.storage.routes(),
            *Control(self).routes(),
            *Pages(self).routes(),
        ]

    def catch_up(self) -> None:
        self.agenda.run(self.clock.now())

    def add_seller(self, told: commands.AddSeller) -> Seller:
        """A new seller, or a known one that authorised anew."""
        client_id = told.client_id or CLIENT_ID
        if told.client_secret is not None:
            self.applications[client_id] = told.client_secret
        known = self.sellers.get(told.seller_id)
        if known is None:
            known = Seller(told.seller_id, client_id, told.refresh_token, told.marketplace_ids)
            self.sellers[told.seller_id] = known
        known.client_id, known.refresh_token, known.revoked = client_id, told.refresh_token, False
        known.marketplace_ids = told.marketplace_ids
        return known

    def seller(self, seller_id: str = EU_SELLER) -> Seller:
        """KeyError when there is none."""
        self.catch_up()
        return self.sellers[seller_id]

    def revoke(self, seller: Seller) -> None:
        """The merchant took the authorisation back: neither token works any more."""
        seller.revoked = True

    def order_of(self, seller: Seller, order_id: str) -> Order | None:
        """A stored order; one of the bulk becomes a stored one."""
        bulk = self._bulks.get(seller.seller_id)
        number = bulk.number_of(order_id) if bulk and order_id not in seller.orders else None
        if bulk and number is not None and number not in bulk.real:
            bulk.real.add(number)
            returned = bulk.returned(number)
            seller.orders[order_id] = returned.order
            seller.keep(returned, self.switches.kept_returns)
        return seller.orders.get(order_id)

    def bulk_of(self, seller: Seller, marketplace_ids: tuple[str, ...]) -> Bulk | None:
        bulk = self._bulks.get(seller.seller_id)
        return bulk if bulk and bulk.marketplace_id in marketplace_ids else None

    def place_order(self, seller: Seller, told: commands.PlaceOrder) -> Order:
        self.catch_up()
        market = MARKETPLACES[told.marketplace_id or seller.marketplace.marketplace_id]
        number = next(self._numbers)
        order = Order(
            told.order_id or f"902-{2000000 + number // 10_000_000:07}-{number % 10_000_000:07}",
            market,
            told.placed_at or self.clock.now() - timedelta(days=7),
            told.fulfilled_by,
            BUYER_OF.get(market.country, BUYERS[0]),
            [new_item(one, self._numbers) for one in told.items],
            told.shipped,
            told.prime,
        )
        seller.orders[order.order_id] = order
        return order

    def ship(self, order: Order) -> None:
        """Adjustments that waited for it are carried out now."""
        order.shipped = True
        self.feeds.shipped(self.clock.now())

    def replace_order(self, seller: Seller, original: Order, told: commands.Replace) -> Order:
        """Amazon sends the same again, on a new order that costs nothing."""
        order = self.place_order(seller, order_again(original, self.clock.now()))
        order.original = (told.association, original.order_id)
        original.replacements.append((told.association, order.order_id))
        return order

    def open_return(self, seller: Seller, told: commands.OpenReturn) -> Return:
        """The customer asks to return. What comes back and is in no order yet is ordered first.

        Of an FBA order the return arrives in Amazon's warehouse and is refunded after `warehouse_seconds`; it has one
        line. LookupError when the order does not exist or has no such item.
        """
        self.catch_up()
        order = self._order_for(seller, told)
        lines = tuple(
            ReturnLine(item, one.quantity, one.reason, one.comment, one.resolution)
            for one, item in zip(told.items, items_meant(order, told), strict=True)
        )
        number = next(self._numbers)
        fba = order.fulfilled_by == "AMAZON"
        approved = "Approved" if self.switches.auto_approve else self.switches.pending_status
        returned = Return(
            told.rma_id or (f"LPNTEST{number:06}" if fba else f"DTEST{number:06}RRMA"),
            order,
            told.requested_at or self.clock.now(),
            told.status or approved,
            lines,
            tracking_id=f"TESTTRACK{number:06}" if told.label and not fba else "",
            flaw=told.flaw,
            reported=told.reported,
            external=told.external,
        )
        self._keep(seller, returned)
        if fba:
            due = returned.requested_at + timedelta(seconds=self.switches.warehouse_seconds)
            self.agenda.add(due, lambda at: self._arrive_in_warehouse(seller, returned.rma_id, at))
            self.catch_up()
        elif self.switches.returnless_refunds_at_once:
            self._refund_lines(seller, returned.rma_id, "amazon", "ReturnlessRefund")
        return seller.returns[returned.rma_id]

    def open_many(self, seller: Seller, told: commands.OpenMany) -> Bulk:
        """Replaces the bulk of before, of which only what was looked up stays."""
        market = told.marketplace_id or seller.marketplace.marketplace_id
        bulk = Bulk(market, told.count, self.clock.now(), timedelta(days=told.days))
        self._bulks[seller.seller_id] = bulk
        return bulk

    def set_status(self, seller: Seller, returned: Return, status: str, source: Source | str) -> Return:
        """Closed, Rejected and alike are a decision without money on what was not refunded."""
        self.catch_up()
        returned = seller.returns[returned.rma_id]
        if status == returned.status:
            return returned
        self._keep(seller, replace(returned, status=status, changed_at=self.clock.now()))
        if status in FINAL and returned.status not in FINAL and returned.open_units:
            self.journal.write(
                "settled",
                returned.rma_id,
                returned.open_units,
                status=status,
                source=source,
                seller_id=seller.seller_id,
                order_id=returned.order.order_id,
            )
        return seller.returns[returned.rma_id]

    def withdraw(self, seller: Seller, returned: Return) -> Return:
        """The customer cancels, unless it is over already."""
        if returned.status in FINAL:
            return returned
        return self.set_status(seller, returned, "Cancelled", "customer")

    def scan(self, seller: Seller, returned: Return) -> Return:
        """The carrier takes the parcel: Amazon refunds what is RefundAtFirstScan."""
        self.catch_up()
        self._refund_lines(seller, returned.rma_id, "amazon", "RefundAtFirstScan")
        return seller.returns[returned.rma_id]

    def deliver(self, seller: Seller, returned: Return) -> Return:
        """The parcel is back; after `auto_refund_hours` Amazon refunds what nobody did."""
        self.catch_up()
        now = self.clock.now()
        self._keep(seller, replace(seller.returns[returned.rma_id], delivered_at=now, changed_at=now))
        if self.switches.auto_refund_hours is not None:
            due = now + timedelta(hours=self.switches.auto_refund_hours)
            self.agenda.add(due, lambda at: self._refund_lines(seller, returned.rma_id, "amazon", at=at))
        return seller.returns[returned.rma_id]

    def claim(self, seller: Seller, returned: Return, told: commands.Claim) -> Return:
        """An A-to-z claim is opened or ended."""
        return self._keep(seller, replace(returned, a_to_z=told.open))

    def move_external(self, seller: Seller, returned: Return, told: commands.MoveExternal) -> Return:
        """What External Fulfillment Returns says of its parcel from now on."""
        return self._keep(seller, replace(returned, external_step=told.status, changed_at=self.clock.now()))

    def garble(self, seller: Seller, returned: Return, told: commands.Garble) -> Return:
        """What is wrong with its row in reports from now on."""
        return self._keep(seller, replace(returned, flaw=told.flaw))

    def refund(self, seller: Seller, returned: Return, told: commands.RefundReturn) -> Return:
        """Money by Amazon or by the seller's staff."""
        self.catch_up()
        for line in seller.returns[returned.rma_id].lines:
            if told.sku in (None, line.item.sku):
                quantity = told.quantity or line.open_units or line.quantity
                self._pay(seller, returned.rma_id, line, quantity, told.amount, told.source, self.clock.now())
        return seller.returns[returned.rma_id]

    def _refund_lines(
        self, seller: Seller, rma_id: str, source: Source, resolution: str | None = None, at: datetime | None = None
    ) -> None:
        """What is still open; with a resolution only those lines that have it."""
        returned = seller.returns.get(rma_id)
        if returned is None or returned.status in DROPPED:
            return
        for line in returned.lines:
            if line.open_units and resolution in (None, line.resolution):
                self._pay(seller, rma_id, line, line.open_units, None, source, at or self.clock.now())

    def _pay(
        self,
        seller: Seller,
        rma_id: str,
        line: ReturnLine,
        quantity: int,
        amount: Decimal | None,
        source: Source,
        at: datetime,
    ) -> None:
        returned = seller.returns[rma_id]
        principal = share(returned.order, line.item, quantity) if amount is None else amount
        components = {"Principal": principal}
        self.refunds.pay(seller, returned.order, line.item, quantity, components, at, source, returned)

    def _arrive_in_warehouse(self, seller: Seller, rma_id: str, at: datetime) -> None:
        returned = seller.returns.get(rma_id)
        if returned and returned.status not in DROPPED:
            self._keep(seller, replace(returned, delivered_at=at))
            self._refund_lines(seller, rma_id, "amazon", at=at)

    def _keep(self, seller: Seller, returned: Return) -> Return:
        seller.keep(returned, self.switches.kept_returns)
        return returned

    def _order_for(self, seller: Seller, told: commands.OpenReturn) -> Order:
        if told.order_id is None:
            order = self.place_order(seller, order_behind(told))
        elif (known := self.order_of(seller, told.order_id)) is None:
            raise LookupError(f"no order {told.order_id}")
        else:
            order = known
        if order.fulfilled_by == "AMAZON" and (len(told.items) > 1 or told.external):
            raise LookupError("an FBA return has one line, and is none of External Fulfillment")
        return order

    def _add_samples(self) -> None:
        """What a newcomer can send back on the page."""
        eu_markets = ("A1805IZSGTT6HS", "A1PA6795UKMFR9", "AMEN7PMS3EDWL")
        eu = commands.AddSeller(seller_id=EU_SELLER, refresh_token=EU_TOKEN, marketplace_ids=eu_markets)
        us = commands.AddSeller(seller_id=US_SELLER, refresh_token=US_TOKEN, marketplace_ids=("ATVPDKIKX0DER",))
        for seller in (self.add_seller(eu), self.add_seller(us)):
            place_sample_orders(seller, self._numbers, self.clock.now())
