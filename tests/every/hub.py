"""A hub that is real in all but its place, the simulated platforms that it is connected to, and a clock for all."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any, TypeVar
from uuid import uuid4

import time_machine
from pydantic import SecretStr

from retour.connectors import registry
from retour.sandbox.app import start
from retour.store.models import Company, Connection, Effect, Project, Return
from retour.store.sealed import seal
from retour.store.shapes import shapes
from retour.sync.database import Database
from retour.sync.local import sync_pass
from retour.sync.report import Report
from retour.testing.connector import ConnectorConformance

S = TypeVar("S", bound=ConnectorConformance)

LUCK: dict[str, dict[str, Any] | None] = {
    "none": None,
    "answer lost after the effect": {"kind": "drop_after"},
    "answer lost before it": {"kind": "drop_before"},
    "429": {"kind": "answer", "status": 429, "headers": {"Retry-After": "1"}},
    "500": {"kind": "answer", "status": 500},
    "503": {"kind": "answer", "status": 503},
}
"""What can happen to the one call that has an effect."""

ROUNDS = 12
"""How many times the hub looks again, an hour apart, before a test says that nothing more will come."""


def suites_of(key: str, kind: type[S]) -> list[type[S]]:
    """The conformance suites of a connector: they know how to simulate its platform. The first is the usual way to
    reach it; others are variants."""
    module = import_module(f"tests.connectors.test_conformance_{key}")
    return [
        one
        for one in vars(module).values()
        if isinstance(one, type) and issubclass(one, kind) and one.__module__ == module.__name__
    ]


@dataclass
class Hub:
    """One company with one project."""

    db: Database
    time: Any

    async def passes(self, **time: float) -> None:
        """Time goes by, at the platforms and here."""
        self.time.shift(timedelta(**time))

    async def sync(self) -> dict[str, Report]:
        """One pass over everything; what it says of each connection, by its name in the project."""
        reports = await sync_pass(deadline=timedelta(seconds=30))
        return {report.connection.rpartition("/")[2]: report for report in reports}

    async def shape_of(self, row: Connection, ref: str) -> dict[str, Any] | None:
        """A marketplace's return as programs see it."""
        found = await self.db(lambda: list(shapes(Return.objects.filter(connection=row, ref=ref))))
        return found[0] if found else None

    async def connect(self, role: str, key: str, settings: dict[str, Any]) -> Connection:
        return await self.db(_connect, role, key, settings)

    async def dies(self, key: str) -> None:
        """Whoever has marked this effect as sending is no more."""
        held = Effect.objects.filter(key=key)
        await self.db(lambda: held.update(lease_until=datetime.now(UTC) - timedelta(seconds=1)))


@asynccontextmanager
async def simulated(suite: type[ConnectorConformance]) -> AsyncIterator[Any]:
    """The suite's platform, which runs without limits: what is tested is what happens, not how fast."""
    running = await start(suite.sandbox.create(0))
    try:
        platform = suite.simulated(running)
        await platform.prepare(limits=False)
        yield platform
    finally:
        await running.stop()


@asynccontextmanager
async def a_clock_and_a_database() -> AsyncIterator[tuple[Any, Database]]:
    db = Database()
    with time_machine.travel(datetime.now(UTC), tick=True) as time:
        try:
            yield time, db
        finally:
            await db.close()


def sealed(key: str, role: str, settings: dict[str, Any]) -> dict[str, Any]:
    """The settings as a connection keeps them: what is secret apart from the rest."""
    manifest = registry.shop(key) if role == Connection.Role.SHOP else registry.marketplace(key)
    config = manifest.config.model_validate(settings)
    secret = {name for name, value in config if isinstance(value, SecretStr)}
    return {
        "settings": {name: value for name, value in settings.items() if name not in secret},
        "secrets": seal({name: value for name, value in settings.items() if name in secret}),
        "fingerprint": uuid4().hex,
    }


def _connect(role: str, key: str, settings: dict[str, Any]) -> Connection:
    company, _ = Company.objects.get_or_create(slug="acme", defaults={"name": "Acme"})
    project, _ = Project.objects.get_or_create(company=company, slug="webshop")
    row = Connection.objects.create(
        project=project,
        slug=f"{key}-test",
        role=role,
        connector=key,
        allow_private=True,
        **sealed(key, role, settings),
    )
    return Connection.objects.select_related("project__company").get(pk=row.pk)
