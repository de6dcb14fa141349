"""What the demo needs of a platform: its simulator, how a hub is connected to it, and the hands of its people."""

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from retour.demo.trade import Order, Parcel
from retour.sandbox.app import Simulator
from retour.sandbox.faults import Fault


@dataclass(frozen=True, slots=True)
class Access:
    """A connection's settings, as an operator would fill them in. `secrets` do not stand in the settings file."""

    plain: Mapping[str, Any]
    secrets: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Mishap:
    """What goes wrong for once, and how the hub takes it."""

    words: str
    fault: Fault


def maintenance(title: str, reads: str) -> Mishap:
    """A platform that is down for a moment. `reads` matches its calls, never its pages."""
    fault = Fault(kind="answer", match=reads, status=503, times=2)
    return Mishap(f"{title} is in maintenance for a moment (503): the hub comes back", fault)


class Platform(Protocol):
    """A simulated platform, not yet serving."""

    connector: str
    title: str
    poll_every: int
    """Seconds between the hub's checks: lively, and within what the platform takes in a minute or a day."""

    @property
    def simulator(self) -> Simulator: ...

    @property
    def mishaps(self) -> Sequence[Mishap]: ...

    def access(self, url: str) -> Access:
        """How a hub is connected to it, serving at this address."""
        ...


class Marketplace(Platform, Protocol):
    """Where customers order, and announce returns."""

    connection: str
    share: int
    """How many customers send something back here, for each one at the quietest marketplace."""
    by_hand: frozenset[str]
    """Decisions that this marketplace cannot be told, or not without a person."""

    def samples(self) -> Iterable[Order]:
        """The visitor's orders: what the customer's page shows."""
        ...

    def buy(self, chance: random.Random, at: datetime) -> Order:
        """A customer ordered something, some days before `at`. The page does not show it."""
        ...

    def send_back(self, order: Order, chance: random.Random, at: datetime) -> Parcel:
        """The customer sends something of it back at that moment; where a marketplace keeps no such time, now."""
        ...


@runtime_checkable
class Dropped(Protocol):
    """A marketplace whose customers may send something back without telling anybody."""

    def drop(self, order: Order, chance: random.Random) -> Parcel:
        """The customer sends something of it back now, with the label that was in the box."""
        ...


@dataclass(frozen=True, slots=True)
class Request:
    """A return request that waits in a shop. `order` is the shop's own number; `where` is for people."""

    ref: str
    order: str
    what: str
    where: str


class Shop(Platform, Protocol):
    """Where the merchant works."""

    back_office: str
    """The path of the page on which a person plays the merchant."""

    def take(self, order: Order, marketplace: str) -> str:
        """What a channel program does in real life: the marketplace's order becomes one of the shop. Its number."""
        ...

    def waiting(self) -> Iterable[Request]:
        """The requests that nobody has decided on."""
        ...

    def decide(self, request: Request, resolution: str) -> None:
        """The merchant decides: accept, reject, repair, exchange, keep or cancel."""
        ...


@runtime_checkable
class Fetching(Protocol):
    """A shop whose own system fetches its returns from the hub, decides there, and reports what nobody announced."""

    def connect(self, url: str, token: str) -> None:
        """From now on it does: this is its project's address at the hub."""
        ...

    def numbers(self) -> Mapping[str, str]:
        """Its orders, as it would export them for the hub: the marketplace's number, and its own."""
        ...

    async def report(self, order: Order, pieces: int) -> bool:
        """So many pieces of an order's first product came back, and are accepted. False: the hub could not take it."""
        ...
