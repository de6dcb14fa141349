"""The simulated shop's hands, as the conformance suite wants them."""

from dataclasses import asdict
from typing import Any

from retour.core.model import Resolution
from retour.sandbox.magento1 import TOKEN
from retour.sandbox.magento1.simulator import Magento1Simulator
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


class SimulatedMagento1(SimulatedShop):
    reads = r"GET /channableapi/returns/get"
    writes = r"POST /channableapi/returns/index"
    simulator: Magento1Simulator

    def settings(self) -> dict[str, Any]:
        return {"base_url": f"{self.url}/", "token": TOKEN}

    async def decide(self, ref: str, resolution: Resolution) -> None:
        await self.say(ref, WORDS[resolution])

    async def say(self, ref: str, word: str) -> None:
        await self.command("POST", f"/_sandbox/returns/{ref}/decide", {"status": word})

    async def remove(self, ref: str) -> None:
        """The mass action: the one that really deletes."""
        await self.command("POST", "/_sandbox/returns/mass-delete", {"ids": [int(ref)]})

    async def clear(self, ref: str) -> None:
        """The row action "Delete", which only makes the status null."""
        await self.command("POST", f"/_sandbox/returns/{ref}/delete")

    async def record(self, ref: str) -> str:
        row = self.simulator.shop.returns.get(int(ref))
        kept = asdict(row).values() if row else ()
        return "\n".join(str(value) for value in kept if value is not None)

    async def spoil_a_status(self) -> None:
        self.fault("answer", self.reads, skip=2, status=200, body='{"validated": "true", "status": ["?"]}')
