"""A simulated Walmart over real HTTP, the connector that talks to it, and the hands of everybody else."""

from typing import Any

from retour.connectors.contract import Page, Part
from retour.connectors.http import Door
from retour.connectors.marketplaces.walmart import MANIFEST, Walmart
from retour.connectors.marketplaces.walmart.access import Access
from retour.connectors.marketplaces.walmart.config import WalmartConfig
from retour.connectors.memory import Notebook
from retour.core.model import Resolution, SeenLine
from retour.sandbox.app import Running
from retour.testing import Announced
from retour.testing.walking import nothing_known

from .simulated import SimulatedWalmart
from .specification import Sent

REFUND = r"POST /v3/returns/\d+/refund"
LIST = r"GET /v3/returns$"


class World(SimulatedWalmart):
    """`walmart` is the connector under test, `memory` what it remembers, `sent` what arrived."""

    def __init__(self, running: Running, sent: list[Sent]) -> None:
        super().__init__(running)
        self.sent = sent
        self.memory = Notebook()
        self._doors: list[Door] = []
        self.walmart = self.connect()

    def connect(self, **settings: Any) -> Walmart:
        """A connector with these settings, as after a restart: its memory is what stays."""
        config = WalmartConfig.model_validate(self.settings() | settings)
        self._doors.append(
            Door(name="Walmart", rate_headers=MANIFEST.rate_headers, allow_private=True, memory=self.memory)
        )
        return Walmart(config, self._doors[-1])

    async def close(self) -> None:
        for door in self._doors:
            await door.close()

    async def rows(self) -> list[Any]:
        """The list as Walmart shows it now."""
        config = WalmartConfig.model_validate(self.settings())
        return (await Access(config, self._doors[-1]).some()).rows

    async def line(self, announced: Announced) -> SeenLine:
        seen = await self.walmart.look(announced.ref)
        assert seen is not None
        return next(line for line in seen.lines if line.ref == announced.line_ref)

    async def ends(self, announced: Announced) -> list[tuple[str, str]]:
        """The line's history: what became of each unit, and Walmart's word for it."""
        return [(one.resolution or "?", one.raw) for one in (await self.line(announced)).handlings]

    async def refunds(self) -> list[int]:
        """How many units each refund was for that really took place."""
        return [entry["quantity"] for entry in await self.journal("refund")]

    async def posts(self) -> int:
        return await self.calls("POST /v3/returns/{return_order_id}/refund")

    async def walk(self, since: Any = None) -> list[Page]:
        return [page async for page in self.walmart.returns(since, nothing_known)]


def part(announced: Announced, resolution: Resolution = Resolution.ACCEPT, quantity: int = 1, number: int = 1) -> Part:
    """`number` tells one decision from another."""
    key = f"r-1:{announced.line_ref}:settle:{number}"
    return Part(line_ref=announced.line_ref, resolution=resolution, quantity=quantity, key=key, number=number)
