"""A simulated OTTO over real HTTP, the connector under test, and everybody else's hands."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any

from retour.connectors.contract import Page, Part, ToTell
from retour.connectors.http import Door
from retour.connectors.marketplaces.otto import Otto
from retour.connectors.marketplaces.otto.config import OttoConfig
from retour.connectors.memory import Notebook
from retour.core.model import Resolution, Seen, SeenLine
from retour.sandbox.app import Running
from retour.sandbox.faults import Fault, FaultKind
from retour.sandbox.otto import OttoSimulator
from retour.sandbox.otto.samples import product
from tests.connectors.asked import knows_nothing

from .simulated import SETTINGS

_numbers = count(1)
ACCEPTANCE = "POST /v3/returns/acceptance"
REJECTION = "POST /v3/returns/rejection"
LIST = "GET /v3/returns"
EFFECTS = ("refund", "settled")


@dataclass
class Hub:
    """What the hub knows: every line as it was shown last."""

    lines: dict[str, SeenLine] = field(default_factory=dict)

    async def __call__(self, page: Page) -> bool:
        shown = {line.ref: line for seen in page.seen for line in seen.lines}
        known = all(self.lines.get(ref) == line for ref, line in shown.items())
        self.lines |= shown
        return known


@dataclass
class World:
    """The connector under test and what it remembers, and everybody else's hands."""

    running: Running
    memory: Notebook = field(default_factory=Notebook)
    doors: list[Door] = field(default_factory=list)
    otto: Otto = field(init=False)

    @property
    def simulator(self) -> OttoSimulator:
        simulator: Any = self.running.simulator
        assert isinstance(simulator, OttoSimulator)
        return simulator

    def connect(self, **settings: Any) -> Otto:
        """A connector with these settings, through a door without limits of its own."""
        config = OttoConfig.model_validate(SETTINGS | {"api_url": self.running.url} | settings)
        self.doors.append(Door(name="OTTO", allow_private=True, memory=self.memory))
        return Otto(config, self.doors[-1])

    def buy(self, quantity: int = 1, **order: Any) -> list[Any]:
        """The units of a new order."""
        units: list[Any] = self.simulator.place_order([product(0, quantity)], **order).units
        return units

    def announced(self, count: int = 1, at: datetime | None = None) -> list[Any]:
        """Units of orders of their own, that come back."""
        units = [self.buy()[0] for _ in range(count)]
        for unit in units:
            self.simulator.announce([unit.position_item_id], announced_at=at)
        return units

    def fault(self, kind: FaultKind, match: str, **how: Any) -> None:
        self.simulator.faults.add(Fault(kind=kind, match=match, **how))

    def effects(self, unit: Any = None) -> list[tuple[str, str, str]]:
        """What became of units, and by whom."""
        return [
            (entry.kind, entry.ref, entry.detail["by"])
            for entry in self.simulator.journal.entries
            if entry.kind in EFFECTS and (unit is None or entry.ref == unit.position_item_id)
        ]

    def calls(self, endpoint: str) -> int:
        return self.simulator.calls[endpoint]

    async def walk(
        self, since: datetime | None = None, hub: Any = knows_nothing, otto: Otto | None = None
    ) -> list[Page]:
        return [page async for page in (otto or self.otto).returns(since, hub)]

    async def shown(self, since: datetime | None = None, hub: Any = knows_nothing) -> list[Seen]:
        return [seen for page in await self.walk(since, hub) for seen in page.seen]

    async def line(self, unit: Any) -> SeenLine:
        seen = await self.otto.look(unit.position_item_id)
        assert seen is not None
        [shown] = seen.lines
        return shown


def part(unit: Any, resolution: Resolution = Resolution.ACCEPT, **more: Any) -> Part:
    number = next(_numbers)
    told = {"quantity": 1, "order_ref": unit.order.sales_order_id, "key": f"r-{number}:settle:1", "number": number}
    return Part(line_ref=unit.position_item_id, resolution=resolution, **(told | more))


def to_tell(unit: Any, resolution: Resolution = Resolution.ACCEPT, **more: Any) -> ToTell:
    return ToTell(unit.position_item_id, part(unit, resolution, **more))


def now() -> datetime:
    return datetime.now(UTC)
