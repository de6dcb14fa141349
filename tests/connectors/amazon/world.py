"""A simulated Amazon over real HTTP, the connector that talks to it, and the hands of everybody else."""

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from itertools import count
from typing import Any

import aiohttp

from retour.connectors.contract import Page, Part, Receipt, ReceiptState, ToTell, Unreadable
from retour.connectors.errors import ConnectorError
from retour.connectors.http import Door, Exchange
from retour.connectors.marketplaces.amazon import Amazon, AmazonConfig
from retour.connectors.memory import Memory, Notebook
from retour.core.model import Resolution, Seen, SeenLine
from retour.sandbox.app import Running
from tests.connectors.asked import knows_nothing

from .simulated import NL, settings
from .specification import Sent

_numbers = count(1)


@dataclass
class World:
    """The connector under test, what it sent, and the hands of customer, seller's staff and Amazon."""

    running: Running
    session: aiohttp.ClientSession
    sent: list[Sent]
    doors: list[Door] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)
    memory: Memory = field(default_factory=Notebook)
    amazon: Amazon = field(init=False)

    def connect(self, **changes: Any) -> Amazon:
        """A connector with these settings and the same memory, as after a restart; without limits of its own."""
        config = AmazonConfig.model_validate(settings(self.running.url) | changes)
        door = Door(name="Amazon", allow_private=True, memory=self.memory, record=self.exchanges.append)
        self.doors.append(door)
        self.amazon = Amazon(config, door)
        return self.amazon

    async def control(self, method: str, path: str, body: Any = None) -> Any:
        async with self.session.request(method, f"{self.running.url}/_sandbox/{path}", json=body) as response:
            assert response.status < 300, await response.text()
            return await response.json() if response.content_type == "application/json" else None

    async def open(self, *items: dict[str, Any], **fields: Any) -> Any:
        """A customer's return: {"rma_id", "order_id", "lines": [...]}."""
        return await self.control("POST", "returns", {"items": list(items) or [{}], **fields})

    async def event(self, made: Any, name: str, **fields: Any) -> None:
        await self.control("POST", f"returns/{made['rma_id']}/{name}", fields)

    async def switch(self, **switches: Any) -> None:
        await self.control("PATCH", "switches", switches)

    async def next_jobs(self, kind: str, outcome: str, **fields: Any) -> None:
        await self.control("POST", "jobs/next", {"kind": kind, "outcome": outcome, **fields})

    async def fault(self, kind: str, match: str, **fields: Any) -> None:
        await self.control("POST", "faults", {"kind": kind, "match": match, **fields})

    def wait(self, **time: float) -> None:
        self.running.simulator.clock.move(timedelta(**time).total_seconds())

    async def calls(self, endpoint: str) -> int:
        return int((await self.control("GET", "calls")).get(endpoint, 0))

    async def paid(self, source: str | None = None) -> list[Decimal]:
        """What was refunded, in order."""
        entries = await self.control("GET", "journal")
        return [
            Decimal(entry["detail"]["amount"])
            for entry in entries
            if entry["kind"] == "refund" and source in (None, entry["detail"]["source"])
        ]

    async def walk(self, *, deep: bool = True) -> list[Page]:
        """One check: what is ready."""
        since = None if deep else self.running.simulator.clock.now() - timedelta(days=3)
        return [page async for page in self.amazon.returns(since, knows_nothing)]

    async def report(self, *, deep: bool = True) -> list[Page]:
        """Checks until nothing more is to come."""
        self.wait(minutes=15)
        pages: list[Page] = []
        for _ in range(10):
            now = await self.walk(deep=deep)
            pages += now
            pause = min((page.again for page in now if page.again), default=None)
            if pause is None:
                return pages
            self.wait(seconds=pause.total_seconds())
        raise AssertionError("no end")

    async def seen(self, **how: Any) -> list[Seen]:
        return [seen for page in await self.report(**how) for seen in page.seen]

    async def unreadable(self) -> list[Unreadable]:
        return [row for page in await self.report() for row in page.unreadable]

    async def line(self, made: Any, place: int = 0) -> SeenLine:
        """A line of a return as the newest report shows it."""
        return next(line for seen in await self.seen() for line in seen.lines if line.ref == line_ref(made, place))

    async def tell(self, *told: ToTell) -> dict[str, Receipt | ConnectorError]:
        """Outcomes at once, by key."""
        return dict(await self.amazon.settle_together(told))

    async def end(self, told: ToTell) -> Receipt | ConnectorError:
        """The outcome of one decision, followed to its end."""
        outcome = (await self.tell(told))[told.part.key]
        if isinstance(outcome, ConnectorError) or outcome.state is not ReceiptState.PENDING:
            return outcome
        assert outcome.ref
        self.wait(minutes=1)
        return (await self.amazon.confirm([outcome.ref])).get(outcome.ref, outcome)


def line_ref(made: Any, place: int = 0, marketplace: str = NL) -> str:
    return f"{marketplace}:{made['rma_id']}:{made['lines'][place]['sku']}"


def told(
    made: Any, resolution: Resolution = Resolution.ACCEPT, quantity: int = 1, *, place: int = 0, marketplace: str = NL
) -> ToTell:
    number = next(_numbers)
    ref = line_ref(made, place, marketplace)
    part = Part(
        line_ref=ref,
        resolution=resolution,
        quantity=quantity,
        key=f"r-{number}:{ref}:settle:1",
        number=number,
        order_ref=made["order_id"],
    )
    return ToTell(f"{marketplace}:{made['rma_id']}", part)
