"""The simulated shop's hands, as the conformance suite wants them."""

from typing import Any

from retour.sandbox.magento1 import TOKEN
from retour.sandbox.magento1.simulator import Magento1Simulator
from tests.connectors.magento_plugin import SimulatedPlugin


class SimulatedMagento1(SimulatedPlugin):
    reads = r"GET /channableapi/returns/get"
    writes = r"POST /channableapi/returns/index"
    simulator: Magento1Simulator

    def settings(self) -> dict[str, Any]:
        return {"base_url": f"{self.url}/", "token": TOKEN}

    async def remove(self, ref: str) -> None:
        """The mass action: the one that really deletes."""
        await self.command("POST", "/_sandbox/returns/mass-delete", {"ids": [int(ref)]})

    async def clear(self, ref: str) -> None:
        """The row action "Delete", which only makes the status null."""
        await self.command("POST", f"/_sandbox/returns/{ref}/delete")
