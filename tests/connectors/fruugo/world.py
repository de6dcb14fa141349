"""A simulated Fruugo over real HTTP, the connector that talks to it, and the hands of customer, portal and Fruugo."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any, cast

from retour.connectors.contract import Page, Part, Receipt, ReceiptState
from retour.connectors.http import Door
from retour.connectors.marketplaces.fruugo import Fruugo, FruugoByCallback
from retour.connectors.marketplaces.fruugo.config import FruugoConfig
from retour.connectors.memory import Notebook
from retour.core.model import Handling, Resolution, Seen, SeenLine
from retour.sandbox.app import Running
from retour.sandbox.faults import Fault, FaultKind
from retour.sandbox.fruugo import FruugoSimulator, Planned
from retour.sandbox.fruugo.samples import Product
from tests.connectors.asked import knows_nothing

from .simulated import LOGIN, Box, Patient

POST, DOWNLOAD = "POST /orders/return", "GET /orders/download/v2"
ASK, RETURN = "POST /v3/orders", "POST /v3/orders/return"
_numbers = count(1)


@dataclass
class Sent:
    """A request that the connector made, and what Fruugo answered."""

    call: str
    query: dict[str, str]
    raw_query: str
    body: str
    correlation: str = ""
    answer: str = ""


@dataclass
class World:
    """The connector under test, what it sent and remembers, and everybody else's hands."""

    running: Running
    sent: list[Sent]
    meanwhile: dict[str, Callable[[], None]]
    """What happens at Fruugo just before it takes such a call, once."""
    memory: Notebook = field(default_factory=Notebook)
    doors: list[Door] = field(default_factory=list)
    fruugo: Fruugo = field(init=False)

    @property
    def simulator(self) -> FruugoSimulator:
        simulator = self.running.simulator
        assert isinstance(simulator, FruugoSimulator)
        return simulator

    def connect(self, memory: Notebook | None = None, **settings: Any) -> Fruugo:
        """A connector with these settings, which remembers what the one before it did."""
        config = FruugoConfig.model_validate({"orders_url": f"{self.running.url}/orders", **LOGIN, **settings})
        self.memory = memory or self.memory
        self.doors.append(Door(name="Fruugo", allow_private=True, memory=self.memory))
        self.fruugo = Fruugo(config, self.doors[-1])
        return self.fruugo

    # The others

    def sell(self, quantity: int = 1, *, days_ago: float = 0, **order: Any) -> str:
        """A shipped order of one line; the line's ref."""
        mug = Product("MUG", "MUG-BLUE", "Mug, blue", Decimal("12.95"), quantity)
        made = self.simulator.market.place_order([mug], placed_at=self.ago(days_ago), **order)
        return made.lines[0].ref

    def announce(self, line: str, quantity: int = 1) -> str:
        """The announcement's number, to withdraw it by."""
        return self.simulator.market.announce(line, quantity)[0].number

    def returned(self, quantity: int = 1, **order: Any) -> str:
        """A new order of which all units are announced; the line's ref."""
        line = self.sell(quantity, **order)
        self.announce(line, quantity)
        return line

    def refund(self, line: str, quantity: int = 1) -> None:
        """Somebody returns units in the portal."""
        self.simulator.market.refund(line, quantity, "portal")

    def withdraw(self, number: str, quantity: int | None = None) -> None:
        self.simulator.market.withdraw(number, quantity)

    def ago(self, days: float) -> datetime:
        return self.simulator.clock.now() - timedelta(days=days)

    def switch(self, **switches: Any) -> None:
        for name, value in switches.items():
            setattr(self.simulator.switches, name, value)

    def fault(self, kind: FaultKind, match: str, **how: Any) -> None:
        self.simulator.faults.add(Fault(kind=kind, match=match, **how))

    def answers(self, match: str, body: str, status: int = 200, **how: Any) -> None:
        self.fault("answer", match, body=body, status=status, **how)

    # What is so

    def refunds(self, line: str | None = None) -> list[tuple[str, int, str]]:
        """The money that the customer got: the line's ref, how many units, and through whom."""
        found = self.simulator.journal.of("refund")
        return [(one.ref, one.quantity, one.detail["source"]) for one in found if line in {None, one.ref}]

    def posts(self) -> list[str]:
        """The forms of all calls that tell a return."""
        return [sent.body for sent in self.sent if sent.call == POST]

    async def walk(self, *, deep: bool = False) -> dict[str, Seen]:
        """Every return that a check shows."""
        return {seen.ref: seen for page in await self.pages(deep=deep) for seen in page.seen}

    async def pages(self, *, deep: bool = False) -> list[Page]:
        since = None if deep else self.ago(3)
        return [page async for page in self.fruugo.returns(since, knows_nothing)]

    async def line(self, ref: str) -> SeenLine:
        seen = await self.fruugo.look(ref)
        assert seen is not None
        [line] = seen.lines
        return line

    async def tell(self, ref: str, resolution: Resolution = Resolution.ACCEPT, units: int = 1, **how: Any) -> Receipt:
        return await self.fruugo.settle(ref, [part(ref, resolution, units, **how)])


@dataclass
class Later(World):
    """The same account by callbacks: a connector that comes back as the hub does, and the box in which they arrive."""

    box: Box = field(kw_only=True)
    plain: FruugoByCallback = field(init=False)
    """The same connector, without patience."""

    def connect(self, memory: Notebook | None = None, **settings: Any) -> Fruugo:
        url = self.running.url
        told = {"transport": "v3", "orders_url": f"{url}/orders", "v3_url": f"{url}/v3", **LOGIN, **settings}
        self.memory = memory or self.memory
        self.doors.append(Door(name="Fruugo", allow_private=True, memory=self.memory, inbox=self.box))
        config = FruugoConfig.model_validate(told)
        self.plain = FruugoByCallback(config, self.doors[-1])
        # Whatever the two can do they do alike; the tests of v2 ask for nothing else.
        self.fruugo = cast(Any, Patient(config, self.doors[-1]))
        return self.fruugo

    def wait(self, **time: float) -> None:
        self.simulator.clock.move(timedelta(**time).total_seconds())

    async def seen(self, *, deep: bool = False) -> dict[str, Seen]:
        """Every return that a whole walk shows, from its questions to its answers."""
        self.wait(minutes=5)
        await self.walk(deep=deep)
        return await self.walk(deep=deep)

    async def end(self, ref: str, units: int = 1, **how: Any) -> Receipt:
        """Tells a decision, and what has become of it."""
        receipt = await self.tell(ref, units=units, **how)
        assert receipt.state is ReceiptState.PENDING
        assert receipt.ref
        return (await self.plain.confirm([receipt.ref]))[receipt.ref]

    def asked(self, path: str = ASK) -> list[Sent]:
        return [sent for sent in self.sent if sent.call == path]

    def plan(self, kind: str | None = None, **how: Any) -> None:
        """What becomes of the next request of a kind, and of its callback."""
        self.simulator.callbacks.plan(Planned.model_validate({"kind": kind, **how}))


async def happened(what: Callable[[], object]) -> None:
    """Waits for what another task does."""
    for _ in range(500):
        if what():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not happen")


def part(ref: str, resolution: Resolution = Resolution.ACCEPT, units: int = 1, **how: Any) -> Part:
    number = next(_numbers)
    return Part(line_ref=ref, resolution=resolution, quantity=units, key=f"r-{number}:settle:1", number=number, **how)


def ends(handlings: tuple[Handling, ...]) -> list[tuple[Resolution | None, int]]:
    return [(one.resolution, one.quantity) for one in handlings]
