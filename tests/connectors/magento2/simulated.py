"""The simulated shop's hands, as the conformance suite wants them."""

from typing import Any

from retour.sandbox.magento2 import (
    ACCESS_TOKEN_SECRET,
    CONSUMER_KEY,
    CONSUMER_SECRET,
    INTEGRATION_TOKEN,
    TOKEN,
    Magento2,
)
from tests.connectors.magento_plugin import SimulatedPlugin

SIGNED = {
    "consumer_key": CONSUMER_KEY,
    "consumer_secret": CONSUMER_SECRET,
    "integration_token": INTEGRATION_TOKEN,
    "integration_token_secret": ACCESS_TOKEN_SECRET,
}
"""All four keys of the integration."""


class SimulatedMagento2(SimulatedPlugin):
    reads = r"GET /channable/returns/status"
    writes = r"POST /channable/returns/hook"
    simulator: Magento2

    def settings(self) -> dict[str, Any]:
        return {"base_url": f"{self.url}/", "token": TOKEN, "integration_token": INTEGRATION_TOKEN}

    async def remove(self, ref: str) -> None:
        await self.command("DELETE", f"/_sandbox/returns/{ref}")

    async def place_order(self, number: str, marketplace_number: str) -> str:
        await self.command("POST", "/_sandbox/orders", {"increment_id": number, "ext_order_id": marketplace_number})
        return number
