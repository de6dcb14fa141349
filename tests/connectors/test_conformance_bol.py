"""bol keeps the contract of a marketplace's connector."""

from typing import Any

from retour.connectors.marketplaces.bol import MANIFEST
from retour.sandbox.bol import SANDBOX
from retour.testing import Announced, MarketplaceConformance, SimulatedMarketplace


class SimulatedBol(SimulatedMarketplace):
    reads = r"GET /retailer/returns/\d+"
    writes = r"(PUT|POST) /retailer/returns"
    tokens = "POST /token"
    page_size = 50
    flaws = ("no_rma_id", "wrong_type", "not_an_object")

    def settings(self) -> dict[str, Any]:
        return {
            "api_url": self.url,
            "login_url": f"{self.url}/token",
            "client_id": "sandbox-client",
            "client_secret": "sandbox-secret",
        }

    async def prepare(self, *, limits: bool) -> None:
        await self.command("PATCH", "/_sandbox/switches", {"limits": limits})

    async def announce(self, quantity: int = 1) -> Announced:
        return await self._announce("FBR", quantity)

    async def announce_own(self) -> Announced:
        return await self._announce("FBB", 1)

    async def _announce(self, method: str, quantity: int) -> Announced:
        body = {"items": [{"quantity": quantity}], "fulfilment_method": method}
        made = await self.command("POST", "/_sandbox/returns", body)
        [item] = made["items"]
        return Announced(made["return_id"], item["rma_id"], quantity, item["order_id"])

    async def sell(self, quantity: int = 1) -> Announced:
        made = await self.command("POST", "/_sandbox/orders", {"items": [{"quantity": quantity}]})
        [item] = made["items"]
        return Announced("", item["order_item_id"], quantity, made["order_id"])

    async def spoil(self, announced: Announced, flaw: str) -> None:
        garbled = (await self.command("GET", "/_sandbox/switches"))["garbled_rows"]
        garbled[announced.line_ref] = flaw
        await self.command("PATCH", "/_sandbox/switches", {"garbled_rows": garbled})


class TestBol(MarketplaceConformance):
    manifest, sandbox, simulated = MANIFEST, SANDBOX, SimulatedBol
