"""A simulated OTTO for the conformance suite, with the customer's hands."""

from typing import Any

from retour.sandbox.otto import CLIENT_ID, CLIENT_SECRET, OttoSimulator
from retour.sandbox.otto.samples import product
from retour.testing import Announced, SimulatedMarketplace

SETTINGS = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}


class SimulatedOtto(SimulatedMarketplace):
    """A return is always one unit: whatever quantity is bought, one of them is announced."""

    simulator: OttoSimulator
    reads = r"GET /v4/orders/"
    writes = r"POST /v3/returns/"
    tokens = "POST /v1/token"
    page_size = 50
    flaws = ("no_id", "no_order_id", "not_an_object", "bare")
    reason = "It was scratched"
    most = 1

    def settings(self) -> dict[str, Any]:
        return SETTINGS | {"api_url": self.url, "reject_as": "ITEM_DAMAGED"}

    async def prepare(self, *, limits: bool) -> None:
        self.simulator.switches.limits = limits

    async def announce(self, quantity: int = 1) -> Announced:
        sold = await self.sell(quantity)
        self.simulator.announce([sold.ref])
        return sold

    async def refund(self, announced: Announced) -> bool:
        self.simulator.accept_by_otto(announced.ref)
        return True

    async def sell(self, quantity: int = 1) -> Announced:
        order = self.simulator.place_order([product(0, quantity)])
        unit = order.units[0].position_item_id
        return Announced(unit, unit, 1, order.sales_order_id)

    async def spoil(self, announced: Announced, flaw: str) -> None:
        await self.command("POST", "/_sandbox/garble", {"position_item_id": announced.ref, "flaw": flaw})
