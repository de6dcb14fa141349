"""The customers of all marketplaces: they order, and send things back."""

import asyncio

from retour.demo.game import Game
from retour.demo.platforms import Dropped
from retour.demo.world import Sale

MOST_WAITING = 8
"""With so many of its returns waiting, nobody sends anything back at a marketplace."""
UNANNOUNCED = 0.25
"""How often nobody says a word before, at a marketplace where that can be."""
_SLOWER_FOR_EACH = 0.03


async def play(game: Game) -> None:
    """One customer after the other, each at some marketplace. The more returns wait, the slower."""
    world, chance = game.world, game.chance
    while True:
        waiting = {marketplace.connection: len(world.waiting(marketplace)) for _, marketplace in world.marketplaces()}
        slower = 1 + _SLOWER_FOR_EACH * sum(waiting.values())
        await asyncio.sleep(game.pace * slower * chance.uniform(0.5, 1.5))
        free = [where for where in world.marketplaces() if waiting[where[1].connection] < MOST_WAITING]
        if game.resting or not free:
            continue
        [(project, marketplace)] = chance.choices(free, [marketplace.share for _, marketplace in free])
        unannounced = isinstance(marketplace, Dropped) and chance.random() < UNANNOUNCED
        sale = world.send_back(project, marketplace, chance, unannounced=unannounced)
        game.tell("customer", _words(sale))


def _words(sale: Sale) -> str:
    parcel, title = sale.parcel, sale.marketplace.title
    words = f"{sale.order.buyer.name} sends {parcel.what} back to {title}"
    if parcel.unannounced:
        return f"{words}, without telling anybody"
    by_itself = f" ({title} handles it by itself)" if parcel.handled else ""
    return f"{words}: {parcel.why}{by_itself}"
