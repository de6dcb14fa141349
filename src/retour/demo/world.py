"""The simulated world around the hub, where every order of a marketplace is an order of its project's shop too.

Players act on the simulators' state itself, not through their pages: those are the visitor's, and show what the visitor
ordered and sent back.
"""

import random
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from itertools import count

from retour.demo.company import Project, projects
from retour.demo.platforms import Dropped, Marketplace, Platform, Request
from retour.demo.ports import FIRST, HOST, on_a_free_port
from retour.demo.trade import Order, Parcel
from retour.sandbox.app import start

_REMEMBERED = 5000
"""Sales of which it is known that a player made them. Older ones have ended long since."""


@dataclass(slots=True, eq=False)
class Sale:
    """What a player bought, and sends back."""

    project: Project
    marketplace: Marketplace
    order: Order
    parcel: Parcel
    by_hand: bool = False
    """It was decided in a way that only a person can tell the marketplace: it waits for that person."""

    @property
    def waits(self) -> bool:
        """Whether it waits for a decision, or the decision is on its way."""
        return not self.by_hand and self.parcel.is_open()


@dataclass(slots=True)
class World:
    """All platforms, where they answer, and what the players do there."""

    projects: tuple[Project, ...]
    urls: dict[str, str]
    """Addresses by a marketplace's connection, and by a project's key for its shop."""
    _sales: dict[tuple[str, str], Sale] = field(default_factory=dict)
    """By project, and the shop's number of the order."""
    _waiting: dict[str, list[Sale]] = field(default_factory=dict)

    def marketplaces(self) -> Iterator[tuple[Project, Marketplace]]:
        return ((project, marketplace) for project in self.projects for marketplace in project.marketplaces)

    def send_back(
        self,
        project: Project,
        marketplace: Marketplace,
        chance: random.Random,
        at: datetime | None = None,
        *,
        unannounced: bool = False,
    ) -> Sale:
        """A customer ordered a while ago, and sends it back: at `at`, or now. Raises ValueError where nobody can do so
        unannounced."""
        at = at or datetime.now(UTC)
        order = marketplace.buy(chance, at)
        number = project.shop.take(order, marketplace.title)
        if not unannounced:
            parcel = marketplace.send_back(order, chance, at)
        elif isinstance(marketplace, Dropped):
            parcel = marketplace.drop(order, chance)
        else:
            raise ValueError(f"At {marketplace.title} every return is announced.")
        sale = Sale(project, marketplace, order, parcel)
        self._sales[project.key, number] = sale
        if len(self._sales) > _REMEMBERED:
            del self._sales[next(iter(self._sales))]
        self._waiting.setdefault(marketplace.connection, []).append(sale)
        return sale

    def sale(self, project: Project, request: Request) -> Sale | None:
        """What a shop's request is about. None: the visitor's own, or whatever else was put there."""
        return self._sales.get((project.key, request.order))

    def waiting(self, marketplace: Marketplace) -> list[Sale]:
        """The players' returns that still wait for a decision there."""
        marketplace.simulator.catch_up()
        waiting = [sale for sale in self._waiting.get(marketplace.connection, ()) if sale.waits]
        self._waiting[marketplace.connection] = waiting
        return waiting


@asynccontextmanager
async def open_world() -> AsyncIterator[World]:
    """Starts every simulator, with the visitor's orders in the shops too."""
    world = World(projects(), {})
    ports = count(FIRST)
    async with AsyncExitStack() as stack:
        for project in world.projects:
            world.urls[project.key] = await _serve(stack, project.shop, next(ports))
            for marketplace in project.marketplaces:
                world.urls[marketplace.connection] = await _serve(stack, marketplace, next(ports))
                for order in list(marketplace.samples()):
                    project.shop.take(order, marketplace.title)
        yield world


async def _serve(stack: AsyncExitStack, platform: Platform, port: int) -> str:
    running = await on_a_free_port(port, partial(start, platform.simulator, HOST))
    stack.push_async_callback(running.stop)
    return running.url
