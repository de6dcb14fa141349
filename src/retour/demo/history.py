"""The days before the demo began: returns that were announced, some already ended, most to be decided at once."""

import random
from datetime import timedelta

from retour.demo.people import parcel
from retour.demo.world import World

RETURNS = 24
DAYS = 10.0
_STILL_OPEN = 5
"""The newest, which wait for their decision."""
_SEED = 7


async def write(world: World) -> frozenset[str]:
    """Makes the past at bol. Gives the return items that the merchant decides on as soon as the shop has them."""
    chance = random.Random(_SEED)  # noqa: S311 - made-up data
    now = world.bol.clock.now()
    ages = sorted((chance.uniform(0.02, DAYS) for _ in range(RETURNS)), reverse=True)
    to_decide: set[str] = set()
    for number, age in enumerate(ages):
        at = now - timedelta(days=age)
        by_marketplace = number in {3, 9}
        returned = await world.send_back(parcel(chance, by_marketplace=float(by_marketplace)), at)
        ended = {3: "RETURN_RECEIVED", 5: "EXPIRED", 9: "RETURN_RECEIVED", 12: "EXPIRED"}.get(number)
        for item in returned.items:
            if ended:
                settlement = world.bol.account().settlement
                settlement.settle(item, ended, item.expected, at + timedelta(hours=30 * age / DAYS), source="bol")
            elif number < RETURNS - _STILL_OPEN:
                to_decide.add(item.rma_id)
    return frozenset(to_decide)
