"""The world around a hub, without its waits."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

import aiohttp
import pytest
import stamina

from retour.connectors import registry
from retour.sandbox.app import start
from retour.sandbox.bol import BolSimulator
from retour.sandbox.magento2 import Magento2
from retour.sync.database import Database
from tests.sync.world import World, connect


@pytest.fixture(autouse=True)
def _reads_are_repeated_at_once() -> Iterator[None]:
    with stamina.set_testing(True, attempts=3):
        yield


@pytest.fixture
async def world(transactional_db: None) -> AsyncIterator[World]:
    """A hub that has not looked at anything yet. bol's processes run at once, and it has no limits."""
    bol, shop = BolSimulator(), Magento2()
    bol.switches.limits = False
    bol.switches.process_seconds = 0
    bol_runs, shop_runs = await start(bol), await start(shop)
    db = Database()
    async with aiohttp.ClientSession() as session:
        await db(connect, bol_runs.url, shop_runs.url)
        yield World(bol_runs, shop_runs, session, db)
    await db.close()
    await bol_runs.stop()
    await shop_runs.stop()


@pytest.fixture
def no_declared_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests with more returns than bol takes calls in a minute."""
    declared = registry.marketplace
    monkeypatch.setattr(registry, "marketplace", lambda key: replace(declared(key), limits=()))
