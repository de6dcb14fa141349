"""Each test has its own simulated partner."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from retour.sandbox.generic import PartnerSimulator

from .world import World, world_of


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """A partner with calls."""
    async with world_of(PartnerSimulator()) as world:
        yield world


@pytest.fixture
async def exchange(tmp_path: Path) -> AsyncIterator[World]:
    """A partner with a folder."""
    async with world_of(PartnerSimulator(folder=tmp_path), tmp_path) as world:
        yield world


@pytest.fixture
async def sftp(tmp_path: Path) -> AsyncIterator[World]:
    """A partner with a folder that is also reached over SFTP."""
    async with world_of(PartnerSimulator(folder=tmp_path, sftp=True), tmp_path) as world:
        yield world
