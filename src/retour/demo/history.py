"""The days before the demo began: returns that were announced, some already ended, most to be decided at once."""

import random
from dataclasses import dataclass
from datetime import timedelta

from retour.demo.company import Project
from retour.demo.platforms import Dropped, Marketplace
from retour.demo.world import Sale, World

DAYS = 2.5
"""No longer: Miravia decides by itself after three days."""
_PLAN = ("refunded", "exchange", "accept", "open")
"""What becomes of each marketplace's returns, oldest first. An exchange has to be told by hand at most marketplaces."""
_MORE_OF_FIRST = ("accept", "refunded", "accept", "reject", "accept", "open")
"""The first marketplace is the largest."""
_SEED = 7


@dataclass(frozen=True, slots=True)
class Past:
    """How many returns were made, what the merchant decides as soon as the shop has them, and what lies on the dock."""

    returns: int
    decisions: dict[Sale, str]
    unannounced: tuple[Sale, ...]


def write(world: World) -> Past:
    """Makes the past."""
    chance = random.Random(_SEED)  # noqa: S311 - made-up data
    decisions: dict[Sale, str] = {}
    unannounced: list[Sale] = []
    returns = 0
    for place, (project, marketplace) in enumerate(world.marketplaces()):
        plan = (*_MORE_OF_FIRST, *_PLAN) if place == 0 else _PLAN
        now = marketplace.simulator.clock.now()
        ages = sorted((chance.uniform(0.02, DAYS) for _ in plan), reverse=True)
        for age, ending in zip(ages, plan, strict=True):
            sale = world.send_back(project, marketplace, chance, now - timedelta(days=age))
            returns += 1
            if ending == "refunded" and sale.parcel.refund is not None:
                sale.parcel.refund()
            elif ending in {"accept", "exchange", "reject"}:
                decisions[sale] = ending
        if isinstance(marketplace, Dropped):
            unannounced.append(_dropped(world, project, marketplace, chance))
    return Past(returns, decisions, tuple(unannounced))


def _dropped(world: World, project: Project, marketplace: Marketplace, chance: random.Random) -> Sale:
    """What comes back to the merchant, and not to a warehouse of the marketplace's own."""
    while True:
        sale = world.send_back(project, marketplace, chance, unannounced=True)
        if sale.parcel.unannounced:
            return sale
