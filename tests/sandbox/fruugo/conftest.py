from collections.abc import AsyncIterator

import pytest

from tests.sandbox.fruugo.world import World, running_world


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with running_world() as world:
        yield world
