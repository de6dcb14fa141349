"""What both generations of Magento's plugin have in common, as the tests of their connectors want it."""

from dataclasses import asdict
from typing import Any

from retour.connectors.contract import Unreadable
from retour.core.model import Resolution
from retour.sandbox.magento1.simulator import Magento1Simulator
from retour.sandbox.magento2 import Magento2
from retour.testing import SimulatedShop
from tests.connectors.asked import make, read

WORDS = {
    Resolution.ACCEPT: "accepted",
    Resolution.REJECT: "rejected",
    Resolution.REPAIR: "repaired",
    Resolution.EXCHANGE: "exchanged",
    Resolution.KEEP: "keeps",
    Resolution.CANCEL: "cancelled",
}
"""Contract magento.md, E13."""


class SimulatedPlugin(SimulatedShop):
    """The merchant's hands in the plugin's grid, and the simulator's switches."""

    simulator: Magento1Simulator | Magento2

    async def decide(self, ref: str, resolution: Resolution) -> None:
        await self.say(ref, WORDS[resolution])

    async def say(self, ref: str, word: str) -> None:
        await self.command("POST", f"/_sandbox/returns/{ref}/decide", {"status": word})

    async def record(self, ref: str) -> str:
        row = self.simulator.shop.returns.get(int(ref))
        kept = asdict(row).values() if row else ()
        return "\n".join(str(value) for value in kept if value is not None)

    async def spoil_a_status(self) -> None:
        self.fault("answer", self.reads, skip=2, status=200, body='{"validated": "true", "status": ["?"]}')

    async def switch(self, **switches: Any) -> None:
        await self.command("PATCH", "/_sandbox/switches", switches)

    async def rows(self) -> list[dict[str, Any]]:
        stored: list[dict[str, Any]] = await self.command("GET", "/_sandbox/returns")
        return stored


async def unreadable(shop: SimulatedPlugin, connector: Any, answer: str) -> Unreadable:
    """What is told of a return that the shop answers about like this."""
    refs = await make(connector)
    shop.fault("answer", shop.reads, status=200, body=answer)
    pages, error = await read(connector, refs)
    assert error is None
    [page] = pages
    [row] = page.unreadable
    assert (row.ref, page.returns) == (refs[0], ())
    return row
