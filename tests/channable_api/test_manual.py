"""What came back unannounced, declared over the API, with Fruugo's simulator: judged by its journal of money."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from retour.connectors import registry
from retour.sandbox.app import Running, start
from retour.sandbox.fruugo import SANDBOX, FruugoSimulator
from retour.sandbox.own_system.client import Client, Failed
from retour.store.models import Connection, Line
from retour.store.sealed import seal
from retour.sync.database import Database
from retour.sync.local import sync_pass
from tests.channable_api.house import House

ORDER = 8355


@dataclass
class World:
    """acme's project with Fruugo alone."""

    runs: Running
    http: aiohttp.ClientSession
    db: Database
    house: House
    shop: Client

    @property
    def fruugo(self) -> FruugoSimulator:
        assert isinstance(self.runs.simulator, FruugoSimulator)
        return self.runs.simulator

    async def sell(self, *items: dict[str, Any]) -> None:
        """A customer buys; the shop knows the order as 8355."""
        async with self.http.post(f"{self.runs.url}/_sandbox/orders", json={"items": items}) as answer:
            assert answer.status < 300, await answer.text()
            line = (await answer.json())["lines"][0]["ref"]
        await self.db(self.house.order, line.partition(":")[0], str(ORDER))

    async def sync(self) -> None:
        fruugo = await self.db(Connection.objects.get, slug="fruugo")
        for report in await sync_pass(only=[fruugo.pk], until_idle=True, deadline=timedelta(seconds=60)):
            assert report.ok, report.words

    def refunds(self) -> int:
        return sum(entry.quantity for entry in self.fruugo.journal.of("refund"))


