"""Magento 1 with the Channable plugin, which finds an order by a whole number that came with it."""

from collections.abc import Iterator

from retour.demo.platforms import Access, Request, maintenance
from retour.demo.trade import Order
from retour.sandbox.magento.returns import PENDING
from retour.sandbox.magento1 import TOKEN, Billing, Magento1Simulator, OrderLine

_WORDS = {
    "accept": "accepted",
    "reject": "rejected",
    "repair": "repaired",
    "exchange": "exchanged",
    "keep": "keeps",
    "cancel": "cancelled",
}


class Magento1:
    """One store view. Its orders carry the marketplace's number, so that number has to be a whole one."""

    connector = "magento1"
    title = "Magento 1"
    back_office = "/"
    poll_every = 3
    mishaps = (maintenance(title, r"^GET /channableapi/returns/get"),)

    def __init__(self) -> None:
        self.simulator = Magento1Simulator()

    def access(self, url: str) -> Access:
        plain = {"base_url": f"{url}/", "store_id": "1", "order_reference": "marketplace_order"}
        return Access(plain, {"token": TOKEN})

    def take(self, order: Order, marketplace: str) -> str:
        who = order.buyer
        street, place = f"{who.street} {who.house_number}".strip(), f"{who.postcode} {who.city}"
        made = self.simulator.shop.add_order(
            int(order.number),
            lines=[OrderLine(line.sku, line.title, line.quantity, float(line.price)) for line in order.lines],
            billing=Billing(who.name, who.email, street=street, place=place, country=who.country),
        )
        return made.increment_id

    def waiting(self) -> Iterator[Request]:
        for row in self.simulator.shop.returns:
            if row.status == PENDING:
                what = f"{row.quantity}x {row.item_fields().get('title')}"
                yield Request(str(row.entity_id), row.magento_increment_id or "", what, f"return {row.entity_id}")

    def decide(self, request: Request, resolution: str) -> None:
        self.simulator.shop.decide(int(request.ref), _WORDS[resolution])
