"""Connectors, opened once and kept: tokens, budgets and connections live on between checks while settings stay."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from pydantic import BaseModel

from retour.connectors.contract import MarketplaceManifest, ShopManifest
from retour.connectors.http import Door, Exchange, Limit
from retour.store.models import Connection
from retour.store.platforms import config_of, manifest_of, secret_values
from retour.store.sealed import unseal
from retour.sync.database import Database
from retour.sync.inbox import StoredInbox
from retour.sync.memory import StoredMemory

A_MOMENT = timedelta(seconds=5)
SHORTEST_PATIENCE, LONGEST_PATIENCE = timedelta(seconds=20), timedelta(minutes=2)


@dataclass(slots=True)
class Platform:
    """An opened connector. `exchanges` collects what was sent and received until it is saved."""

    manifest: MarketplaceManifest | ShopManifest
    config: BaseModel
    door: Door
    connector: Any
    fingerprint: str
    exchanges: list[Exchange] = field(default_factory=list)

    def take_exchanges(self) -> list[Exchange]:
        taken = self.exchanges[:]
        self.exchanges.clear()
        return taken

    @property
    def budget(self) -> dict[str, Any]:
        """What is left of the platform's call budgets, for the page."""
        return {
            group: {"limit": quota.limit, "remaining": quota.remaining, "resets_in": quota.resets_in}
            for group, quota in self.door.quota.items()
        }


def open_platform(connection: Connection, db: Database) -> Platform:
    """Opens a connection's connector. Raises `registry.UnknownConnector` and pydantic's ValidationError."""
    manifest = manifest_of(connection)
    config = config_of(connection)
    exchanges: list[Exchange] = []
    limits = (*manifest.limits, *manifest.account_limits(config))
    door = Door(
        name=manifest.name,
        limits=limits,
        rate_headers=manifest.rate_headers,
        secrets=secret_values(unseal(connection.secrets)),
        allow_private=connection.allow_private,
        record=exchanges.append,
        patience=patience(limits),
        parallel=manifest.parallel,
        memory=StoredMemory(connection.pk, db),
        inbox=StoredInbox(connection.pk, db),
    )
    return Platform(manifest, config, door, manifest.open(config, door), connection.fingerprint, exchanges)


def patience(limits: Iterable[Limit]) -> timedelta:
    """How long a call waits for its turn: until the longest declared window is over, since a list with more pages than
    a window has calls could otherwise never be walked to its end. But so long only that neither an effect nor a check
    loses its lease meanwhile: half an effect's is left when its call begins to wait (`act`)."""
    longest = max((limit.per for limit in limits), default=timedelta())
    return min(max(longest + A_MOMENT, SHORTEST_PATIENCE), LONGEST_PATIENCE)


class Platforms:
    """The opened connectors of a process."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._open: dict[int, Platform] = {}

    async def of(self, connection: Connection) -> Platform:
        """The connection's connector, opened anew when its settings have changed."""
        platform = self._open.get(connection.pk)
        if platform is not None and platform.fingerprint != connection.fingerprint:
            await platform.door.close()
            platform = None
        if platform is None:
            platform = self._open[connection.pk] = open_platform(connection, self._db)
        return platform

    async def close(self) -> None:
        for platform in self._open.values():
            await platform.door.close()
        self._open.clear()


@asynccontextmanager
async def opened(connection: Connection) -> AsyncIterator[Platform]:
    """A connector for one use, with its memory: a token that it renews must not be lost."""
    db = Database()
    platform = open_platform(connection, db)
    try:
        yield platform
    finally:
        await platform.door.close()
        await db.close()
