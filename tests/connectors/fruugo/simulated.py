"""The simulated Fruugo, with the customer's hands, as the conformance suite wants it."""

from typing import Any

from retour.sandbox.fruugo import FruugoSimulator
from retour.testing import Announced, SimulatedMarketplace

LOGIN = {"username": "sandbox@example.org", "password": "sandbox-secret"}


class SimulatedFruugo(SimulatedMarketplace):
    simulator: FruugoSimulator
    reads = r"GET /orders/download/v2"
    writes = r"POST /orders/return"
    page_size = 20
    """A download has no pages; the connector hands over 100 orders together, which other tests are about."""
    flaws = (
        "no_order_id",
        "no_fruugo_sku_id",
        "no_counter",
        "empty_counter",
        "bad_counter",
        "negative_counter",
        "not_an_object",
    )

    def settings(self) -> dict[str, Any]:
        return {"orders_url": f"{self.url}/orders", **LOGIN}

    async def prepare(self, *, limits: bool) -> None:
        # The one download in 15 minutes is a guess of how often to poll. What is kept is one request a second: looks
        # are downloads, too.
        await self.command("PATCH", "/_sandbox/switches", {"limits": limits, "downloads": 100_000})

    async def announce(self, quantity: int = 1) -> Announced:
        made = await self.command("POST", "/_sandbox/returns", {"items": [{"quantity": quantity}]})
        return announced(made["announcements"][0]["ref"], quantity)

    async def refund(self, announced: Announced) -> bool:
        line = announced.ref.rpartition(":")[0]
        await self.command("POST", "/_sandbox/refunds", {"ref": line, "quantity": announced.quantity})
        return True

    async def sell(self, quantity: int = 1) -> Announced:
        made = await self.command("POST", "/_sandbox/orders", {"items": [{"quantity": quantity}]})
        return announced(made["lines"][0]["ref"], quantity)

    async def spoil(self, announced: Announced, flaw: str) -> None:
        garbled = (await self.command("GET", "/_sandbox/switches"))["garbled"]
        garbled[announced.order_ref] = flaw
        await self.command("PATCH", "/_sandbox/switches", {"garbled": garbled})


def announced(line: str, quantity: int, number: int = 1) -> Announced:
    """The return that units of a line become."""
    ref = f"{line}:{number}"
    return Announced(ref, ref, quantity, line.partition(":")[0])
