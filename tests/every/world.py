"""A hub connected to one simulated marketplace, whichever it is, over real HTTP; and a clock for both."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any
from uuid import uuid4

import time_machine
from pydantic import SecretStr

from retour.connectors import registry
from retour.core.capabilities import MarketplaceCapabilities
from retour.core.model import Resolution, Source
from retour.sandbox.app import start
from retour.store import claim, desk
from retour.store.models import Company, Connection, Effect, Project, Return
from retour.store.sealed import seal
from retour.store.shapes import shapes
from retour.sync.connections import opened
from retour.sync.database import Database
from retour.sync.local import sync_pass
from retour.testing import Announced, MarketplaceConformance, SimulatedMarketplace

MARKETPLACES = sorted(registry.marketplaces())
MONEY = {"refund", "settled"}
ROUNDS = 12
"""How many times the hub looks again, an hour apart, before a test says that nothing more will come."""


def suite_of(key: str) -> type[MarketplaceConformance]:
    """The conformance suite of a marketplace: it knows how to simulate it."""
    module = import_module(f"tests.connectors.test_conformance_{key}")
    suites = [
        one
        for one in vars(module).values()
        if isinstance(one, type) and issubclass(one, MarketplaceConformance) and one.__module__ == module.__name__
    ]
    return suites[0]  # the first is the usual way to reach it; others are variants


def abilities(key: str) -> MarketplaceCapabilities:
    """What can be told there, with the settings that its suite uses, as far as no address is needed to know it."""
    manifest = registry.marketplace(key)
    return manifest.capabilities(manifest.config.model_construct())


@dataclass
class World:
    key: str
    suite: MarketplaceConformance
    platform: SimulatedMarketplace
    db: Database
    time: Any
    row: Connection

    async def passes(self, **time: float) -> None:
        """Time goes by, at the marketplace and here."""
        self.time.shift(timedelta(**time))

    async def sync(self) -> None:
        await sync_pass(deadline=timedelta(seconds=30))

    async def arrives(self, announced: Announced) -> dict[str, Any]:
        """The hub looks until it knows the return, and waits for a decision on it."""
        for _ in range(ROUNDS):
            await self.platform.refresh()
            await self.sync()
            if (shape := await self.shape(announced.ref)) and shape["stage"] == "open":
                return shape
            await self.passes(minutes=1)
        raise AssertionError(f"{announced.ref} has not arrived: {await self.shape(announced.ref)}")

    async def decides(self, announced: Announced, resolution: Resolution) -> None:
        row = await self.db(Return.objects.get, connection=self.row, ref=announced.ref)
        needs = resolution in self.able.reason_required
        reasons = self.able.reasons.get(resolution, ())
        choice = desk.Choice(
            announced.line_ref,
            resolution,
            reason=self.platform.reason if needs else None,
            code=reasons[0].code if needs and reasons else None,
        )
        await self.db(desk.decide, row.pk, [choice], Source.DESK, datetime.now(UTC), "noor@example.org")

    @property
    def able(self) -> MarketplaceCapabilities:
        manifest = registry.marketplace(self.key)
        return manifest.capabilities(manifest.config.model_validate(self.platform.settings()))

    async def comes_to_rest(self, announced: Announced) -> dict[str, Any]:
        """The hub looks, again and again, until the decision is confirmed or a person is asked. Time does not pass by
        waiting for it."""
        shape: dict[str, Any] = {}
        for turn in range(ROUNDS):
            await self.sync()
            found = await self.shape(announced.ref)
            assert found is not None
            shape = found
            states = {effect["state"] for effect in shape["effects"]}
            told = {decision["told"] for line in shape["lines"] for decision in line["decisions"]}
            at_rest = not states & {"wanted", "sending", "pending"} and shape["stage"] != "sending"
            if at_rest and (told <= {"confirmed", "by_hand", "refused"} or shape["stage"] == "attention"):
                return shape
            await self.passes(minutes=1 if turn < 3 else 61)
            await self.platform.refresh()
        raise AssertionError(f"no end after {ROUNDS} hours: {shape}")

    async def hears_more(self, announced: Announced) -> dict[str, Any]:
        """Lists that are made now and then show what happened in the last hours."""
        for _ in range(3):
            await self.passes(hours=2)
            await self.platform.refresh()
            await self.sync()
        shape = await self.shape(announced.ref)
        assert shape is not None
        return shape

    async def shape(self, ref: str) -> dict[str, Any] | None:
        found = await self.db(lambda: list(shapes(Return.objects.filter(connection=self.row, ref=ref))))
        return found[0] if found else None

    async def effects(self, announced: Announced) -> list[dict[str, Any]]:
        """What the marketplace has really done about this return."""
        return await self.suite._effects(self.platform, announced)

    async def leaves_and_dies(self, announced: Announced, *, after_the_call: bool) -> None:
        """A worker marks the settle as sending, and is killed before its call, or after it and before it is written
        down what came of it."""
        [item] = await self.db(claim.claim_settles, self.row, "nobody-0-0", datetime.now(UTC), 10)
        if after_the_call:
            async with opened(self.row) as platform:
                await platform.connector.settle(item.ref, [item.part])
        held = Effect.objects.filter(key=item.key)
        await self.db(lambda: held.update(lease_until=datetime.now(UTC) - timedelta(seconds=1)))


@asynccontextmanager
async def open_world(key: str) -> AsyncIterator[World]:
    """The marketplace runs without limits, and the hub keeps none: what is tested is what happens, not how fast."""
    suite = suite_of(key)()
    running = await start(suite.sandbox.create(0))
    db = Database()
    with time_machine.travel(datetime.now(UTC), tick=True) as time:
        try:
            platform = suite.simulated(running)
            await platform.prepare(limits=False)
            row = await db(_connect, key, platform.settings())
            yield World(key, suite, platform, db, time, row)
        finally:
            await db.close()
            await running.stop()


def _connect(key: str, settings: dict[str, Any]) -> Connection:
    config = registry.marketplace(key).config.model_validate(settings)
    secret = {name for name, value in config if isinstance(value, SecretStr)}
    project = Project.objects.create(company=Company.objects.create(slug="acme", name="Acme"), slug="webshop")
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
