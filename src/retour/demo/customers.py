"""The customers: they order, and send things back."""

import asyncio

from retour.demo.game import Game
from retour.demo.people import parcel
from retour.sandbox.bol.state import Return

MOST_OPEN = 60
"""With so many returns waiting, nobody announces another."""
BY_MARKETPLACE = 0.15
_SLOWER_FOR_EACH = 0.05


async def play(game: Game) -> None:
    """Announces returns at the pace of the game; the more of them wait, the slower."""
    world, chance = game.world, game.chance
    while True:
        slower = 1 + _SLOWER_FOR_EACH * world.open_played()
        await asyncio.sleep(game.pace * slower * chance.uniform(0.5, 1.5))
        if game.resting or world.open_played() >= MOST_OPEN:
            continue
        returned = await world.send_back(parcel(chance, by_marketplace=BY_MARKETPLACE), world.bol.clock.now())
        game.tell("customer", _words(returned))


def _words(returned: Return) -> str:
    who = returned.items[0].order.customer
    what = " and ".join(f"{item.expected}x {item.order_item.title}" for item in returned.items)
    reason = returned.items[0].reason
    to = " (sent by bol, which handles it itself)" if returned.fulfilment_method == "FBB" else ""
    return f"{who.first_name} {who.surname} sends back {what}: {reason.detailed or reason.main}{to}"
