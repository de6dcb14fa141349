"""A hub connected to one simulated marketplace, whichever it is, over real HTTP."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from retour.connectors import registry
from retour.core.capabilities import MarketplaceCapabilities
from retour.core.model import Resolution, Source
from retour.store import claim, desk
from retour.store.models import Connection, Return
from retour.sync.connections import opened
from retour.testing import Announced, MarketplaceConformance, SimulatedMarketplace
from tests.every.hub import ROUNDS, Hub, a_clock_and_a_database, simulated, suites_of

MARKETPLACES = sorted(registry.marketplaces())
MONEY = {"refund", "settled"}


def suite_of(key: str) -> type[MarketplaceConformance]:
    """The conformance suite of a marketplace: it knows how to simulate it."""
    return suites_of(key, MarketplaceConformance)[0]


def abilities(key: str) -> MarketplaceCapabilities:
    """What can be told there, with the settings that its suite uses, as far as no address is needed to know it."""
    manifest = registry.marketplace(key)
    return manifest.capabilities(manifest.config.model_construct())


@dataclass
class World(Hub):
    key: str
    suite: MarketplaceConformance
    platform: SimulatedMarketplace
    row: Connection

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
        return await self.shape_of(self.row, ref)

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
        await self.dies(item.key)


@asynccontextmanager
async def open_world(key: str) -> AsyncIterator[World]:
    """The hub has this marketplace alone."""
    suite = suite_of(key)
    async with a_clock_and_a_database() as (time, db), simulated(suite) as platform:
        hub = Hub(db, time)
        row = await hub.connect("marketplace", key, platform.settings())
        yield World(db, time, key, suite(), platform, row)
