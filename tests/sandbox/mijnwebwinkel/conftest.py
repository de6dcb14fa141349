"""A running store, and what a hub and a test do with it."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest

from retour.sandbox.app import start
from retour.sandbox.mijnwebwinkel import PARTNER_TOKEN, STORE_TOKEN, Bought, MijnwebwinkelSimulator, PlacedOrder

TOKENS = {"token": STORE_TOKEN, "partner_token": PARTNER_TOKEN}
MACHINE_LINE = "[RH:bol:41000001] RETURN REQUEST MUG-BLUE\u00d72; reason Te klein; decision: ?"


@dataclass
class Client:
    """Speaks to the API with the store's tokens, and to the control routes without."""

    simulator: MijnwebwinkelSimulator
    http: aiohttp.ClientSession

    async def raw(self, method: str, path: str, **options: Any) -> tuple[int, str, str]:
        async with self.http.request(method, path, allow_redirects=False, **options) as answer:
            return answer.status, answer.content_type, await answer.text()

    async def api(self, method: str, path: str, query: dict[str, Any] | None = None, json_body: Any = None) -> Any:
        """The JSON of a 200."""
        status, answer = await self.asked(method, path, query, json_body)
        assert status == 200, answer
        return answer

    async def asked(
        self, method: str, path: str, query: dict[str, Any] | None = None, json_body: Any = None
    ) -> tuple[int, Any]:
        options: dict[str, Any] = {"params": TOKENS | (query or {})}
        if json_body is not None:
            options["json"] = json_body
        status, content_type, text = await self.raw(method, path, **options)
        assert content_type == "application/json", (status, text)
        return status, json.loads(text)

    async def order(self, number: str = "1") -> Any:
        return await self.api("GET", f"/v1/orders/{number}")

    async def numbers(self, **query: Any) -> list[str]:
        return [order["number"] for order in await self.api("GET", "/v1/orders", query)]

    async def patch(self, number: str, query: dict[str, Any] | None = None, **body: Any) -> Any:
        return await self.api("PATCH", f"/v1/orders/{number}", query, body)

    async def write_note(self, number: str, text: str) -> Any:
        return await self.patch(number, comments={"internal": text})

    async def control(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        status, content_type, text = await self.raw(method, f"/_sandbox{path}", json=body)
        return status, json.loads(text) if content_type == "application/json" else text

    def journal(self, kind: str) -> list[tuple[str, int]]:
        return [(entry.ref, entry.quantity) for entry in self.simulator.journal.of(kind)]

    def place(self, *lines: Bought, **changes: Any) -> str:
        """An order of a customer; its number as the API shows it."""
        return self.simulator.merchant.place_order(PlacedOrder(lines=lines or (Bought(quantity=2),), **changes)).name


@pytest.fixture
async def shop() -> AsyncIterator[Client]:
    """Empty: the first order is number 1."""
    simulator = MijnwebwinkelSimulator(seed=1)
    running = await start(simulator)
    async with aiohttp.ClientSession(running.url) as http:
        yield Client(simulator, http)
    await running.stop()
