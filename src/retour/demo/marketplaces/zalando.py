"""Zalando: each unit is a line, and parcels with the label from the box come back unannounced."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

from retour.demo.people import anybody, quantity
from retour.demo.platforms import Access, Mishap
from retour.demo.trade import Bought, Buyer, Order, Parcel, pieces
from retour.sandbox.faults import Fault
from retour.sandbox.zalando import CLIENT_ID, CLIENT_SECRET, MERCHANT_ID, ZalandoSimulator
from retour.sandbox.zalando.samples import REASONS, product
from retour.sandbox.zalando.state import Customer, Line
from retour.sandbox.zalando.state import Order as ZalandoOrder

_BY_ZALANDO = 0.12
_WAREHOUSE_SECONDS = 25.0
_PRODUCTS = 7
_SEED = 1
"""Its own, as OTTO has: the ids of both come out of chance, and must not be the same."""


class Zalando:
    """One merchant of a fashion partner."""

    connector = connection = "zalando"
    title = "Zalando"
    poll_every = 4
    share = 2
    by_hand = frozenset({"reject", "repair", "exchange", "keep", "cancel"})
    mishaps = (
        Mishap(
            "Zalando takes the next refund, and its answer gets lost: the hub looks at the unit before it goes on",
            Fault(kind="drop_after", match=r"^PATCH /merchants/"),
        ),
    )

    def __init__(self) -> None:
        self.simulator = ZalandoSimulator(seed=_SEED, samples=True)
        self.simulator.switches.warehouse_seconds = _WAREHOUSE_SECONDS

    def access(self, url: str) -> Access:
        plain = {"api_url": url, "merchant_id": MERCHANT_ID, "client_id": CLIENT_ID}
        return Access(plain, {"client_secret": CLIENT_SECRET})

    def samples(self) -> Iterator[Order]:
        return map(_order, self.simulator.merchant().orders.values())

    def buy(self, chance: random.Random, at: datetime) -> Order:
        placed = self.simulator.place_order(
            [product(chance.randrange(_PRODUCTS), quantity(chance))],
            customer=_customer(anybody(chance, "DE", "NL")),
            placed_at=at - timedelta(days=6),
            order_type="ZalandoFulfilled" if chance.random() < _BY_ZALANDO else "PartnerFulfilled",
            shown=False,
        )
        return _order(placed)

    def send_back(self, order: Order, chance: random.Random, at: datetime) -> Parcel:
        lines, why = self._some(order, chance), chance.choice(REASONS)
        self.simulator.announce([(line.line_id, why) for line in lines], registered_at=at)
        return self._parcel(lines, why.replace("_", " ").lower())

    def drop(self, order: Order, chance: random.Random) -> Parcel:
        lines = self._some(order, chance)
        for line in lines:
            self.simulator.send_back(line.line_id)
        return self._parcel(lines, "", unannounced=True)

    def _some(self, order: Order, chance: random.Random) -> list[Line]:
        lines = self.simulator.merchant().orders[order.ref].lines
        return lines[: chance.randint(1, len(lines))]

    def _parcel(self, lines: list[Line], why: str, *, unannounced: bool = False) -> Parcel:
        """What goes to Zalando's own warehouse is nothing that a merchant finds."""
        by_zalando = lines[0].item.order.returns == "zalando"
        return Parcel(
            pieces({lines[0].item.description: len(lines)}),
            why,
            lambda: any(line.status == "shipped" and line.sent_back_at for line in lines),
            None if by_zalando else lambda: self._refund(lines),
            tuple(line.line_id for line in lines) if unannounced and not by_zalando else (),
        )

    def _refund(self, lines: list[Line]) -> None:
        for line in lines:
            self.simulator.return_by_zalando(line.line_id)


def _order(placed: ZalandoOrder) -> Order:
    who = placed.customer
    place = (who.address_line_1, "", who.zip_code, who.city, who.country_code)
    lines = tuple(
        Bought(item.external_id, item.description, len(item.lines), item.lines[0].price) for item in placed.items
    )
    buyer = Buyer(who.first_name, who.last_name, *place, mail=who.email)
    return Order(placed.order_id, placed.placed_at, buyer, lines, placed.number)


def _customer(buyer: Buyer) -> Customer:
    street = f"{buyer.street} {buyer.house_number}"
    number = f"3150{sum(map(ord, buyer.name)):06}"
    place = (street, buyer.postcode, buyer.city, buyer.country)
    return Customer(number, buyer.first_name, buyer.last_name, *place, buyer.email)
