"""The merchant's dock, where parcels come back that nobody announced. The merchant reports them, and leaves the first
one of each marketplace for the visitor."""

import asyncio
from typing import Protocol

from retour.demo.game import Game
from retour.demo.world import Sale

_GLANCE = 1.0


class Report(Protocol):
    """Reports what came back unannounced, and accepts it. False: the hub could not take it."""

    async def __call__(self, sale: Sale) -> bool: ...


async def play(game: Game, report: Report) -> None:
    """Reports one after the other."""
    loop = asyncio.get_running_loop()
    found: dict[Sale, float] = {}
    left: set[str] = {sale.marketplace.connection for sale in _unannounced(game)}
    mine: set[Sale] = set(_unannounced(game))
    while True:
        await asyncio.sleep(min(_GLANCE, game.pace))
        now = loop.time()
        lying = [sale for sale in _unannounced(game) if sale not in mine]
        found = {sale: found.get(sale, now + game.pace * game.chance.uniform(2, 5)) for sale in lying}
        due = [sale for sale, at in found.items() if at <= now]
        if game.resting or not due:
            continue
        sale = due[0]
        mine.add(sale)
        title, what = sale.marketplace.title, sale.parcel.what
        if sale.marketplace.connection not in left:
            left.add(sale.marketplace.connection)
            game.tell(
                "merchant", f"finds {what} that nobody announced: {title} order {sale.order.number} is yours to report"
            )
        elif await report(sale):
            game.tell("merchant", f"finds {what} that nobody announced, reports it to {title} and accepts it")
        else:
            mine.discard(sale)


def _unannounced(game: Game) -> list[Sale]:
    waiting = (sale for _, marketplace in game.world.marketplaces() for sale in game.world.waiting(marketplace))
    return [sale for sale in waiting if sale.parcel.unannounced]
