"""The simulated world around the hub: bol and a shop, where every order of bol is an order of the shop too.

Customers and merchant act on the simulators' state itself, not through their pages: those are the visitor's, and show
what the visitor ordered and sent back.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import aiohttp

from retour.demo.endings import Broken
from retour.demo.people import Parcel
from retour.demo.ports import BOL, HOST, SHOP, on_a_free_port
from retour.sandbox.app import Simulator, start
from retour.sandbox.bol import BolSimulator
from retour.sandbox.bol.samples import product
from retour.sandbox.bol.state import Order, Return, ReturnItem
from retour.sandbox.magento2 import Magento2

CALLS_A_MINUTE = 1200
"""bol's own limit is 20 calls for returns a minute, which is too slow to watch. The hub keeps to whichever it meets."""
WAREHOUSE_SECONDS = 25.0
"""What bol has sent arrives in its own warehouse after that, and bol refunds it."""


@dataclass(slots=True)
class World:
    """Both simulators, where they answer, and the returns that the players made."""

    bol: BolSimulator
    magento: Magento2
    bol_url: str
    shop_url: str
    session: aiohttp.ClientSession
    played: list[Return] = field(default_factory=list)
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    async def send_back(self, parcel: Parcel, at: datetime) -> Return:
        """A customer ordered a while ago, and announces the return now (at `at`)."""
        announcements = self.bol.account().announcements
        items = [
            product(number, ordered, str(next(announcements.ids.order_items))) for number, ordered, _, _ in parcel.lines
        ]
        order = announcements.place_order(items, parcel.customer, parcel.method, at - timedelta(days=6))
        await self.put_in_shop(order)
        lines = [(order, item, back, reason) for item, (_, _, back, reason) in zip(items, parcel.lines, strict=True)]
        returned = announcements.register(lines, at, parcel.method)
        self.played.append(returned)
        return returned

    async def put_in_shop(self, order: Order) -> None:
        """What a channel program does in real life: the marketplace's order becomes one of the shop."""
        who = order.customer
        body: dict[str, Any] = {
            "increment_id": f"{next(self._numbers):09d}",
            "ext_order_id": order.order_id,
            "items": [
                {
                    "sku": item.sku,
                    "name": item.title,
                    "ean": item.ean,
                    "qty": item.quantity,
                    "price": float(item.unit_price),
                }
                for item in order.items
            ],
            "customer": {"firstname": who.first_name, "lastname": who.surname, "email": who.email},
            "billing": {
                "street": [f"{who.street_name} {who.house_number}"],
                "postcode": who.zip_code,
                "city": who.city,
                "country_id": who.country_code,
            },
        }
        async with self.session.post(f"{self.shop_url}/_sandbox/orders", json=body) as answer:
            if answer.status != 201:
                raise Broken(f"The simulated shop did not take an order: {await answer.text()}")

    def return_item(self, rma_id: str | None) -> ReturnItem | None:
        """What a row of the shop is about."""
        return self.bol.account().retailer.return_items.get(rma_id or "")

    def is_visitors(self, item: ReturnItem) -> bool:
        """Whether the visitor has sent it back: what bol's page shows as theirs."""
        return item.returned in self.bol.account().retailer.recent_returns

    def open_played(self) -> int:
        """How many returns of the players still wait; those that ended are forgotten."""
        self.bol.catch_up()
        self.played = [one for one in self.played if any(item.open_quantity for item in one.items)]
        return len(self.played)


@asynccontextmanager
async def open_world() -> AsyncIterator[World]:
    """Starts both simulators, with the sample orders in the shop too."""
    bol, magento = BolSimulator(), Magento2()
    bol.switches.returns_limit = bol.switches.orders_limit = bol.switches.process_status_limit = CALLS_A_MINUTE
    bol.switches.process_seconds = 1.5
    bol.switches.warehouse_seconds = WAREHOUSE_SECONDS
    # The merchant has set the EAN attribute, so that credit memos find their product.
    magento.switches.ean_attribute = "ean"
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)))
        urls = [await _serve(stack, one, port) for one, port in ((magento, SHOP), (bol, BOL))]
        world = World(bol, magento, shop_url=urls[0], bol_url=urls[1], session=session)
        for order in bol.account().retailer.orders.values():
            await world.put_in_shop(order)
        yield world


async def _serve(stack: AsyncExitStack, simulator: Simulator, port: int) -> str:
    running = await on_a_free_port(port, lambda chosen: start(simulator, HOST, chosen))
    stack.push_async_callback(running.stop)
    return running.url
