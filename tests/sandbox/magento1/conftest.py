"""A Magento 1 shop that serves, and what a hub and a test do with it."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest

from retour.sandbox.app import start
from retour.sandbox.magento1 import SANDBOX, TOKEN, Magento1Simulator

HOOK = f"/channableapi/returns/index/code/{TOKEN}/store/1"
GET = "/channableapi/returns/get"


def a_return(**changes: Any) -> dict[str, Any]:
    """A full return of contract A3; `item__x` changes a field of the item."""
    payload: dict[str, Any] = {
        "status": "new",
        "channel_name": "bol",
        "channel_id": "86127131",
        "channable_id": 90412,
        "item": {
            "id": "1",
            "order_id": "315",
            "gtin": "0000000000017",
            "title": "Mug, blue",
            "quantity": 2,
            "reason": "Too small",
            "comment": "Holds no litre",
        },
        "customer": {"gender": "unknown", "first_name": "Noor", "last_name": "Example", "email": "r1@example.org"},
        "address": {"street": "Kanaalweg", "house_number": "12", "city": "Utrecht", "country_code": "NL"},
        "meta": {"channel_return_id": 31},
    }
    for name, value in changes.items():
        part, _, key = name.rpartition("__")
        (payload[part] if part else payload)[key] = value
    return payload


@dataclass
class Client:
    """The hub's calls, and the test's."""

    simulator: Magento1Simulator
    http: aiohttp.ClientSession

    async def raw(self, method: str, path: str, **options: Any) -> tuple[int, str, str]:
        async with self.http.request(method, path, allow_redirects=False, **options) as answer:
            return answer.status, answer.content_type, await answer.text()

    async def json(self, method: str, path: str, **options: Any) -> Any:
        status, content_type, text = await self.raw(method, path, **options)
        assert content_type == "application/json", (status, text)
        return json.loads(text)

    async def push(self, payload: Any, path: str = HOOK) -> Any:
        return await self.json("POST", path, json=payload)

    async def status(self, return_id: int | str, code: str = TOKEN) -> Any:
        return await self.json("GET", f"{GET}?id={return_id}&code={code}")

    async def switch(self, **values: Any) -> None:
        async with self.http.patch("/_sandbox/switches", json=values) as answer:
            assert answer.status == 200, await answer.text()

    async def control(self, path: str, body: Any = None) -> Any:
        return await self.json("POST", f"/_sandbox/{path}", json=body)

    async def rows(self) -> Any:
        return await self.json("GET", "/_sandbox/returns")

    def journal(self, kind: str) -> list[tuple[str, int]]:
        return [(entry.ref, entry.quantity) for entry in self.simulator.journal.of(kind)]


@pytest.fixture
async def shop() -> AsyncIterator[Client]:
    simulator = SANDBOX.create(1)
    assert isinstance(simulator, Magento1Simulator)
    running = await start(simulator)
    async with aiohttp.ClientSession(running.url) as http:
        yield Client(simulator, http)
    await running.stop()