@pytest.fixture
async def world(server: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    declared = registry.marketplace
    monkeypatch.setattr(registry, "marketplace", lambda key: replace(declared(key), limits=()))
    running, db = await start(SANDBOX.create(0)), Database()
    house = await db(House, "acme")
    await db(lambda: Connection.objects.filter(pk=house.bol.pk).update(removed=True))
    settings = {"orders_url": f"{running.url}/orders", "username": "sandbox@example.org"}
    await db(house.connect, "fruugo", "marketplace", "fruugo", settings, {"password": "sandbox-secret"})
    async with aiohttp.ClientSession() as http:
        async with http.patch(f"{running.url}/_sandbox/switches", json={"limits": False}) as answer:
            assert answer.status == 200
        yield World(running, http, db, house, Client(http, server + house.path, house.token, rate=1e9))
    await db.close()
    await running.stop()


async def test_what_came_back_is_declared_and_refunded_once(world: World) -> None:
    await world.sell({"sku_id": "MUG-BLUE", "quantity": 3})
    said = await world.shop.declare(ORDER, [{"id": "MUG-BLUE", "quantity": 2}])
    assert said == {"status": "success", "message": "Declared 2 units of order 8355", "response": "", "id": None,
                    "data": None}  # fmt: skip
    assert world.refunds() == 0
    await world.sync()
    await world.sync()
    assert world.refunds() == 2


async def test_products_may_have_decisions_of_their_own(world: World) -> None:
    await world.sell({"sku_id": "MUG-BLUE", "quantity": 2}, {"sku_id": "LAMP-CLAMP", "product_id": "LAMP"})
    said = await world.shop.declare(
        ORDER,
        [
            {"id": "MUG-BLUE", "quantity": 1, "status": "accepted"},
            {"id": "LAMP-CLAMP", "quantity": 1, "status": "rejected"},
        ],
    )
    assert (said["status"], said["message"]) == ("success", "Declared 2 units of order 8355")
    await world.sync()
    assert world.refunds() == 1
    rows = await world.db(lambda: [(line.sku, line.decisions[0]) for line in Line.objects.order_by("pk")])
    told = [(sku, decision["resolution"], decision["source"]) for sku, decision in rows]
    assert told == [("MUG-BLUE", "accept", "api"), ("LAMP-CLAMP", "reject", "api")]


async def test_the_same_again_is_refused_while_it_is_under_way(world: World) -> None:
    await world.sell({"sku_id": "MUG-BLUE"})
    products = [{"id": "MUG-BLUE", "quantity": 1}]
    assert (await world.shop.declare(ORDER, products))["status"] == "success"
    again = await world.shop.declare(ORDER, products)
    assert (again["status"], again["message"]) == ("error", "Of MUG-BLUE, none can still be declared; 1 was asked for.")
    await world.sync()
    assert (await world.shop.declare(ORDER, products))["status"] == "error"
    assert world.refunds() == 1


@pytest.mark.parametrize(
    ("products", "message"),
    [
        ([], "No products were given."),
        ([{"id": "MUG-RED", "quantity": 1}], "The order has no product MUG-RED."),
        ([{"id": "", "quantity": 1}], "The order has no product ."),
        ([{"id": "\ud800", "quantity": 1}], "The order has no product \ud800."),
        ([{"id": "MUG-BLUE", "quantity": 0}], "The quantity of MUG-BLUE must be at least 1."),
        ([{"id": "MUG-BLUE", "quantity": 3}], "Of MUG-BLUE, 2 can still be declared; 3 was asked for."),
        (
            [{"id": "MUG-BLUE", "quantity": 1}, {"id": "MUG-BLUE", "quantity": 2, "status": "rejected"}],
            "Of MUG-BLUE, 2 can still be declared; 3 was asked for.",
        ),
        ([{"id": "MUG-BLUE", "quantity": 10**30}], f"Of MUG-BLUE, 2 can still be declared; {10**30} was asked for."),
    ],
)
async def test_what_cannot_come_back_is_an_error_in_a_200(
    world: World, products: list[dict[str, Any]], message: str
) -> None:
    await world.sell({"sku_id": "MUG-BLUE", "quantity": 2})
    said = await world.shop.declare(ORDER, products)
    assert (said["status"], said["message"]) == ("error", message)
    assert await world.db(Line.objects.count) == 0


async def test_an_order_that_nobody_knows(world: World) -> None:
    said = await world.shop.declare(1, [{"id": "MUG-BLUE", "quantity": 1}])
    assert (said["status"], said["message"]) == ("error", "There is no order 1.")
    await world.db(world.house.order, "999", "1")
    said = await world.shop.declare(1, [{"id": "MUG-BLUE", "quantity": 1}])
    assert said["status"] == "error"
    assert "knows this order" in said["message"]


async def test_an_order_that_two_marketplaces_know_is_neither(world: World) -> None:
    await world.sell({"sku_id": "MUG-BLUE"})
    settings = {"orders_url": f"{world.runs.url}/orders", "username": "sandbox@example.org"}
    secrets = {"password": "sandbox-secret"}
    await world.db(world.house.connect, "fruugo-2", "marketplace", "fruugo", settings, secrets)
    said = await world.shop.declare(ORDER, [{"id": "MUG-BLUE", "quantity": 1}])
    assert said["message"] == "Several marketplaces know an order of this number. Declare the return on the desk."
    assert await world.db(Line.objects.count) == 0


async def test_a_project_whose_marketplaces_do_not_take_it(world: World) -> None:
    await world.sell({"sku_id": "MUG-BLUE"})
    await world.db(lambda: Connection.objects.filter(slug="fruugo").update(removed=True))
    said = await world.shop.declare(ORDER, [{"id": "MUG-BLUE", "quantity": 1}])
    assert said["message"] == "No marketplace of this project lets the merchant declare a return."


async def test_a_marketplace_that_does_not_answer(world: World) -> None:
    await world.sell({"sku_id": "MUG-BLUE"})
    await world.db(
        lambda: Connection.objects.filter(slug="fruugo").update(secrets=seal({"password": "wrong"}), fingerprint="w")
    )
    said = await world.shop.declare(ORDER, [{"id": "MUG-BLUE", "quantity": 1}])
    assert said["status"] == "error"
    assert said["message"]
    assert "wrong" not in said["message"]


@pytest.mark.parametrize(
    "body", [{}, {"products": None}, {"products": [{"id": "A"}]}, {"products": [{"id": "A", "quantity": "x"}]}]
)
async def test_a_body_that_is_not_valid(world: World, body: Any) -> None:
    status, said = await world.shop._call("POST", f"/orders/{ORDER}/return", json=body)
    assert status == 422
    assert said["detail"][0]["loc"][:2] == ["body", "products"]


async def test_only_two_words_decide_what_came_back(world: World) -> None:
    with pytest.raises(Failed, match="422"):
        await world.shop.declare(ORDER, [{"id": "MUG-BLUE", "quantity": 1, "status": "keeps"}])
