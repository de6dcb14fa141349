"""The simulated shop's hands, as the conformance suite wants them."""

from typing import Any

from retour.core.model import Resolution
from retour.sandbox.magento2 import INTEGRATION_TOKEN, TOKEN
from retour.testing import SimulatedShop

WORDS = {
    Resolution.ACCEPT: "accepted",
    Resolution.REJECT: "rejected",
    Resolution.REPAIR: "repaired",
    Resolution.EXCHANGE: "exchanged",
    Resolution.KEEP: "keeps",
    Resolution.CANCEL: "cancelled",
}
"""Contract magento.md, E13."""


class SimulatedMagento2(SimulatedShop):
    reads = r"GET /channable/returns/status"
    writes = r"POST /channable/returns/hook"

    def settings(self) -> dict[str, Any]:
        return {"base_url": f"{self.url}/", "token": TOKEN, "integration_token": INTEGRATION_TOKEN}

    async def decide(self, ref: str, resolution: Resolution) -> None:
        await self.say(ref, WORDS[resolution])

    async def say(self, ref: str, word: str) -> None:
        await self.command("POST", f"/_sandbox/returns/{ref}/decide", {"status": word})

    async def remove(self, ref: str) -> None:
        await self.command("DELETE", f"/_sandbox/returns/{ref}")

    async def spoil_a_status(self) -> None:
        self.fault("answer", self.reads, skip=2, status=200, body='{"validated": "true", "status": ["?"]}')

    async def place_order(self, number: str, marketplace_number: str) -> str:
        await self.command("POST", "/_sandbox/orders", {"increment_id": number, "ext_order_id": marketplace_number})
        return number
