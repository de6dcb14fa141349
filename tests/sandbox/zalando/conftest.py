"""A running simulator of Zalando, the partner's client, and the hands of everybody else."""

import base64
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest

from retour.sandbox.app import Running, start
from retour.sandbox.zalando import CLIENT_ID, CLIENT_SECRET, MERCHANT_ID, ZalandoSimulator
from tests.sandbox import hands

JSON_API = "application/vnd.api+json"


class Got(hands.Got):
    @property
    def error(self) -> Any:
        (error,) = self.body["errors"]
        return error


@dataclass
class Unit:
    """Where one order line is."""

    order_id: str
    item_id: str
    line_id: str

    @property
    def path(self) -> str:
        return f"/orders/{self.order_id}/items/{self.item_id}/lines/{self.line_id}"


class World(hands.Hands[Got]):
    got = Got

    def __init__(self, running: Running, session: aiohttp.ClientSession, simulator: ZalandoSimulator) -> None:
        super().__init__(running, session)
        self.simulator = simulator
        self.token = ""

    async def sign_in(self, client_id: str = CLIENT_ID, secret: str = CLIENT_SECRET, **form: str) -> Got:
        basic = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
        fields = {"grant_type": "client_credentials", "scope": "access_token_only"} | form
        got = await self.call("POST", "/auth/token", data=fields, headers={"Authorization": f"Basic {basic}"})
        if got.status == 200:
            self.token = got.body["access_token"]
        return got

    async def api(self, method: str, path: str, merchant: str = MERCHANT_ID, **options: Any) -> Got:
        headers = {"Authorization": f"Bearer {self.token}", "Accept": JSON_API} | options.pop("headers", {})
        url = path if path.startswith("http") else f"/merchants/{merchant}{path}"
        return await self.call(method, url, headers=headers, **options)

    async def patch(self, unit: Unit, status: str = "returned", **attributes: Any) -> Got:
        data = {"id": unit.line_id, "type": "OrderLine", "attributes": {"status": status, **attributes}}
        return await self.send(unit, {"data": data})

    async def send(self, unit: Unit, body: Any, **headers: str) -> Got:
        return await self.api("PATCH", unit.path, data=json.dumps(body), headers={"Content-Type": JSON_API} | headers)

    async def order(self, *quantities: int, **fields: Any) -> list[Unit]:
        """The lines of a new order, one item for each quantity."""
        products = [{"external_id": f"SKU-{n}", "quantity": quantity} for n, quantity in enumerate(quantities or (1,))]
        made = await self.control("orders", {"products": products, **fields})
        return [
            Unit(made["order_id"], item["order_item_id"], line_id)
            for item in made["items"]
            for line_id in item["order_line_ids"]
        ]

    async def announce(self, *units: Unit, **fields: Any) -> str:
        lines = [{"order_line_id": unit.line_id} for unit in units]
        return str((await self.control("announced-returns", {"lines": lines, **fields}))["announced_return_id"])

    async def refunds(self) -> list[tuple[str, str]]:
        """The line and who did it, of each refund."""
        return [(entry["ref"], entry["detail"]["by"]) for entry in await self.entries("refund")]

    async def status(self, unit: Unit) -> str:
        return str((await self.api("GET", unit.path)).body["data"]["attributes"]["status"])


@pytest.fixture
async def world() -> AsyncIterator[World]:
    simulator = ZalandoSimulator()
    running = await start(simulator)
    async with aiohttp.ClientSession() as session:
        world = World(running, session, simulator)
        await world.sign_in()
        await world.switch(limits=False)
        yield world
    await running.stop()
