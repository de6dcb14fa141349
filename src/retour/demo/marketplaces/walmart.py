"""Walmart: American, and only refunds can be told."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

from retour.demo.people import anybody, quantity
from retour.demo.platforms import Access, maintenance
from retour.demo.trade import Bought, Buyer, Order, Parcel, pieces
from retour.sandbox.walmart import (
    DEFAULT_CLIENT_ID,
    DEFAULT_SECRET,
    OpenReturn,
    PlaceOrder,
    RefundNow,
    WalmartSimulator,
)
from retour.sandbox.walmart.commands import Person, Product, ReturnedProduct
from retour.sandbox.walmart.samples import REASONS, product
from retour.sandbox.walmart.state import Order as WalmartOrder
from retour.sandbox.walmart.state import ReturnLine

_PRODUCTS = 8
_ARRIVED = 0.5
"""How often the parcel is at the return centre already: then 48 hours are left to decide."""


class Walmart:
    """One seller's account."""

    connector = connection = "walmart"
    title = "Walmart"
    poll_every = 4
    share = 2
    by_hand = frozenset({"reject", "repair", "exchange", "cancel"})
    mishaps = (maintenance(title, r"^GET /v3/returns"),)

    def __init__(self) -> None:
        self.simulator = WalmartSimulator()
        self.simulator.switches.limits = False
        self.simulator.switches.refund_issued_seconds = 5

    def access(self, url: str) -> Access:
        return Access({"api_url": url, "client_id": DEFAULT_CLIENT_ID}, {"client_secret": DEFAULT_SECRET})

    def samples(self) -> Iterator[Order]:
        return map(_order, self.simulator.seller.orders.values())

    def buy(self, chance: random.Random, at: datetime) -> Order:
        wanted = product(chance.randint(1, _PRODUCTS), quantity(chance))
        line = Product(
            sku=wanted.sku,
            title=wanted.title,
            quantity=wanted.quantity,
            unit_price=wanted.unit_price,
            unit_tax=wanted.unit_tax,
        )
        command = PlaceOrder(lines=[line], customer=_person(anybody(chance, "US")), placed_at=at - timedelta(days=6))
        return _order(self.simulator.place_order(command, shown=False))

    def send_back(self, order: Order, chance: random.Random, at: datetime) -> Parcel:
        [bought] = order.lines
        reason = chance.choice(tuple(REASONS))
        count = chance.randint(1, bought.quantity)
        wanted = ReturnedProduct(purchase_order_id=order.ref, line_number=1, quantity=count, reason=reason)
        returned = self.simulator.open_return(OpenReturn(lines=[wanted], opened_at=at), shown=False)
        if chance.random() < _ARRIVED:
            self.simulator.deliver(returned.return_order_id)
        [line] = returned.lines
        return Parcel(pieces({bought.title: count}), REASONS[reason], lambda: line.left > 0, lambda: self._refund(line))

    def _refund(self, line: ReturnLine) -> None:
        self.simulator.refund(line.returned.return_order_id, RefundNow(by="walmart"))


def _order(placed: WalmartOrder) -> Order:
    who = placed.customer
    buyer = Buyer(
        who.first_name, who.last_name, who.address1, "", who.postal_code, who.city, "US", who.state, mail=who.email
    )
    lines = tuple(Bought(line.sku, line.title, line.quantity, line.unit_price) for line in placed.lines)
    return Order(placed.purchase_order_id, placed.placed_at, buyer, lines)


def _person(buyer: Buyer) -> Person:
    return Person(
        first_name=buyer.first_name,
        last_name=buyer.last_name,
        address1=f"{buyer.house_number} {buyer.street}",
        city=buyer.city,
        state=buyer.region,
        postal_code=buyer.postcode,
        email=buyer.email,
    )
