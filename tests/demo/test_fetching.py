"""The project whose shop fetches its returns by itself."""

import random
from collections.abc import Mapping
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, cast

import pytest

from retour.demo import fetching
from retour.demo.company import Project, projects
from retour.demo.folder import Folder
from retour.demo.hub import Hub
from retour.demo.platforms import Fetching, Marketplace, Request
from retour.demo.shops.own_system import OwnSystem
from retour.demo.world import Sale, World


class FakeHub:
    """What the hub was told."""

    def __init__(self) -> None:
        self.links: dict[str, str] = {}
        self.reported: list[tuple[str, str, tuple[str, ...]]] = []

    async def apis(self) -> dict[str, str]:
        return {project.key: f"http://127.0.0.1:1/v1/companies/1/projects/{n}" for n, project in enumerate(projects())}

    async def new_token(self, company: str, name: str) -> str:
        return f"token of {company} for {name}"

    async def take_in(self, project: str, numbers: Mapping[str, str]) -> None:
        self.links |= {f"{project} {order}": number for order, number in numbers.items()}

    async def report(self, connection: str, order: str, lines: tuple[str, ...]) -> bool:
        self.reported.append((connection, order, lines))
        return True


@pytest.fixture
def hub() -> FakeHub:
    return FakeHub()


def workshop(world: World) -> tuple[Project, OwnSystem, Marketplace]:
    [project] = [one for one in world.projects if isinstance(one.shop, Fetching)]
    assert isinstance(project.shop, OwnSystem)
    return project, project.shop, project.marketplaces[0]


def unannounced(world: World, project: Project, marketplace: Marketplace) -> Sale:
    """The first that the marketplace does not handle by itself."""
    sales = (world.send_back(project, marketplace, random.Random(n), unannounced=True) for n in range(20))
    return next(sale for sale in sales if sale.parcel.unannounced)


def test_every_shop_with_a_connector_is_played() -> None:
    known = {entry.name for entry in entry_points(group="retour.shops")}
    assert {project.shop.connector for project in projects()} <= known
    assert "channable" in {project.shop.connector for project in projects()}


async def test_its_system_is_let_in_and_its_orders_are_known(world: World, hub: FakeHub, tmp_path: Path) -> None:
    project, shop, marketplace = workshop(world)
    sale = world.send_back(project, marketplace, random.Random(2))
    asking = await fetching.let_in(Folder(tmp_path), world, cast("Hub", hub))
    assert asking.keys() == {project.key}
    token = (tmp_path / "secrets" / f"{project.key}-token").read_text()
    assert shop.simulator._place == (asking[project.key], token)
    number = hub.links[f"acme/{project.key} {sale.order.ref}"]
    assert world.sale(project, Request("1", number, "", "")) is sale


async def test_what_nobody_announced_is_reported_where_the_merchant_works(world: World, hub: FakeHub) -> None:
    told: list[dict[str, Any]] = []
    project, shop, marketplace = workshop(world)

    async def report(number: int, products: list[dict[str, Any]]) -> dict[str, str]:
        told.extend({"number": number, **product} for product in products)
        return {"status": "success", "message": "1 unit"}

    shop.simulator.report = report  # type: ignore[method-assign]
    sale = unannounced(world, project, marketplace)
    assert await fetching.report(cast("Hub", hub), sale)
    number = int(hub.links[f"acme/{project.key} {sale.order.ref}"])
    pieces = len(sale.parcel.unannounced)
    assert told == [{"number": number, "id": sale.order.lines[0].sku, "quantity": pieces}]
    assert hub.reported == []

    [other] = [one for one in world.marketplaces() if one[1].connection == "zalando"]
    elsewhere = unannounced(world, *other)
    assert await fetching.report(cast("Hub", hub), elsewhere)
    assert hub.reported == [("zalando", elsewhere.order.number, elsewhere.parcel.unannounced)]


def test_the_merchant_decides_on_what_it_has_fetched(world: World) -> None:
    project, shop, marketplace = workshop(world)
    sale = world.send_back(project, marketplace, random.Random(2))
    row = {
        "id": 7, "status": "new", "channel_name": "otto", "error": False,
        "data": {
            "item": {"id": "X", "title": "Mug", "quantity": 2},
            "meta": {"channel_order_id": sale.order.number, "platform_order_id": None},
        },
    }  # fmt: skip
    shop.simulator.rows[7] = row
    [waiting] = shop.waiting()
    assert (waiting.ref, waiting.what) == ("7", "2x Mug")
    assert world.sale(project, waiting) is sale
    shop.decide(waiting, "keep")
    assert list(shop.waiting()) == []
    assert shop.simulator.status_of(7) == "keeps"
