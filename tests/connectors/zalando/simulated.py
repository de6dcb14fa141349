"""A simulated Zalando for the conformance suite, with the customer's hands."""

from decimal import Decimal
from typing import Any

from retour.sandbox.zalando import CLIENT_ID, CLIENT_SECRET, MERCHANT_ID, Product, ZalandoSimulator
from retour.testing import Announced, SimulatedMarketplace

SETTINGS = {"merchant_id": MERCHANT_ID, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}


class SimulatedZalando(SimulatedMarketplace):
    """A return is always one unit: whatever quantity is bought, one of them is announced."""

    simulator: ZalandoSimulator
    reads = r"GET /merchants/[^/]+/orders/[^/]+$"
    writes = r"PATCH /merchants/"
    tokens = "POST /auth/token"
    page_size = 50
    most = 1
    flaws = ("no_id", "wrong_type", "not_an_object")

    def settings(self) -> dict[str, Any]:
        return SETTINGS | {"api_url": self.url}

    async def prepare(self, *, limits: bool) -> None:
        self.simulator.switches.limits = limits
        self.labels: dict[str, str] = {}

    async def announce(self, quantity: int = 1) -> Announced:
        return self._announce(quantity)

    async def announce_own(self) -> Announced:
        return self._announce(1, order_type="ZalandoFulfilled")

    async def refund(self, announced: Announced) -> bool:
        self.simulator.return_by_zalando(announced.line_ref)
        return True

    async def sell(self, quantity: int = 1) -> Announced:
        return self._sold(quantity)

    async def spoil(self, announced: Announced, flaw: str) -> None:
        await self.command("POST", "/_sandbox/garble", {"ref": self.labels[announced.line_ref], "flaw": flaw})

    def _announce(self, quantity: int, **order: Any) -> Announced:
        sold = self._sold(quantity, **order)
        label = self.simulator.announce([(sold.line_ref, "TOO_LARGE")])
        self.labels[sold.line_ref] = label.announced_return_id
        return sold

    def _sold(self, quantity: int, **order: Any) -> Announced:
        placed = self.simulator.place_order([Product("SCARF-RED", "Red scarf", Decimal("19.99"), quantity)], **order)
        line = placed.lines[0]
        ref = f"{placed.order_id}/{line.item.item_id}/{line.line_id}"
        return Announced(ref, line.line_id, 1, placed.order_id)
