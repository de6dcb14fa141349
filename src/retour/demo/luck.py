"""Bad luck: now and then a platform fails, as platforms do. Each of these the hub mends by itself."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from retour.demo.game import Game
from retour.sandbox.faults import Fault


@dataclass(frozen=True, slots=True)
class Mishap:
    """What goes wrong next, and how the hub takes it."""

    at_bol: bool
    words: str
    fault: Fault


MISHAPS: Sequence[Mishap] = (
    Mishap(
        True,
        "bol takes the next decision, and its answer gets lost: the hub looks up what became of it",
        Fault(kind="drop_after", match=r"^PUT /retailer/returns/"),
    ),
    Mishap(
        True,
        "bol finds that it is asked too often (429): the hub waits as long as bol says",
        Fault(kind="answer", match=r"^GET /retailer/returns$", status=429, headers={"Retry-After": "4"}),
    ),
    Mishap(
        False,
        "the shop is in maintenance for a moment (503): the hub comes back",
        Fault(kind="answer", match=r"^GET /channable/returns/status", status=503, times=2),
    ),
    Mishap(
        False,
        "the shop's cache was emptied, and the next return takes it seven seconds",
        Fault(kind="slow", match=r"^POST /channable/returns/hook", seconds=7),
    ),
)


EVERY = 12
"""One mishap for so many customers, about."""


async def play(game: Game) -> None:
    """Something goes wrong now and then, one thing at a time."""
    while True:
        await asyncio.sleep(game.pace * EVERY * game.chance.uniform(0.6, 1.4))
        mishap = game.chance.choice(MISHAPS)
        faults = (game.world.bol if mishap.at_bol else game.world.magento).faults
        # What has struck is over; what a visitor has set stays, and is enough.
        faults.rules = [rule for rule in faults.rules if rule.times != 0]
        if not faults.rules and not game.resting:
            faults.add(mishap.fault.model_copy())
            game.tell("bad luck", mishap.words)
