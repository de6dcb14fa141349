"""What a hub and a test do with the shop, over real HTTP."""

import base64
import json
from dataclasses import dataclass
from typing import Any

import aiohttp

from retour.sandbox.lightspeed import KEY, SECRET, LightspeedSimulator


def basic(key: str, secret: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{key}:{secret}".encode()).decode()}


@dataclass
class Got:
    status: int
    headers: Any
    text: str

    @property
    def body(self) -> Any:
        return json.loads(self.text)

    @property
    def wrong(self) -> dict[str, list[str]]:
        """The fields of a refused body."""
        assert self.status == 422, self.text
        fields: dict[str, list[str]] = self.body["errors"]
        return fields


@dataclass
class Client:
    simulator: LightspeedSimulator
    http: aiohttp.ClientSession
    key: str = KEY
    secret: str = SECRET

    @property
    def authorization(self) -> dict[str, str]:
        return basic(self.key, self.secret)

    async def raw(self, method: str, path: str, **options: Any) -> Got:
        async with self.http.request(method, path, allow_redirects=False, **options) as answer:
            return Got(answer.status, answer.headers, await answer.text())

    async def api(self, method: str, path: str, body: Any = None, **query: Any) -> Got:
        """A call of the API; `path` comes after the language and has no `.json`."""
        params = {name: str(value) for name, value in query.items()}
        return await self.raw(method, f"/nl/{path}.json", json=body, params=params, headers=self.authorization)

    async def get(self, path: str, **query: Any) -> Any:
        got = await self.api("GET", path, **query)
        assert got.status == 200, got.text
        return got.body

    async def ids(self, path: str = "returns", **query: Any) -> list[int]:
        return [row["id"] for row in (await self.get(path, **query))[path]]

    async def control(self, path: str, body: Any = None, method: str = "POST") -> Any:
        got = await self.raw(method, f"/_sandbox/{path}", json=body)
        assert got.status < 300, got.text
        return got.body

    async def switch(self, **values: Any) -> None:
        await self.control("switches", values, "PATCH")

    async def wait(self, seconds: float) -> None:
        await self.control("clock", {"seconds": seconds})

    async def order(self, **wanted: Any) -> Any:
        return await self.control("orders", wanted)

    async def create(self, order: Any, quantity: int = 1, root: str = "return", **fields: Any) -> Got:
        """A return of the order's first line, as the hub makes it."""
        lines = [{"id": order["lines"][0]["id"], "quantity": quantity}]
        body = {"orderId": order["id"], "orderProducts": lines, "notifyStatus": False, **fields}
        return await self.api("POST", "returns", {root: body})

    async def made(self, order: Any, quantity: int = 1, **fields: Any) -> int:
        got = await self.create(order, quantity, **fields)
        assert got.status == 201, got.text
        return int(got.body["return"]["id"])

    async def journal(self, *kinds: str) -> list[dict[str, Any]]:
        entries = (await self.raw("GET", "/_sandbox/journal")).body
        return [entry for entry in entries if entry["kind"] in kinds]
