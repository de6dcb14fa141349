"""The customers, and the merchant's dock."""

import asyncio

from retour.demo import customers, dock
from retour.demo.customers import MOST_WAITING
from retour.demo.game import Game
from retour.demo.platforms import Dropped
from retour.demo.world import Sale
from tests.demo.patience import until


async def test_customers_stop_where_enough_waits(game: Game, told: list[tuple[str, str]]) -> None:
    def full() -> bool:
        return all(len(game.world.waiting(one)) >= MOST_WAITING for _, one in game.world.marketplaces())

    playing = asyncio.create_task(customers.play(game))
    await until(full)
    said = len(told)
    for _ in range(30):
        await asyncio.sleep(0.01)
    playing.cancel()
    assert len(told) == said
    assert all(len(game.world.waiting(one)) == MOST_WAITING for _, one in game.world.marketplaces())


async def test_what_nobody_announced_is_reported_but_for_the_visitors(game: Game, told: list[tuple[str, str]]) -> None:
    reported: list[Sale] = []

    async def report(sale: Sale) -> bool:
        reported.append(sale)
        return len(reported) > 1  # the first time the hub is not there

    playing = asyncio.create_task(dock.play(game, report))
    await asyncio.sleep(0)
    [(project, otto)] = [one for one in game.world.marketplaces() if one[1].connection == "otto"]
    assert isinstance(otto, Dropped)
    sales = [game.world.send_back(project, otto, game.chance, unannounced=True) for _ in range(3)]
    await until(lambda: len(told) == 3)
    playing.cancel()
    assert len(reported) == 3
    assert len(set(reported)) == 2
    assert set(reported) < set(sales)
    assert sum("is yours to report" in words for _, words in told) == 1
