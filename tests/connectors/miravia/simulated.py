"""The simulated Miravia as the inherited suite uses it."""

from typing import Any

from retour.core.model import Resolution
from retour.sandbox.miravia import ACCESS_TOKEN, APP_KEY, APP_SECRET, REFRESH_TOKEN
from retour.testing import Announced, SimulatedMarketplace

LISTED = "GET /rest/reverse/getreverseordersforseller"
HALF_A_DAY = 12 * 3600


class SimulatedMiravia(SimulatedMarketplace):
    reads = LISTED
    writes = r"POST /rest/v2/order/returnRefund/"
    tokens = "POST /rest/auth/token/refresh"
    page_size = 10
    flaws = ("no_order_id", "no_line_id", "no_order_line_id", "wrong_type", "not_an_object", "no_lines")

    request_type = "RETURN"
    """What the customer asks for from now on."""

    def settings(self) -> dict[str, Any]:
        return {
            "api_url": f"{self.url}/rest",
            "client_id": APP_KEY,
            "app_secret": APP_SECRET,
            "access_token": ACCESS_TOKEN,
            "refresh_token": REFRESH_TOKEN,
            "page_size": self.page_size,
        }

    async def prepare(self, *, limits: bool) -> None:
        # A token that is renewed lives for less than the day that the suite lets pass.
        await self.switch(limits=limits, access_lifetime=HALF_A_DAY)

    async def switch(self, **switches: Any) -> None:
        await self.command("PATCH", "/_sandbox/switches", switches)

    def wants(self, decision: Resolution) -> None:
        """Miravia is told of an exchange where the customer asked for one."""
        self.request_type = "REPLACEMENT" if decision is Resolution.EXCHANGE else "RETURN"

    async def announce(self, quantity: int = 1) -> Announced:
        return await self.open(quantity)

    async def announce_own(self) -> Announced:
        return await self.open(is_rtm=False)

    async def open(self, quantity: int = 1, **how: Any) -> Announced:
        body = {"lines": [{"quantity": quantity}], "request_type": self.request_type, **how}
        made = await self.command("POST", "/_sandbox/returns", body)
        return Announced(made["reverse_order_id"], made["lines"][0]["line_id"], quantity, made["order_id"])

    async def refund(self, announced: Announced) -> bool:
        await self.command("POST", f"/_sandbox/lines/{announced.line_ref}/staff-refund")
        return True

    async def spoil(self, announced: Announced, flaw: str) -> None:
        garbled = (await self.command("GET", "/_sandbox/switches"))["garbled_rows"]
        await self.switch(garbled_rows={**garbled, announced.ref: flaw})
