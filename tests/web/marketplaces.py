"""Simulated marketplaces that tests without an event loop can use: each runs on a loop of its own thread."""

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from threading import Thread
from typing import Any, TypeVar
from uuid import uuid4

from pydantic import SecretStr

from retour.connectors import registry
from retour.sandbox.app import start
from retour.store.models import Connection, Project, Return
from retour.store.sealed import seal
from retour.store.shapes import shapes
from retour.sync.local import sync_pass
from retour.testing import Announced, MarketplaceConformance, SimulatedMarketplace
from tests.every.world import MONEY, suite_of

T = TypeVar("T")
LOOKS = 5


@dataclass
class Market:
    """A simulated marketplace, and the hub's connection to it."""

    suite: MarketplaceConformance
    platform: SimulatedMarketplace
    loop: asyncio.AbstractEventLoop
    row: Connection

    def does(self, what: Coroutine[Any, Any, T]) -> T:
        """What the marketplace or its customer does."""
        return asyncio.run_coroutine_threadsafe(what, self.loop).result(60)

    def sell(self, quantity: int = 1) -> Announced:
        return self.does(self.platform.sell(quantity))

    def announce(self, quantity: int = 1) -> Announced:
        return self.does(self.platform.announce(quantity))

    def fault(self, kind: Any, match: str, **details: Any) -> None:
        self.platform.fault(kind, match, **details)

    def sync(self) -> None:
        """The hub looks and acts, until nothing more is due."""
        asyncio.run(sync_pass(only={self.row.pk}, until_idle=True, deadline=timedelta(seconds=30)))

    def money(self) -> list[tuple[str, int]]:
        """What the marketplace has really refunded, or ended otherwise: of what, how many units."""
        return [(entry["kind"], entry["quantity"]) for entry in self.does(self.platform.journal(*MONEY))]

    def shapes(self) -> list[dict[str, Any]]:
        """The returns that the hub knows, oldest first."""
        return list(shapes(Return.objects.filter(connection=self.row).order_by("pk")))

    def is_seen(self) -> Return:
        """The one return there is, after the hub has looked: more than once where a report has to be made first."""
        found = Return.objects.select_related("connection").filter(connection=self.row)
        for _ in range(LOOKS):
            self.does(self.platform.refresh())
            self.sync()
            if found.exists():
                break
        return found.get()


@contextmanager
def market(key: str, project: Project, **changes: Any) -> Iterator[Market]:
    """The marketplace `key`, running, and connected to a project. `changes` are settings."""
    suite = suite_of(key)()
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever, name=f"simulated {key}")
    thread.start()

    def does(what: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(what, loop).result(60)

    try:
        running = does(start(suite.sandbox.create(0)))
        try:
            platform = suite.simulated(running)
            does(platform.prepare(limits=False))
            yield Market(suite, platform, loop, _connect(key, project, {**platform.settings(), **changes}))
        finally:
            does(running.stop())
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def _connect(key: str, project: Project, settings: dict[str, Any]) -> Connection:
    config = registry.marketplace(key).config.model_validate(settings)
    secret = {name for name, value in config if isinstance(value, SecretStr)}
    row = Connection.objects.create(
        project=project,
        slug=f"{key}-test",
        role="marketplace",
        connector=key,
        settings={name: value for name, value in settings.items() if name not in secret},
        secrets=seal({name: value for name, value in settings.items() if name in secret}),
        fingerprint=uuid4().hex,
        allow_private=True,
    )
    return Connection.objects.select_related("project__company").get(pk=row.pk)
