"""Lightspeed eCom (C-Series): returns with a status, and a free text that says what the customer gets."""

from collections.abc import Iterator

from retour.demo.platforms import Access, Request, maintenance
from retour.demo.trade import Order, pieces
from retour.sandbox.lightspeed import (
    KEY,
    SECRET,
    LightspeedSimulator,
    WantedAddress,
    WantedBuyer,
    WantedLine,
    WantedOrder,
)
from retour.sandbox.lightspeed.returns import NEW

_DECISIONS = {
    "accept": ("refunded", None),
    "reject": ("rejected", None),
    "repair": ("repaired", "Repair"),
    "exchange": ("repaired", "Exchange"),
    "keep": ("refunded", "Keep"),
    "cancel": ("cancelled", None),
}
"""Status and action."""


class Lightspeed:
    """One shop."""

    connector = "lightspeed"
    title = "Lightspeed"
    back_office = "/"
    poll_every = 3
    mishaps = (maintenance("Lightspeed", r"^GET /nl/returns"),)

    def __init__(self) -> None:
        self.simulator = LightspeedSimulator()
        self.simulator.switches.limits = False

    def access(self, url: str) -> Access:
        # The marketplace's number stands in the comment of each order: metafields would cost a call for each.
        plain = {"api_url": url, "language": "nl", "order_metafield": ""}
        return Access(plain, {"api_key": KEY, "api_secret": SECRET})

    def take(self, order: Order, marketplace: str) -> str:
        who = order.buyer
        address = WantedAddress(
            street=who.street,
            number=who.house_number,
            extension="",
            zipcode=who.postcode,
            city=who.city,
            country=who.country.lower(),
        )
        made = self.simulator.shop.place_order(
            WantedOrder(
                placed_at=order.placed_at,
                lines=tuple(
                    WantedLine(
                        sku=line.sku,
                        title=line.title,
                        quantity=line.quantity,
                        price=line.price,
                        ean=line.ean or "",
                        article_code=line.sku,
                    )
                    for line in order.lines
                ),
                buyer=WantedBuyer(firstname=who.first_name, lastname=who.last_name, email=who.email, billing=address),
                comment=f"Besteld op {marketplace} met bestelnummer {order.number}",
            )
        )
        return made.number

    def waiting(self) -> Iterator[Request]:
        for row in self.simulator.shop.returns:
            if row.status == NEW:
                what = pieces({line.title: quantity for line, quantity in row.lines})
                yield Request(str(row.id), row.order.number, what, f"return {row.id}")

    def decide(self, request: Request, resolution: str) -> None:
        status, action = _DECISIONS[resolution]
        self.simulator.shop.decide(int(request.ref), status, action)
