"""ToBeDressed: the generic partner, with the profile that is assumed for it."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

from retour.demo.people import anybody, quantity
from retour.demo.platforms import Access, maintenance
from retour.demo.trade import Bought, Buyer, Order, Parcel, pieces
from retour.sandbox.generic import API_KEY, Back, PartnerSimulator
from retour.sandbox.generic.samples import REASONS, product
from retour.sandbox.generic.state import Customer, Return
from retour.sandbox.generic.state import Order as PartnerOrder

_BY_PARTNER = 0.12
_PRODUCTS = 6
_WAREHOUSE_SECONDS = 25.0


class ToBeDressed:
    """One seller's account."""

    connector = connection = "tobedressed"
    title = "ToBeDressed"
    poll_every = 4
    share = 2
    by_hand = frozenset({"repair", "exchange", "cancel"})
    mishaps = (maintenance(title, r"^GET /api/v1/returns"),)

    def __init__(self) -> None:
        self.simulator = PartnerSimulator(samples=True)
        self.simulator.switches.warehouse_seconds = _WAREHOUSE_SECONDS

    def access(self, url: str) -> Access:
        return Access({"base_url": f"{url}/api/v1"}, {"api_key": API_KEY})

    def samples(self) -> Iterator[Order]:
        return map(_order, self.simulator.book.orders.values())

    def buy(self, chance: random.Random, at: datetime) -> Order:
        wanted = [product(chance.randrange(_PRODUCTS), quantity(chance))]
        customer = _customer(anybody(chance, "NL", "BE"))
        placed_at = at - timedelta(days=6)
        return _order(self.simulator.place_order(wanted, customer=customer, placed_at=placed_at, shown=False))

    def send_back(self, order: Order, chance: random.Random, at: datetime) -> Parcel:
        [line] = self.simulator.book.orders[order.ref].lines
        count, reason = chance.randint(1, line.quantity), chance.choice(REASONS)
        by_partner = chance.random() < _BY_PARTNER
        backs = [Back(line.order_line_id, count, reason)]
        returned = self.simulator.open_return(order.ref, backs, created_at=at, by_platform=by_partner)
        return Parcel(
            pieces({line.title: count}),
            reason.text,
            lambda: returned.left > 0,
            None if by_partner else lambda: self._refund(returned),
        )

    def _refund(self, returned: Return) -> None:
        if returned.left:
            self.simulator.decide_by_staff(returned.return_id, "accept")


def _order(placed: PartnerOrder) -> Order:
    who = placed.customer
    house = f"{who.house_number} {who.house_number_ext}".strip()
    place = (who.street, house, who.zip_code, who.city, who.country_code)
    lines = tuple(Bought(line.sku, line.title, line.quantity, line.unit_price, line.ean) for line in placed.lines)
    return Order(placed.order_id, placed.placed_at, Buyer(who.first_name, who.last_name, *place, mail=who.email), lines)


def _customer(buyer: Buyer) -> Customer:
    names = (buyer.first_name, buyer.last_name, buyer.email)
    return Customer(*names, buyer.street, buyer.house_number, "", buyer.postcode, buyer.city, buyer.country)
