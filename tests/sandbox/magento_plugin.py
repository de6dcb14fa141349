"""What a hub and a test do with a simulated shop that has Magento's plugin, of either generation."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, ClassVar, Self

import aiohttp

from retour.sandbox.app import Sandbox, Simulator, start


def a_return(**changes: Any) -> dict[str, Any]:
    """A full return of contract A3; `item__x` changes a field of the item."""
    payload: dict[str, Any] = {
        "status": "new",
        "channel_name": "bol",
        "channel_id": "86127131",
        "channable_id": 90412,
        "item": {
            "id": "1",
            "order_id": "000000012",
            "gtin": "MUG-BLUE",
            "title": "Mug, blue",
            "quantity": 1,
            "reason": "Too small",
            "comment": "Holds no litre",
        },
        "customer": {"gender": "unknown", "first_name": "Noor", "last_name": "Example", "email": "r1@example.org"},
        "address": {"street": "Kanaalweg", "house_number": "12", "city": "Utrecht", "country_code": "NL"},
        "meta": {"channel_return_id": "31", "channel_order_id": "A0", "channel_order_id_internal": ""},
    }
    for name, value in changes.items():
        part, _, key = name.rpartition("__")
        (payload[part] if part else payload)[key] = value
    return payload


class PluginClient:
    """The hub's calls, and the test's."""

    hook: ClassVar[str]
    get: ClassVar[str]
    """Where the hub asks how a return stands."""
    token: ClassVar[str]

    def __init__(self, simulator: Simulator, http: aiohttp.ClientSession) -> None:
        self.simulator = simulator
        self.http = http

    @classmethod
    @asynccontextmanager
    async def of(cls, sandbox: Sandbox) -> AsyncIterator[Self]:
        """A shop that serves."""
        running = await start(sandbox.create(1))
        async with aiohttp.ClientSession(running.url) as http:
            yield cls(running.simulator, http)
        await running.stop()

    async def raw(self, method: str, path: str, **options: Any) -> tuple[int, str, str]:
        async with self.http.request(method, path, allow_redirects=False, **options) as answer:
            return answer.status, answer.content_type, await answer.text()

    async def json(self, method: str, path: str, **options: Any) -> Any:
        status, content_type, text = await self.raw(method, path, **options)
        assert content_type == "application/json", (status, text)
        return json.loads(text)

    async def push(self, payload: Any, path: str | None = None) -> Any:
        return await self.json("POST", path or self.hook, json=payload)

    async def status(self, return_id: int | str, code: str | None = None) -> Any:
        return await self.json("GET", f"{self.get}?id={return_id}&code={self.token if code is None else code}")

    async def switch(self, **values: Any) -> None:
        async with self.http.patch("/_sandbox/switches", json=values) as answer:
            assert answer.status == 200, await answer.text()

    async def rows(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = await self.json("GET", "/_sandbox/returns")
        return rows

    def journal(self, kind: str) -> list[tuple[str, int]]:
        return [(entry.ref, entry.quantity) for entry in self.simulator.journal.of(kind)]
