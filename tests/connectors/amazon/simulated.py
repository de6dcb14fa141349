"""The simulated Amazon's hands, as the conformance suite wants them."""

from datetime import timedelta
from typing import Any

from retour.sandbox.amazon import CLIENT_ID, CLIENT_SECRET, EU_SELLER, EU_TOKEN
from retour.testing import Announced, SimulatedMarketplace

NL, DE = "A1805IZSGTT6HS", "A1PA6795UKMFR9"
A_REPORT_LATER = 15 * 60
"""Seconds: sooner, the same report is not asked for again."""


def settings(url: str, **changes: Any) -> dict[str, Any]:
    return {
        "api_url": url,
        "login_url": f"{url}/auth/o2/token",
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "refresh_token": EU_TOKEN,
        "seller_id": EU_SELLER,
        "marketplace_ids": [NL],
        "send_again": True,
    } | changes


class SimulatedAmazon(SimulatedMarketplace):
    reads = r"GET /orders/2026-01-01/orders/"
    writes = r"POST /feeds/2021-06-30/feeds"
    tokens = "POST /auth/o2/token"
    page_size = 200
    precision = timedelta(minutes=30)  # a report is that old when it is read; a wrong time zone is an hour off
    flaws = ("no_order_id", "no_quantity", "wrong_type", "bad_date", "no_items")

    def settings(self) -> dict[str, Any]:
        return settings(self.url)

    async def prepare(self, *, limits: bool) -> None:
        await self.command("PATCH", "/_sandbox/switches", {"limits": limits})

    async def refresh(self) -> None:
        self.wait(A_REPORT_LATER)

    async def journal(self, *kinds: str) -> list[dict[str, Any]]:
        """Amazon's RMA ids, as the connector makes them unique over marketplaces."""
        return [{**entry, "ref": f"{NL}:{entry['ref']}"} for entry in await super().journal(*kinds)]

    async def announce(self, quantity: int = 1) -> Announced:
        return await self._announce(quantity, "MERCHANT")

    async def announce_own(self) -> Announced:
        return await self._announce(1, "AMAZON")

    async def _announce(self, quantity: int, fulfilled_by: str) -> Announced:
        body = {"items": [{"quantity": quantity}], "fulfilled_by": fulfilled_by}
        made = await self.command("POST", "/_sandbox/returns", body)
        [line] = made["lines"]
        ref = f"{NL}:{made['rma_id']}"
        return Announced(ref, f"{ref}:{line['sku']}" if fulfilled_by == "MERCHANT" else ref, quantity, made["order_id"])

    async def refund(self, announced: Announced) -> bool:
        rma_id = announced.ref.partition(":")[2]
        await self.command("POST", f"/_sandbox/returns/{rma_id}/refund", {"source": "amazon"})
        return True

    async def spoil(self, announced: Announced, flaw: str) -> None:
        rma_id = announced.ref.partition(":")[2]
        await self.command("POST", f"/_sandbox/returns/{rma_id}/garble", {"flaw": flaw})
