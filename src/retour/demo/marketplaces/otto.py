"""OTTO: each piece is decided by itself, and parcels with the enclosed label come back unannounced."""

import random
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

from retour.demo.people import anybody, quantity
from retour.demo.platforms import Access, Mishap
from retour.demo.trade import Bought, Buyer, Order, Parcel, pieces
from retour.sandbox.faults import Fault
from retour.sandbox.otto import CLIENT_ID, CLIENT_SECRET, OttoSimulator
from retour.sandbox.otto.samples import REASONS, product
from retour.sandbox.otto.state import Customer, Unit
from retour.sandbox.otto.state import Order as OttoOrder

_PRODUCTS = 6
_SEED = 2
"""Its own, as Zalando has: the ids of both come out of chance, and must not be the same."""


class Otto:
    """One seller's account."""

    connector = connection = "otto"
    title = "OTTO"
    poll_every = 3
    share = 2
    by_hand = frozenset({"reject", "repair", "exchange", "cancel"})
    """A refusal needs one of OTTO's reasons, which a person chooses on the desk."""
    mishaps = (
        Mishap(
            "OTTO takes the next refund, and its answer gets lost: the hub looks up what became of it",
            Fault(kind="drop_after", match=r"^POST /v3/returns/acceptance"),
        ),
    )

    def __init__(self) -> None:
        self.simulator = OttoSimulator(seed=_SEED, samples=True)

    def access(self, url: str) -> Access:
        return Access({"api_url": url, "client_id": CLIENT_ID}, {"client_secret": CLIENT_SECRET})

    def samples(self) -> Iterator[Order]:
        return map(_order, self.simulator.partner.orders.values())

    def buy(self, chance: random.Random, at: datetime) -> Order:
        wanted = [product(chance.randrange(_PRODUCTS), quantity(chance))]
        customer = _customer(anybody(chance, "DE"))
        ordered_at = at - timedelta(days=6)
        return _order(self.simulator.place_order(wanted, customer=customer, ordered_at=ordered_at, shown=False))

    def send_back(self, order: Order, chance: random.Random, at: datetime) -> Parcel:
        units, why = self._some(order, chance), chance.choice(REASONS)
        self.simulator.announce([unit.position_item_id for unit in units], reason=why, announced_at=at)
        return self._parcel(units, why)

    def drop(self, order: Order, chance: random.Random) -> Parcel:
        units = self._some(order, chance)
        self.simulator.send_back([unit.position_item_id for unit in units])
        return self._parcel(units, "", unannounced=True)

    def _some(self, order: Order, chance: random.Random) -> list[Unit]:
        units = self.simulator.partner.orders[order.ref].units
        return units[: chance.randint(1, len(units))]

    def _parcel(self, units: list[Unit], why: str, *, unannounced: bool = False) -> Parcel:
        return Parcel(
            pieces({units[0].title: len(units)}),
            why,
            lambda: any(unit.return_status in {None, "ANNOUNCED"} for unit in units),
            lambda: self._refund(units),
            tuple(unit.position_item_id for unit in units) if unannounced else (),
        )

    def _refund(self, units: list[Unit]) -> None:
        for unit in units:
            if unit.return_status in {None, "ANNOUNCED"}:
                self.simulator.accept_by_otto(unit.position_item_id)


def _order(placed: OttoOrder) -> Order:
    who = placed.customer
    buyer = Buyer(who.first_name, who.last_name, who.street, who.house_number, who.zip_code, who.city, "DE")
    known = {unit.sku: unit for unit in placed.units}
    counted = Counter(unit.sku for unit in placed.units)
    lines = tuple(
        Bought(sku, known[sku].title, count, known[sku].price, known[sku].ean) for sku, count in counted.items()
    )
    return Order(placed.sales_order_id, placed.ordered_at, buyer, lines, placed.order_number)


def _customer(buyer: Buyer) -> Customer:
    place = (buyer.street, buyer.house_number, buyer.postcode, buyer.city)
    return Customer("", buyer.first_name, buyer.last_name, *place)
