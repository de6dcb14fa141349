"""The hands of Walmart's customers, as the conformance suite wants them."""

from typing import Any

from retour.sandbox.walmart import DEFAULT_CLIENT_ID, DEFAULT_SECRET
from retour.testing import Announced, SimulatedMarketplace


class SimulatedWalmart(SimulatedMarketplace):
    reads = r"GET /v3/returns$"
    writes = r"POST /v3/returns/\d+/refund"
    tokens = "POST /v3/token"
    page_size = 200
    flaws = ("no_id", "no_lines", "no_line_number", "wrong_type", "bad_date", "not_an_object")

    def settings(self) -> dict[str, Any]:
        return {"api_url": self.url, "client_id": DEFAULT_CLIENT_ID, "client_secret": DEFAULT_SECRET}

    async def prepare(self, *, limits: bool) -> None:
        await self.switch(limits=limits)

    async def switch(self, **switches: Any) -> None:
        await self.command("PATCH", "/_sandbox/switches", switches)

    async def announce(self, quantity: int = 1) -> Announced:
        return await self.open({"quantity": quantity})

    async def announce_own(self) -> Announced:
        return await self.open({}, ship_node="WFSFulfilled")

    async def open(self, *lines: dict[str, Any], **fields: Any) -> Announced:
        """The customer opens a return; its first line."""
        made = await self.command("POST", "/_sandbox/returns", {"lines": list(lines) or [{}], **fields})
        line = made["lines"][0]
        return Announced(
            made["return_order_id"], str(line["line"]), lines[0].get("quantity", 1), line["purchase_order_id"]
        )

    async def refund(self, announced: Announced) -> bool:
        await self.happens(announced, "refund", by="walmart")
        return True

    async def happens(self, announced: Announced, what: str, **how: Any) -> None:
        """ship, deliver, cancel or refund: by somebody else than us."""
        await self.command("POST", f"/_sandbox/returns/{announced.ref}/{what}", how)

    async def spoil(self, announced: Announced, flaw: str) -> None:
        await self.command("POST", f"/_sandbox/returns/{announced.ref}/spoil", {"flaw": flaw})
