"""The merchant, in a shop where requests were put by hand in the hub's place."""

import asyncio

from retour.demo.company import Project
from retour.demo.game import Game
from retour.demo.merchant import MOST_BY_HAND, Merchant
from retour.demo.platforms import Marketplace
from retour.demo.shops.lightspeed import Lightspeed
from retour.demo.world import Sale, World
from retour.sandbox.lightspeed import WantedReturn
from tests.demo.patience import until


def _outlet(world: World) -> tuple[Project, Lightspeed, Marketplace]:
    [project] = [one for one in world.projects if isinstance(one.shop, Lightspeed)]
    assert isinstance(project.shop, Lightspeed)
    return project, project.shop, project.marketplaces[0]


def _request(world: World, shop: Lightspeed, sale: Sale) -> None:
    """What the hub does."""
    [number] = [order.number for order in shop.simulator.shop.orders if sale.order.number in order.comment]
    shop.simulator.shop.add_return(WantedReturn(number))


async def test_what_has_to_be_told_by_hand_stays_rare(game: Game) -> None:
    project, shop, zalando = _outlet(game.world)
    sales = [game.world.send_back(project, zalando, game.chance) for _ in range(6)]
    for sale in sales:
        _request(game.world, shop, sale)
    await Merchant(game).catch_up(dict.fromkeys(sales, "exchange"), 5)

    decided = [(row.status, row.action) for row in shop.simulator.shop.returns]
    assert decided.count(("repaired", "Exchange")) == MOST_BY_HAND
    assert decided.count(("refunded", "Refund")) == len(sales) - MOST_BY_HAND
    assert sum(sale.by_hand for sale in sales) == MOST_BY_HAND
    assert not list(shop.waiting())


async def test_the_visitors_returns_are_left_alone(game: Game, told: list[tuple[str, str]]) -> None:
    project, shop, zalando = _outlet(game.world)
    visitors = shop.take(next(iter(zalando.samples())), zalando.title)
    shop.simulator.shop.add_return(WantedReturn(visitors))
    _request(game.world, shop, game.world.send_back(project, zalando, game.chance))

    playing = asyncio.create_task(Merchant(game).play())
    await until(lambda: len(list(shop.waiting())) == 1)
    playing.cancel()
    assert [request.order for request in shop.waiting()] == [visitors]
    assert len(told) == 1


async def test_a_merchant_who_rests_decides_nothing(game: Game) -> None:
    project, shop, zalando = _outlet(game.world)
    _request(game.world, shop, game.world.send_back(project, zalando, game.chance))
    game.pause.touch()
    playing = asyncio.create_task(Merchant(game).play())
    for _ in range(30):
        await asyncio.sleep(0.01)
    assert len(list(shop.waiting())) == 1
    playing.cancel()
