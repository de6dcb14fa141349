"""Magento 2 with the Channable plugin."""

from collections.abc import Iterator
from itertools import count

from retour.demo.platforms import Access, Mishap, Request, maintenance
from retour.demo.trade import Order
from retour.sandbox.faults import Fault
from retour.sandbox.magento.documents import Address
from retour.sandbox.magento.returns import PENDING
from retour.sandbox.magento2 import (
    ACCESS_TOKEN_SECRET,
    CONSUMER_KEY,
    CONSUMER_SECRET,
    INTEGRATION_TOKEN,
    TOKEN,
    orders,
)
from retour.sandbox.magento2 import Magento2 as Simulator

_WORDS = {
    "accept": "accepted",
    "reject": "rejected",
    "repair": "repaired",
    "exchange": "exchanged",
    "keep": "keeps",
    "cancel": "cancelled",
}


class Magento2:
    """One store view."""

    connector = "magento2"
    title = "Magento 2"
    back_office = "/admin"
    poll_every = 2
    mishaps = (
        maintenance("Magento 2", r"^GET /channable/returns/status"),
        Mishap(
            "the cache of Magento 2 was emptied, and the next return takes it seven seconds",
            Fault(kind="slow", match=r"^POST /channable/returns/hook", seconds=7),
        ),
    )

    def __init__(self) -> None:
        self.simulator = Simulator()
        # The merchant has set the EAN attribute, so that credit memos find their product.
        self.simulator.switches.ean_attribute = "ean"
        # As Magento comes: it takes no token alone, so calls are signed.
        self.simulator.switches.bearer_enabled = False
        self._numbers = count(1)

    def access(self, url: str) -> Access:
        plain = {"base_url": f"{url}/", "store_id": "1"}
        keys = {
            "consumer_key": CONSUMER_KEY,
            "consumer_secret": CONSUMER_SECRET,
            "integration_token": INTEGRATION_TOKEN,
            "integration_token_secret": ACCESS_TOKEN_SECRET,
        }
        return Access(plain, {"token": TOKEN, **keys})

    def take(self, order: Order, marketplace: str) -> str:
        shop, who = self.simulator.shop, order.buyer
        made_at = f"{order.placed_at:%Y-%m-%d %H:%M:%S}"
        made = orders.Order(
            entity_id=shop.orders.next_id(),
            increment_id=f"{next(self._numbers):09d}",
            ext_order_id=order.number,
            store_id=1,
            status="complete",
            state="complete",
            created_at=made_at,
            updated_at=made_at,
            billing=Address(
                firstname=who.first_name,
                lastname=who.last_name,
                street=(f"{who.street} {who.house_number}".strip(),),
                postcode=who.postcode,
                city=who.city,
                country_id=who.country,
                telephone="",
                email=who.email,
            ),
            items=[
                orders.OrderItem(
                    shop.orders.next_item_id(),
                    shop.orders.stock(line.sku, line.title, line.ean),
                    line.quantity,
                    float(line.price),
                )
                for line in order.lines
            ],
            currency="EUR",
            shipping_amount=0,
            payment_method="channable",
        )
        shop.orders.add(made)
        return made.increment_id

    def waiting(self) -> Iterator[Request]:
        for row in self.simulator.shop.returns:
            if row.status == PENDING:
                what = f"{row.quantity}x {row.item_fields().get('title')}"
                yield Request(str(row.entity_id), row.magento_increment_id, what, f"return {row.entity_id}")

    def decide(self, request: Request, resolution: str) -> None:
        row = self.simulator.shop.returns.get(int(request.ref))
        if row is not None:
            self.simulator.shop.decide(row, _WORDS[resolution])
