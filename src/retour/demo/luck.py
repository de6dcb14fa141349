"""Bad luck: now and then a platform fails, as platforms do. Each of these the hub mends by itself."""

import asyncio
from collections.abc import Iterator

from retour.demo.game import Game
from retour.demo.platforms import Platform

EVERY = 12
"""One mishap for so many customers, about."""


async def play(game: Game) -> None:
    """Something goes wrong now and then, one thing at a time on each platform."""
    platforms = [platform for platform in _platforms(game) if platform.mishaps]
    while True:
        await asyncio.sleep(game.pace * EVERY * game.chance.uniform(0.6, 1.4))
        platform = game.chance.choice(platforms)
        mishap = game.chance.choice(platform.mishaps)
        faults = platform.simulator.faults
        # What has struck is over; what a visitor has set stays, and is enough.
        faults.rules = [rule for rule in faults.rules if rule.times != 0]
        if not faults.rules and not game.resting:
            faults.add(mishap.fault.model_copy())
            game.tell("bad luck", mishap.words)


def _platforms(game: Game) -> Iterator[Platform]:
    for project in game.world.projects:
        yield project.shop
        yield from project.marketplaces
