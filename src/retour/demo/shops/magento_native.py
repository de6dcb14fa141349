"""Adobe Commerce without a plugin: its own returns, whose resolution says what an approved one means."""

from collections.abc import Iterator

from retour.demo.platforms import Access, Request, maintenance
from retour.demo.trade import Order, pieces
from retour.sandbox.magento_native import (
    ACCESS_TOKEN,
    ACCESS_TOKEN_SECRET,
    CONSUMER_KEY,
    CONSUMER_SECRET,
    Address,
    Bought,
    MagentoNativeSimulator,
)
from retour.sandbox.magento_native.derivation import PENDING
from retour.sandbox.magento_native.rmas import Rma
from retour.sandbox.magento_native.samples import RESOLUTIONS

_REPAIR, _KEEP = RESOLUTIONS
_DECISIONS = {
    "accept": ("approved", "Refund"),
    "reject": ("rejected", None),
    "repair": ("approved", _REPAIR),
    "exchange": ("approved", "Exchange"),
    "keep": ("approved", _KEEP),
}
"""Status and resolution. What the customer thinks better of is closed."""


class MagentoNative:
    """One shop."""

    connector = "magento_native"
    title = "Adobe Commerce"
    back_office = "/"
    poll_every = 3
    mishaps = (maintenance(title, r"^GET /rest/"),)

    def __init__(self) -> None:
        self.simulator = MagentoNativeSimulator()
        for label in RESOLUTIONS:
            self.simulator.options.add("resolution", label)

    def access(self, url: str) -> Access:
        secrets = {
            "consumer_key": CONSUMER_KEY,
            "consumer_secret": CONSUMER_SECRET,
            "access_token": ACCESS_TOKEN,
            "access_token_secret": ACCESS_TOKEN_SECRET,
        }
        return Access({"base_url": url}, secrets)

    def take(self, order: Order, marketplace: str) -> str:
        who = order.buyer
        made = self.simulator.shop.add_order(
            [Bought(line.sku, line.title, line.quantity, float(line.price)) for line in order.lines],
            ext_order_id=order.number,
            billing=Address(
                firstname=who.first_name,
                lastname=who.last_name,
                email=who.email,
                street=(f"{who.street} {who.house_number}".strip(),),
                postcode=who.postcode,
                city=who.city,
                country_id=who.country,
            ),
        )
        return made.increment_id

    def waiting(self) -> Iterator[Request]:
        for rma in self.simulator.desk.rmas:
            if rma.status == PENDING:
                yield Request(str(rma.entity_id), rma.order_increment_id, self._what(rma), f"return {rma.increment_id}")

    def decide(self, request: Request, resolution: str) -> None:
        rma = self.simulator.desk.rmas.get(int(request.ref))
        if rma is None:
            return
        if resolution == "cancel":
            self.simulator.desk.close(rma)
            return
        status, label = _DECISIONS[resolution]
        self.simulator.desk.decide(rma, status, resolution=label)

    def _what(self, rma: Rma) -> str:
        order = self.simulator.shop.orders.get(rma.order_id)
        names = {item.item_id: item.name for item in order.items} if order else {}
        return pieces({names.get(item.order_item_id, "something"): item.qty_requested for item in rma.items})
