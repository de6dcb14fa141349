"""A running simulator of OTTO, the partner's client, and the hands of everybody else."""

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest

from retour.sandbox.app import Running, start
from retour.sandbox.otto import CLIENT_ID, CLIENT_SECRET, OttoSimulator
from tests.sandbox import hands

CONTENT_TYPE = "application/json;charset=UTF-8"


class Got(hands.Got):
    @property
    def ids(self) -> list[str]:
        """Of the rows of `GET /v3/returns`."""
        return [row["positionItemId"] for row in self.body["positionItems"]]

    @property
    def next(self) -> str | None:
        return next((link["href"] for link in self.body["links"] if link["rel"] == "next"), None)


@dataclass(frozen=True)
class Unit:
    order_id: str
    unit_id: str

    def row(self, **fields: Any) -> dict[str, Any]:
        return {"positionItemId": self.unit_id, "salesOrderId": self.order_id, **fields}


class World(hands.Hands[Got]):
    got = Got

    def __init__(self, running: Running, session: aiohttp.ClientSession, simulator: OttoSimulator) -> None:
        super().__init__(running, session)
        self.simulator = simulator
        self.token = ""

    async def sign_in(self, **fields: str) -> Got:
        form = {
            "grant_type": "client_credentials",
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "scope": "orders returns shipments",
        }
        got = await self.call("POST", "/v1/token", data=form | fields)
        if got.status == 200:
            self.token = got.body["access_token"]
        return got

    async def api(self, method: str, path: str, **options: Any) -> Got:
        headers = {"Authorization": f"Bearer {self.token}", "Accept": CONTENT_TYPE} | options.pop("headers", {})
        return await self.call(method, path, headers=headers, **options)

    async def returns(self, **query: str) -> Got:
        return await self.api("GET", "/v3/returns", params=query)

    async def report(self, decision: str, rows: Sequence[Any]) -> Got:
        body = json.dumps({"positionItems": rows})
        return await self.api("POST", f"/v3/returns/{decision}", data=body, headers={"Content-Type": CONTENT_TYPE})

    async def accept(self, *units: Unit, **fields: Any) -> Got:
        return await self.report("acceptance", [unit.row(reason="RETURN_RECEIVED", **fields) for unit in units])

    async def reject(self, *units: Unit, reason: str = "ITEM_DAMAGED") -> Got:
        return await self.report("rejection", [unit.row(reason=reason) for unit in units])

    async def order(self, quantity: int = 1, **fields: Any) -> list[Unit]:
        made = await self.control("orders", {"products": [{"quantity": quantity}], **fields})
        return [Unit(made["sales_order_id"], unit["position_item_id"]) for unit in made["units"]]

    async def announce(self, *units: Unit, **fields: Any) -> str:
        body = {"position_item_ids": [unit.unit_id for unit in units], **fields}
        return str((await self.control("announcements", body))["return_shipment_id"])

    async def journal(self, kind: str) -> list[tuple[str, str]]:
        """The unit and who did it."""
        return [(entry["ref"], entry["detail"]["by"]) for entry in await self.entries(kind)]

    async def statuses(self, *units: Unit) -> list[str | None]:
        rows = {row["position_item_id"]: row["return_status"] for row in await self.control("units", method="GET")}
        return [rows[unit.unit_id] for unit in units]


@pytest.fixture
async def world() -> AsyncIterator[World]:
    simulator = OttoSimulator()
    running = await start(simulator)
    async with aiohttp.ClientSession() as session:
        world = World(running, session, simulator)
        await world.sign_in()
        await world.switch(limits=False)
        yield world
    await running.stop()
