"""The simulated shop's own system, with its pages and its turns, against the hub over real HTTP."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from retour.core.model import EffectState
from retour.sandbox.app import start
from retour.sandbox.own_system import SANDBOX, OwnSystem
from retour.sync.database import Database
from tests.channable_api.house import House


@pytest.fixture
async def db() -> AsyncIterator[Database]:
    database = Database()
    yield database
    await database.close()


@pytest.fixture
async def house(server: str, db: Database) -> House:
    return await db(House, "acme")


class Shop:
    """The system, and a person at its pages and control routes. It takes its turns when it is told to."""

    def __init__(self, system: OwnSystem, url: str, http: aiohttp.ClientSession) -> None:
        self.system, self.url, self._http = system, url, http

    async def page(self) -> str:
        async with self._http.get(self.url) as answer:
            assert answer.status == 200
            return await answer.text()

    async def post(self, path: str, **form: str) -> tuple[int, str]:
        """On a page; what the page says to which it leads."""
        async with self._http.post(self.url + path, data=form) as answer:
            return answer.status, await answer.text()

    async def control(self, path: str, body: Any = None) -> tuple[int, Any]:
        method = "GET" if body is None else "POST"
        async with self._http.request(method, f"{self.url}/_sandbox/{path}", json=body) as answer:
            text = await answer.text()
            return answer.status, await answer.json() if answer.content_type == "application/json" else text

    async def journal(self) -> list[tuple[str, str, int]]:
        _, entries = await self.control("journal")
        return [(entry["kind"], entry["ref"], entry["quantity"]) for entry in entries]


@pytest.fixture
async def shop(server: str, house: House) -> AsyncIterator[Shop]:
    system = SANDBOX.create(0)
    assert isinstance(system, OwnSystem)
    system.switches.poll_seconds = 0.02
    running = await start(system)
    async with aiohttp.ClientSession() as http:
        made = Shop(system, running.url, http)
        await made.control("connect", {"url": server + house.path, "token": house.token})
        while system._client is None:  # noqa: ASYNC110 - the next turn takes the address up
            await asyncio.sleep(0.01)
        system._client.rate = 1e9
        system.switches.resting = True
        yield made
    await running.stop()


async def test_a_person_decides_on_its_page(db: Database, house: House, shop: Shop) -> None:
    _, order = await shop.control("orders", {"ref": "C000TEST01", "channel": "bol", "lines": [{"sku": "MUG-BLUE"}]})
    number = await db(house.offer_one)
    await shop.system.turn()
    assert f"{order['number']} (bol C000TEST01)" in await shop.page()
    status, page = await shop.post(f"/returns/{number}", status="accepted")
    assert (status, "accepted" in page, "Let keep" in page) == (200, True, False)
    _, page = await shop.post(f"/returns/{number}", status="rejected")
    assert f"Return {number} has been decided." in page
    await shop.system.turn()
    await db(house.tell, EffectState.DONE)
    await shop.system.turn()
    _, [row] = await shop.control("returns")
    assert row["status"] == "accepted"
    assert await shop.journal() == [("created", str(number), 1), ("decided", str(number), 1)]


async def test_what_cannot_be_is_refused_in_words(db: Database, house: House, shop: Shop) -> None:
    number = await db(house.offer_one)
    await shop.system.turn()
    assert await shop.control(f"returns/{number}/decide", {"status": "burnt"}) == (
        409,
        "A return can be accepted, rejected, repaired, exchanged, keeps, cancelled.",
    )
    assert (await shop.control("returns/99/decide", {"status": "accepted"}))[0] == 404
    assert (await shop.post("/returns/99", status="accepted"))[0] == 404
    assert (await shop.post("/orders/99", sku="MUG-BLUE"))[0] == 404
    assert (await shop.control("connect", {"url": 5}))[0] == 400


async def test_what_the_api_refuses_is_shown_and_undone(db: Database, house: House, shop: Shop) -> None:
    number = await db(house.offer_one)
    await shop.system.turn()
    shop.system.decide(number, "accepted")
    assert shop.system._client
    shop.system.connect(shop.system._client.base, "revoked")
    shop.system.switches.resting = False
    while "401" not in shop.system.trouble:  # noqa: ASYNC110 - its own turns
        await asyncio.sleep(0.01)
    assert "The API could not be asked: 401" in await shop.page()
    assert not await db(house.told, number)


async def test_a_report_is_answered_on_the_page(shop: Shop) -> None:
    _, order = await shop.control("orders", {"ref": "C1", "lines": [{"sku": "MUG-BLUE", "title": "Mug, <blue>"}]})
    page = await shop.page()
    assert "Mug, &lt;blue&gt;" in page
    assert "One came back" in page
    status, page = await shop.post(f"/orders/{order['number']}", sku="MUG-BLUE")
    assert (status, f"There is no order {order['number']}." in page) == (200, True)
    assert "There is no order" not in await shop.page(), "said once"
    status, said = await shop.control(f"orders/{order['number']}/report", {"products": [{"id": "MUG-BLUE"}]})
    assert (status, said["status"]) == (200, "error")
    assert await shop.journal() == []
