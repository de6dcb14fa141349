"""Every platform, one after the other, with a hub that is real in all but its place."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

import pytest
import stamina

from retour.connectors import registry
from tests.every.shops import SHOPS, ShopWorld, open_shop_world
from tests.every.world import World, open_world


@pytest.fixture(autouse=True)
def _reads_are_repeated_at_once() -> Iterator[None]:
    with stamina.set_testing(True, attempts=3):
        yield


@pytest.fixture(autouse=True)
def _no_declared_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    marketplace, shop = registry.marketplace, registry.shop
    monkeypatch.setattr(registry, "marketplace", lambda key: replace(marketplace(key), limits=()))
    monkeypatch.setattr(registry, "shop", lambda key: replace(shop(key), limits=()))


@pytest.fixture
async def world(transactional_db: None, key: str) -> AsyncIterator[World]:
    """The marketplace `key`, simulated, and a hub that is connected to it alone."""
    async with open_world(key) as world:
        yield world


@pytest.fixture
async def shops(transactional_db: None, shop: str) -> AsyncIterator[ShopWorld]:
    """The shop `shop`, simulated, and a hub between it and bol."""
    async with open_shop_world(SHOPS[shop]) as world:
        yield world
