"""Every marketplace, one after the other, with a hub that is real in all but its place."""

from collections.abc import AsyncIterator, Iterator

import pytest
import stamina

from tests.every.world import World, open_world


@pytest.fixture(autouse=True)
def _reads_are_repeated_at_once() -> Iterator[None]:
    with stamina.set_testing(True, attempts=3):
        yield


@pytest.fixture
async def world(transactional_db: None, key: str) -> AsyncIterator[World]:
    """The marketplace `key`, simulated, and a hub that is connected to it alone."""
    async with open_world(key) as world:
        yield world
