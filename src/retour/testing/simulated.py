"""What a suite must be able to do to a simulated platform. A connector's author fills in the abstract parts."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar

import aiohttp

from retour.connectors.contract import ReturnRequest
from retour.connectors.inbox import Inbox
from retour.core.model import Resolution
from retour.sandbox.app import Running
from retour.sandbox.faults import Fault, FaultKind
from retour.testing.samples import bare_request, full_request


@dataclass(frozen=True, slots=True)
class Announced:
    """A return that a customer has announced at the simulated marketplace: one line that waits for the merchant."""

    ref: str
    line_ref: str
    quantity: int = 1
    order_ref: str | None = None


class SimulatedPlatform(ABC):
    """A running simulator with its controls. Suites make one per test.

    `reads` and `writes` are regular expressions over "METHOD /path", as the switchboard of faults matches them: the
    call that reads one return, and the one call that has an effect."""

    reads: ClassVar[str]
    writes: ClassVar[str]
    tokens: ClassVar[str | None] = None
    """The call that hands out access tokens, as the simulator counts it; None: the platform has none."""

    def __init__(self, running: Running) -> None:
        self.running = running
        self.simulator = running.simulator
        self.url = running.url
        self.inbox: Inbox | None = None
        """Where it answers, if it answers by callback: filled in by whoever listens for it."""

    @abstractmethod
    def settings(self) -> dict[str, Any]:
        """The settings of a connection that works, with every secret filled in."""

    async def prepare(self, *, limits: bool) -> None:
        """Called before the first use. `limits` tells whether the simulator is to enforce its rate limits."""
        return

    async def command(self, method: str, path: str, json: Any = None) -> Any:
        """Calls a control route of the simulator, such as `POST /_sandbox/orders`."""
        async with aiohttp.ClientSession() as session, session.request(method, self.url + path, json=json) as answer:
            if answer.status >= 400:
                raise AssertionError(f"{method} {path}: {answer.status} {await answer.text()}")
            return await answer.json() if answer.content_type == "application/json" else None

    async def journal(self, *kinds: str) -> list[dict[str, Any]]:
        """The entries of these kinds that the platform's journal of money and goods holds by now."""
        entries: list[dict[str, Any]] = await self.command("GET", "/_sandbox/journal")
        return [entry for entry in entries if entry["kind"] in kinds]

    async def calls(self, endpoint: str) -> int:
        """How often an endpoint was called, in the simulator's spelling: "POST /token"."""
        return (await self.all_calls()).get(endpoint, 0)

    async def all_calls(self) -> dict[str, int]:
        counted: dict[str, int] = await self.command("GET", "/_sandbox/calls")
        return counted

    def fault(self, kind: FaultKind, match: str, **details: Any) -> None:
        """Tells the platform to misbehave: once, unless `times` says otherwise."""
        self.simulator.faults.add(Fault(kind=kind, match=match, **details))

    def wait(self, seconds: float) -> None:
        """Lets time pass at the platform."""
        self.simulator.clock.move(seconds)


class SimulatedMarketplace(SimulatedPlatform):
    """A marketplace, with the customer's hands."""

    page_size: ClassVar[int]
    """How many returns its list shows on a page."""
    flaws: ClassVar[Sequence[str]]
    """The ways in which `spoil` can make a row unreadable."""
    precision: ClassVar[timedelta] = timedelta(minutes=1)
    """How exactly it tells times: a day, where it tells dates."""
    reason: ClassVar[str | None] = None
    """A reason that the marketplace takes with a decision, where it requires one."""
    most: ClassVar[int] = 2
    """How many units of a line may come back together: 1, where each unit is a return of its own."""

    def code(self, decision: Resolution) -> str | None:
        """One of its own reasons for a decision, where it requires one of a list."""
        return None

    async def refresh(self) -> None:
        """Lets pass what must pass until its lists show the present: where they are reports, made now and then."""
        return

    def wants(self, decision: Resolution) -> None:
        """From now on the customers ask for this, where the marketplace lets them say what they want."""
        return

    @abstractmethod
    async def announce(self, quantity: int = 1) -> Announced:
        """The customer announces a return of one line that the merchant handles."""

    async def announce_own(self) -> Announced | None:
        """The customer announces a return that the marketplace handles itself. None: it never does."""
        return None

    async def refund(self, announced: Announced) -> bool:
        """The marketplace refunds all of it by itself, without asking the merchant. False: it never does."""
        return False

    async def sell(self, quantity: int = 1) -> Announced:
        """A customer buys and receives so many of a product; no return is announced. `order_ref` is what matters. For
        marketplaces where the merchant may report a return by himself."""
        raise AssertionError(f"the merchant can report returns here, so {type(self).__name__} must say how to `sell`")

    async def announce_many(self, count: int) -> list[Announced]:
        return [await self.announce() for _ in range(count)]

    @abstractmethod
    async def spoil(self, announced: Announced, flaw: str) -> None:
        """From now on, this return's row cannot be read where the marketplace lists it."""


class SimulatedShop(SimulatedPlatform):
    """A shop's back office, with the merchant's hands."""

    a_ref: ClassVar[str] = "1"
    """What the shop's number of a return request looks like."""
    unknown_word: ClassVar[str] = "sent-to-supplier"
    """What `say` says: a word of the shop's that nobody knows."""
    decides_once: ClassVar[bool] = False
    """A request that was decided is closed: nobody there can decide it otherwise."""
    settled: ClassVar[str] = "accepted"
    """What stands in the `record` of a request that the marketplace has handled itself, and of no other."""

    def request(self, number: int = 1, **changes: Any) -> ReturnRequest:
        """A request with everything filled in. A shop that holds none without an order adds it here, and below."""
        return full_request(number, **changes)

    def bare_request(self, number: int = 1, **changes: Any) -> ReturnRequest:
        """One where everything is missing that may be."""
        return bare_request(number, **changes)

    @abstractmethod
    async def decide(self, ref: str, resolution: Resolution) -> None:
        """The merchant decides a return request."""

    @abstractmethod
    async def say(self, ref: str, word: str) -> None:
        """A return request gets a status word that nobody knows."""

    @abstractmethod
    async def remove(self, ref: str) -> None:
        """The merchant deletes a return request."""

    @abstractmethod
    async def spoil_a_status(self) -> None:
        """The next time that several return requests are asked about, what the shop says of one cannot be read."""

    async def record(self, ref: str) -> str:
        """All that the shop keeps of a return request and people can read there, its order's own texts left out."""
        raise AssertionError(f"{type(self).__name__} does not say what the shop keeps of a `record`")

    async def place_order(self, number: str, marketplace_number: str) -> str:
        """The shop has an order that stands for the marketplace's order, of this number or one like it; the number
        that it has. For shops whose orders can be searched."""
        raise AssertionError(f"orders can be searched here, so {type(self).__name__} must say how to `place_order`")

    async def return_there(self, number: str, marketplace_number: str, sku: str, quantity: int = 1) -> str | None:
        """Somebody orders three of a product over the marketplace and returns some, in the shop itself; the shop's
        number of that return. None: this shop has no returns. For shops that can show their own."""
        raise AssertionError(f"its own returns can be shown, so {type(self).__name__} must say how to `return_there`")
