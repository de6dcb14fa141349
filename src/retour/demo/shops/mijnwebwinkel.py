"""Mijnwebwinkel: no returns, only a line in the note of an order, and a status."""

from collections.abc import Iterator

from retour.demo.platforms import Access, Request, maintenance
from retour.demo.trade import Order
from retour.sandbox.mijnwebwinkel import (
    PARTNER_TOKEN,
    STORE_TOKEN,
    Address,
    Bought,
    Debtor,
    MijnwebwinkelSimulator,
    PlacedOrder,
)
from retour.sandbox.mijnwebwinkel.notes import OPEN

_REQUESTED = 20
_DECISIONS = {
    "accept": ("geaccepteerd", 21),
    "reject": ("afgewezen", 22),
    "repair": ("reparatie", 23),
    "exchange": ("omgeruild", 24),
    "keep": ("behouden", 25),
    "cancel": ("geannuleerd", 26),
}
"""The word behind `decision:` in the note, and the order's status."""


class Mijnwebwinkel:
    """One store."""

    connector = "mijnwebwinkel"
    title = "Mijnwebwinkel"
    back_office = "/"
    poll_every = 5
    """A check takes three calls, and the store takes one a second."""
    mishaps = (maintenance("Mijnwebwinkel", r"^GET /v1/orders"),)

    def __init__(self) -> None:
        self.simulator = MijnwebwinkelSimulator()
        self.simulator.switches.limits = False

    def access(self, url: str) -> Access:
        statuses = {f"{resolution}_status": status for resolution, (_, status) in _DECISIONS.items()}
        plain = {"base_url": url, "requested_status": _REQUESTED, **statuses}
        return Access(plain, {"token": STORE_TOKEN, "partner_token": PARTNER_TOKEN})

    def take(self, order: Order, marketplace: str) -> str:
        who = order.buyer
        address = Address(who.name, who.street, who.house_number, who.postcode, who.city, who.country)
        made = self.simulator.merchant.place_order(
            PlacedOrder(
                lines=[Bought(line.sku, line.quantity, line.title, line.price) for line in order.lines],
                debtor=Debtor(who.email, address),
                placed_at=order.placed_at,
                comment=f"{marketplace} {order.number}",
            )
        )
        return made.name

    def waiting(self) -> Iterator[Request]:
        decided = {status for _, status in _DECISIONS.values()}
        for order, request in self.simulator.merchant.requests():
            if request.word == OPEN and order.status not in decided:
                what = f"{request.quantity or 1}x {order.lines[0].description}"
                yield Request(request.key, order.name, what, f"order {order.name}")

    def decide(self, request: Request, resolution: str) -> None:
        """The word is what counts; the status tells people, and takes the order off the list of open requests."""
        word, status = _DECISIONS[resolution]
        order = self.simulator.merchant.decide(request.ref, word)
        self.simulator.merchant.change_status(order.name, status)
