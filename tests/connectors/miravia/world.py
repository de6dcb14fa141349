"""A simulated Miravia over real HTTP, the connector that talks to it, and what it sent."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any

from retour.connectors.contract import Known, Page, Part
from retour.connectors.http import Door, Exchange
from retour.connectors.marketplaces.miravia import Miravia
from retour.connectors.marketplaces.miravia.config import MiraviaConfig
from retour.connectors.memory import Memory, Notebook
from retour.core.model import Resolution, Seen, SeenLine
from retour.testing import Announced
from tests.connectors.asked import knows_nothing

from .simulated import SimulatedMiravia

LIST = "/rest/reverse/getreverseordersforseller"
ACCEPT, REJECT = "/rest/v2/order/returnRefund/accept", "/rest/v2/order/returnRefund/reject"
REFRESH = "POST /rest/auth/token/refresh"
EFFECTS = ("refund", "settled", "agreed")
_numbers = count(1)


async def knows_everything(page: Page) -> bool:
    return True


@dataclass(frozen=True)
class Sent:
    """A call as it arrived: its path, and the parameters of its address and of its form."""

    method: str
    path: str
    query: Mapping[str, str]
    form: Mapping[str, str]
    body: bytes


@dataclass
class World:
    platform: SimulatedMiravia
    sent: list[Sent]
    doors: list[Door] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)
    miravia: Miravia = field(init=False)

    def connect(self, memory: Memory | None = None, **settings: Any) -> Miravia:
        """A connector with these settings, through a door of its own without limits."""
        config = MiraviaConfig.model_validate(self.platform.settings() | settings)
        door = Door(
            name="Miravia", allow_private=True, memory=memory or Notebook(), record=self.exchanges.append, parallel=8
        )
        self.doors.append(door)
        return Miravia(config, door)

    async def rewrite(self, line: str, **facts: Any) -> None:
        """What Miravia shows of a line from now on."""
        await self.platform.command("PATCH", f"/_sandbox/lines/{line}", facts)

    async def act(self, line: str, what: str) -> None:
        """The customer's, the carrier's or Miravia's own hand."""
        await self.platform.command("POST", f"/_sandbox/lines/{line}/{what}")

    async def walk(self, since: datetime | None = None, known: Known = knows_nothing) -> list[Page]:
        return [page async for page in self.miravia.returns(since, known)]

    async def seen(self) -> list[Seen]:
        return [seen for page in await self.walk() for seen in page.seen]

    async def line(self, announced: Announced) -> SeenLine:
        seen = await self.miravia.look(announced.ref)
        assert seen is not None
        return next(line for line in seen.lines if line.ref == announced.line_ref)

    async def journal(self, *kinds: str) -> list[tuple[str, str, int]]:
        entries = await self.platform.journal(*(kinds or EFFECTS))
        return [(entry["kind"], entry["ref"], entry["quantity"]) for entry in entries]

    def calls(self, path: str) -> list[Sent]:
        return [call for call in self.sent if call.path == path]


def part(announced: Announced, resolution: Resolution, **how: Any) -> Part:
    number = next(_numbers)
    whole: dict[str, Any] = {"quantity": announced.quantity, "key": f"r-{number}:settle:1", "number": number}
    return Part(line_ref=announced.line_ref, resolution=resolution, **(whole | how))


def now() -> datetime:
    return datetime.now(UTC)
