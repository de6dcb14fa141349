"""Miravia: Spanish, with three days to decide."""

import random
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal

from retour.demo.people import anybody, quantity
from retour.demo.platforms import Access, maintenance
from retour.demo.trade import Bought, Buyer, Order, Parcel, pieces
from retour.sandbox.miravia import ACCESS_TOKEN, APP_KEY, APP_SECRET, REFRESH_TOKEN, MiraviaSimulator
from retour.sandbox.miravia.commands import OpenReturn, Person, PlaceOrder, Product, ReturnedProduct
from retour.sandbox.miravia.samples import REASONS, product
from retour.sandbox.miravia.state import Line
from retour.sandbox.miravia.state import Order as MiraviaOrder

_BY_MIRAVIA = 0.12
_PRODUCTS = 5
_WAREHOUSE_SECONDS = 25.0


class Miravia:
    """One seller's account."""

    connector = connection = "miravia"
    title = "Miravia"
    poll_every = 20
    """Miravia takes 1000 calls a day: with a check every 20 seconds, and few customers, they last for some hours."""
    share = 1
    by_hand = frozenset({"repair", "exchange", "cancel"})
    mishaps = (maintenance(title, r"^GET /rest/reverse/"),)

    def __init__(self) -> None:
        self.simulator = MiraviaSimulator()
        self.simulator.switches.limits = False
        self.simulator.switches.warehouse_seconds = _WAREHOUSE_SECONDS

    def access(self, url: str) -> Access:
        secrets = {"app_secret": APP_SECRET, "access_token": ACCESS_TOKEN, "refresh_token": REFRESH_TOKEN}
        return Access({"api_url": f"{url}/rest", "client_id": APP_KEY}, secrets)

    def samples(self) -> Iterator[Order]:
        return map(_order, self.simulator.flow().seller.orders.values())

    def buy(self, chance: random.Random, at: datetime) -> Order:
        wanted = product(chance.randint(1, _PRODUCTS))
        item = Product(
            sku=wanted.sku, ean=wanted.ean, title=wanted.title, cents=wanted.cents, quantity=quantity(chance)
        )
        command = PlaceOrder(items=(item,), customer=_person(anybody(chance, "ES")), placed_at=at - timedelta(days=6))
        return _order(self.simulator.place_order(command, shown=False))

    def send_back(self, order: Order, chance: random.Random, at: datetime) -> Parcel:
        [bought] = order.lines
        count = chance.randint(1, bought.quantity)
        code = chance.choice(tuple(REASONS))
        by_miravia = chance.random() < _BY_MIRAVIA
        line = ReturnedProduct(sku=bought.sku, quantity=count, reason=REASONS[code], reason_code=code)
        command = OpenReturn(order_id=order.ref, lines=(line,), is_rtm=not by_miravia, opened_at=at)
        [made] = self.simulator.open_return(command, shown=False).lines
        return Parcel(
            pieces({bought.title: count}),
            REASONS[code],
            lambda: bool(made.open_parts),
            None if by_miravia else lambda: self._refund(made),
        )

    def _refund(self, line: Line) -> None:
        self.simulator.staff_refund(line.line_id)


def _order(placed: MiraviaOrder) -> Order:
    who = placed.customer
    buyer = Buyer(who.first_name, who.last_name, who.street, "", who.post_code, who.city, who.country, mail=who.email)
    counted = Counter[str]()
    for item in placed.items:
        counted[item.seller_sku] += item.quantity
    known = {item.seller_sku: item for item in placed.items}
    lines = tuple(
        Bought(sku, known[sku].title, count, Decimal(known[sku].cents) / 100, known[sku].ean)
        for sku, count in counted.items()
    )
    return Order(placed.order_id, placed.created_at, buyer, lines)


def _person(buyer: Buyer) -> Person:
    return Person(
        first_name=buyer.first_name,
        last_name=buyer.last_name,
        street=f"{buyer.street} {buyer.house_number}",
        post_code=buyer.postcode,
        city=buyer.city,
        country=buyer.country,
        email=buyer.email,
    )
