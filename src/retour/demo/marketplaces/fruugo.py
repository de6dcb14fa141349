"""Fruugo: no returns and no reasons, only counters of orders that rise."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from retour.demo.people import anybody, quantity
from retour.demo.platforms import Access, maintenance
from retour.demo.trade import Bought, Buyer, Order, Parcel, pieces
from retour.sandbox.fruugo import FruugoSimulator
from retour.sandbox.fruugo.samples import CUSTOMER_REASONS, PRODUCTS
from retour.sandbox.fruugo.simulator import DEFAULT_PASSWORD, DEFAULT_USERNAME
from retour.sandbox.fruugo.state import Customer, Line
from retour.sandbox.fruugo.state import Order as FruugoOrder

_LANGUAGES = {"NL": "nl", "BE": "fr", "GB": "en", "SE": "sv"}


class Fruugo:
    """One merchant's account."""

    connector = connection = "fruugo"
    title = "Fruugo"
    poll_every = 4
    share = 2
    by_hand = frozenset({"reject", "repair", "exchange", "cancel"})
    mishaps = (maintenance(title, r"^GET /orders/download/v2"),)

    def __init__(self) -> None:
        self.simulator = FruugoSimulator()

    def access(self, url: str) -> Access:
        # One download for all days: the demo has few orders, and Fruugo is asked once a second at most.
        plain = {"orders_url": f"{url}/orders", "username": DEFAULT_USERNAME, "slice_days": 180}
        return Access(plain, {"password": DEFAULT_PASSWORD})

    def samples(self) -> Iterator[Order]:
        return map(_order, self.simulator.market.orders)

    def buy(self, chance: random.Random, at: datetime) -> Order:
        wanted = replace(chance.choice(PRODUCTS), quantity=quantity(chance))
        buyer = anybody(chance, *_LANGUAGES)
        placed_at = at - timedelta(days=6)
        return _order(self.simulator.market.place_order([wanted], customer=_customer(buyer), placed_at=placed_at))

    def send_back(self, order: Order, chance: random.Random, at: datetime) -> Parcel:
        """Always now: Fruugo keeps no time of it."""
        market = self.simulator.market
        [line] = market.released_order(order.ref).lines
        count, why = chance.randint(1, line.quantity), chance.choice(CUSTOMER_REASONS)
        market.announce(line.ref, count, reason=why)
        return Parcel(pieces({line.title: count}), why, lambda: line.announced > 0, lambda: self._refund(line))

    def _refund(self, line: Line) -> None:
        if line.announced:
            self.simulator.market.refund(line.ref, line.announced)


def _order(placed: FruugoOrder) -> Order:
    who = placed.customer
    street, code, country = who.street_address, who.postal_code, who.country_code
    buyer = Buyer(
        who.first_name, who.last_name, street, "", code, who.city, country, who.province, mail=who.email_address
    )
    lines = tuple(Bought(line.sku_id, line.title, line.quantity, line.unit_price) for line in placed.lines)
    return Order(placed.order_id, placed.placed_at, buyer, lines)


def _customer(buyer: Buyer) -> Customer:
    street = f"{buyer.street} {buyer.house_number}"
    place = (street, buyer.city, buyer.region, buyer.postcode, buyer.country)
    rate = Decimal(1)
    language = _LANGUAGES[buyer.country]
    return Customer(buyer.first_name, buyer.last_name, *place, "", buyer.email, language, "EUR", rate)
