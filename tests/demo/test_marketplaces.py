"""Every marketplace of the demo: its customers buy and send back, and the visitor's page stays the visitor's."""

import random
from datetime import UTC, datetime, timedelta
from importlib.metadata import entry_points

import pytest
from aiohttp.test_utils import TestClient, TestServer

from retour.demo.company import Project, projects
from retour.demo.platforms import Dropped, Marketplace
from retour.demo.world import World

CONNECTIONS = [marketplace.connection for project in projects() for marketplace in project.marketplaces]
MANY = 25
"""More than the orders that a page shows."""


def _of(world: World, connection: str) -> tuple[Project, Marketplace]:
    [found] = [one for one in world.marketplaces() if one[1].connection == connection]
    return found


def test_every_marketplace_with_a_connector_of_its_own_is_played() -> None:
    known = {entry.name for entry in entry_points(group="retour.marketplaces")}
    played = {marketplace.connector for project in projects() for marketplace in project.marketplaces}
    assert played == known - {"generic"}, "generic is the adapter of which ToBeDressed is one"


@pytest.mark.parametrize("connection", CONNECTIONS)
def test_what_is_sent_back_waits_until_it_is_refunded(world: World, connection: str) -> None:
    project, marketplace = _of(world, connection)
    chance = random.Random(3)
    sales = [world.send_back(project, marketplace, chance) for _ in range(12)]
    assert {sale.order.ref for sale in sales if sale.waits} >= {s.order.ref for s in sales if not s.parcel.handled}
    assert len({sale.order.ref for sale in sales}) == len(sales)
    for sale in sales:
        assert sale.order.lines
        if sale.parcel.refund is not None:
            sale.parcel.refund()
            assert not sale.waits
            sale.parcel.refund()  # nobody is paid twice by the marketplace's own people
    refunds = [entry.ref for entry in marketplace.simulator.journal.of("refund")]
    assert len(refunds) == len(set(refunds))
    assert all(sale.parcel.handled for sale in world.waiting(marketplace))


@pytest.mark.parametrize("connection", CONNECTIONS)
def test_the_past_can_be_made(world: World, connection: str) -> None:
    project, marketplace = _of(world, connection)
    sale = world.send_back(project, marketplace, random.Random(5), datetime.now(UTC) - timedelta(days=2))
    assert sale.order.placed_at < datetime.now(UTC) - timedelta(days=2)


@pytest.mark.parametrize("connection", CONNECTIONS)
async def test_the_customers_page_shows_what_the_visitor_bought(world: World, connection: str) -> None:
    project, marketplace = _of(world, connection)
    samples = {order.number for order in marketplace.samples()}
    assert samples
    async with TestClient(TestServer(marketplace.simulator.app())) as client:
        before = await (await client.get("/")).text()
        for _ in range(MANY):
            world.send_back(project, marketplace, random.Random(7))
        assert await (await client.get("/")).text() == before


@pytest.mark.parametrize("connection", CONNECTIONS)
def test_only_some_marketplaces_take_what_nobody_announced(world: World, connection: str) -> None:
    project, marketplace = _of(world, connection)
    if isinstance(marketplace, Dropped):
        sales = [world.send_back(project, marketplace, random.Random(n), unannounced=True) for n in range(10)]
        assert all(sale.parcel.unannounced or sale.parcel.handled for sale in sales)
        assert any(sale.parcel.unannounced for sale in sales)
    else:
        with pytest.raises(ValueError, match="every return is announced"):
            world.send_back(project, marketplace, random.Random(1), unannounced=True)
