"""A world that serves nothing: what the players do in it is done on the simulators' state."""

import random
from pathlib import Path

import pytest

from retour.demo.company import projects
from retour.demo.game import Game
from retour.demo.world import World


@pytest.fixture
def world() -> World:
    made = World(projects(), {})
    for project, marketplace in made.marketplaces():
        made.urls[project.key] = f"http://127.0.0.1/{project.key}"
        made.urls[marketplace.connection] = f"http://127.0.0.1/{marketplace.connection}"
    return made


@pytest.fixture
def chance() -> random.Random:
    return random.Random(11)


@pytest.fixture
def told() -> list[tuple[str, str]]:
    """The news."""
    return []


@pytest.fixture
def game(world: World, chance: random.Random, told: list[tuple[str, str]], tmp_path: Path) -> Game:
    return Game(world, 0.01, chance, lambda who, what: told.append((who, what)), tmp_path / "paused")
