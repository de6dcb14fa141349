"""Amazon: returns come in reports that it makes on request, and refunds go out in feeds."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

from retour.demo.people import anybody, quantity
from retour.demo.platforms import Access, maintenance
from retour.demo.trade import Bought, Buyer, Order, Parcel, pieces
from retour.sandbox.amazon import CLIENT_ID, CLIENT_SECRET, EU_SELLER, EU_TOKEN, US_SELLER, AmazonSimulator
from retour.sandbox.amazon import state as amazon
from retour.sandbox.amazon.commands import OpenReturn, PlaceOrder, Product, RefundReturn, ReturnedProduct
from retour.sandbox.amazon.samples import REASONS

_MARKETPLACES = {"NL": "A1805IZSGTT6HS", "DE": "A1PA6795UKMFR9"}
_BY_AMAZON = 0.15
_REPORT_SECONDS = 1.0


class Amazon:
    """One seller's account in Europe."""

    connector = connection = "amazon"
    title = "Amazon"
    poll_every = 60
    """A check lists the reports under way, which Amazon allows ten times in 452 seconds."""
    share = 1
    by_hand = frozenset({"reject", "repair", "exchange", "cancel"})
    mishaps = (maintenance(title, r"^GET /reports/"),)

    def __init__(self) -> None:
        self.simulator = AmazonSimulator()
        del self.simulator.sellers[US_SELLER]  # it is not connected: what is sent back there would come nowhere
        switches = self.simulator.switches
        switches.limits = False  # also lets the same report be asked for again
        switches.report_queue_seconds = switches.feed_queue_seconds = 0
        switches.report_seconds = switches.feed_seconds = _REPORT_SECONDS

    def access(self, url: str) -> Access:
        plain = {
            "api_url": url,
            "login_url": f"{url}/auth/o2/token",
            "client_id": CLIENT_ID,
            "seller_id": EU_SELLER,
            "marketplace_ids": list(_MARKETPLACES.values()),
            "report_minutes": 3,  # of both marketplaces: Amazon makes fifteen in 900 seconds
        }
        return Access(plain, {"client_secret": CLIENT_SECRET, "refresh_token": EU_TOKEN})

    def samples(self) -> Iterator[Order]:
        return map(_order, self.simulator.seller().orders.values())

    def buy(self, chance: random.Random, at: datetime) -> Order:
        buyer = anybody(chance, *_MARKETPLACES)
        placed = self.simulator.place_order(
            self.simulator.seller(),
            PlaceOrder(
                items=[Product(quantity=quantity(chance))],
                marketplace_id=_MARKETPLACES[buyer.country],
                fulfilled_by="AMAZON" if chance.random() < _BY_AMAZON else "MERCHANT",
                placed_at=at - timedelta(days=6),
            ),
        )
        street = f"{buyer.street} {buyer.house_number}"
        placed.buyer = amazon.Buyer(buyer.name, buyer.email, street, buyer.postcode, buyer.city, buyer.country)
        placed.shown = False
        return _order(placed)

    def send_back(self, order: Order, chance: random.Random, at: datetime) -> Parcel:
        seller = self.simulator.seller()
        [bought] = order.lines
        reason, count = chance.choice(tuple(REASONS)), chance.randint(1, bought.quantity)
        wanted = ReturnedProduct(sku=bought.sku, quantity=count, reason=reason)
        returned = self.simulator.open_return(seller, OpenReturn(order_id=order.ref, items=[wanted], requested_at=at))

        def is_open() -> bool:
            now = seller.returns.get(returned.rma_id)
            return now is not None and now.open_units > 0 and now.status not in amazon.FINAL

        def refund() -> None:
            if is_open():
                self.simulator.refund(seller, seller.returns[returned.rma_id], RefundReturn(source="amazon"))

        by_amazon = returned.order.fulfilled_by == "AMAZON"
        return Parcel(pieces({bought.title: count}), REASONS[reason], is_open, None if by_amazon else refund)


def _order(placed: amazon.Order) -> Order:
    who = placed.buyer
    first, _, last = who.name.partition(" ")
    buyer = Buyer(first, last, who.street, "", who.postal_code, who.city, who.country, mail=who.email)
    lines = tuple(Bought(item.sku, item.title, item.quantity, item.unit_price) for item in placed.items)
    return Order(placed.order_id, placed.placed_at, buyer, lines)
