"""The simulated shop's hands, as the conformance suite wants them."""

from dataclasses import asdict
from typing import Any

from retour.core.model import Resolution
from retour.sandbox.magento2 import (
    ACCESS_TOKEN_SECRET,
    CONSUMER_KEY,
    CONSUMER_SECRET,
    INTEGRATION_TOKEN,
    TOKEN,
    Magento2,
)
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


SIGNED = {
    "consumer_key": CONSUMER_KEY,
    "consumer_secret": CONSUMER_SECRET,
    "integration_token": INTEGRATION_TOKEN,
    "integration_token_secret": ACCESS_TOKEN_SECRET,
}
"""All four keys of the integration."""


class SimulatedMagento2(SimulatedShop):
    reads = r"GET /channable/returns/status"
    writes = r"POST /channable/returns/hook"
    simulator: Magento2

    def settings(self) -> dict[str, Any]:
        return {"base_url": f"{self.url}/", "token": TOKEN, "integration_token": INTEGRATION_TOKEN}

    async def decide(self, ref: str, resolution: Resolution) -> None:
        await self.say(ref, WORDS[resolution])

    async def say(self, ref: str, word: str) -> None:
        await self.command("POST", f"/_sandbox/returns/{ref}/decide", {"status": word})

    async def remove(self, ref: str) -> None:
        await self.command("DELETE", f"/_sandbox/returns/{ref}")

    async def record(self, ref: str) -> str:
        row = self.simulator.shop.returns.get(int(ref))
        kept = asdict(row).values() if row else ()
        return "\n".join(str(value) for value in kept if value is not None)

    async def spoil_a_status(self) -> None:
        self.fault("answer", self.reads, skip=2, status=200, body='{"validated": "true", "status": ["?"]}')

    async def place_order(self, number: str, marketplace_number: str) -> str:
        await self.command("POST", "/_sandbox/orders", {"increment_id": number, "ext_order_id": marketplace_number})
        return number
