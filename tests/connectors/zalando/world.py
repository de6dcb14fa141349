"""A simulated Zalando over real HTTP, the connector under test, and everybody else's hands."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import count
from typing import Any

from retour.connectors.contract import Page, Part
from retour.connectors.http import Door
from retour.connectors.marketplaces.zalando import Zalando
from retour.connectors.marketplaces.zalando.config import ZalandoConfig
from retour.connectors.memory import Notebook
from retour.core.model import Resolution, Seen, SeenLine
from retour.sandbox.app import Running
from retour.sandbox.faults import Fault, FaultKind
from retour.sandbox.zalando import Product, ZalandoSimulator
from tests.connectors.asked import knows_nothing

from .simulated import SETTINGS

_numbers = count(1)
ORDER = r"GET /merchants/[^/]+/orders/[^/]+$"
PATCH = r"PATCH /merchants/"
ANNOUNCED = "GET /merchants/{merchant_id}/announced-returns"


def ref_of(line: Any) -> str:
    return f"{line.item.order.order_id}/{line.item.item_id}/{line.line_id}"


@dataclass
class World:
    """The connector under test and what it remembers, and everybody else's hands."""

    running: Running
    memory: Notebook = field(default_factory=Notebook)
    doors: list[Door] = field(default_factory=list)
    zalando: Zalando = field(init=False)

    @property
    def simulator(self) -> ZalandoSimulator:
        simulator: Any = self.running.simulator
        assert isinstance(simulator, ZalandoSimulator)
        return simulator

    def connect(self, **settings: Any) -> Zalando:
        """A connector with these settings, through a door without limits of its own."""
        config = ZalandoConfig.model_validate(SETTINGS | {"api_url": self.running.url} | settings)
        self.doors.append(Door(name="Zalando", allow_private=True, memory=self.memory))
        return Zalando(config, self.doors[-1])

    def buy(self, quantity: int = 1, **order: Any) -> list[Any]:
        """The lines of a new order."""
        product = Product("0000000000017", "Red scarf", Decimal("19.99"), quantity)
        lines: list[Any] = self.simulator.place_order([product], **order).lines
        return lines

    def announce(self, *lines: Any, reason: str = "TOO_LARGE", at: datetime | None = None) -> str:
        made = self.simulator.announce([(line.line_id, reason) for line in lines], registered_at=at)
        return made.announced_return_id

    def fault(self, kind: FaultKind, match: str, **how: Any) -> None:
        self.simulator.faults.add(Fault(kind=kind, match=match, **how))

    def refunds(self) -> list[tuple[str, str]]:
        """Which units were refunded, and by whom."""
        return [(entry.ref, entry.detail["by"]) for entry in self.simulator.journal.of("refund")]

    def calls(self, *endpoints: str) -> int:
        return sum(self.simulator.calls[endpoint] for endpoint in endpoints)

    async def walk(self, since: datetime | None = None, zalando: Zalando | None = None) -> list[Page]:
        return [page async for page in (zalando or self.zalando).returns(since, knows_nothing)]

    async def shown(self, since: datetime | None = None, zalando: Zalando | None = None) -> list[Seen]:
        return [seen for page in await self.walk(since, zalando) for seen in page.seen]

    async def line(self, line: Any) -> SeenLine:
        seen = await self.zalando.look(ref_of(line))
        assert seen is not None
        [shown] = seen.lines
        return shown


def part(line: Any, resolution: Resolution = Resolution.ACCEPT, **more: Any) -> Part:
    number = next(_numbers)
    return Part(
        line_ref=line.line_id, resolution=resolution, quantity=1, key=f"r-{number}:settle:1", number=number, **more
    )
