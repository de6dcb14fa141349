"""A running simulator, the seller's client, and the hands of everybody else."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

import aiohttp
from aiohttp import web

from retour.sandbox.app import Running, start
from retour.sandbox.fruugo import SANDBOX

DAY = 86400
NAMESPACE = "{https://www.fruugo.com/orders/schema}"
ALL = {"from": "2020-01-01T00:00:00Z"}


@dataclass
class Got:
    status: int
    headers: Any
    text: str

    @property
    def body(self) -> Any:
        return json.loads(self.text)

    @property
    def orders(self) -> list[ElementTree.Element]:
        """The orders of an XML answer, whatever prefix their namespace has."""
        root = ElementTree.fromstring(self.text.encode())
        return [root] if root.tag == f"{NAMESPACE}order" else root.findall(f"{NAMESPACE}order")

    def order(self, order_id: str) -> ElementTree.Element:
        return next(order for order in self.orders if text(order, "orderId") == order_id)

    def counters(self, order_id: str) -> list[tuple[str, str, str]]:
        """Of each line: shipped, announced, returned."""
        return [
            (text(line, "shippedItems"), text(line, "returnAnnouncedItems"), text(line, "returnedItems"))
            for line in self.order(order_id).iter(f"{NAMESPACE}orderLine")
        ]


def text(element: ElementTree.Element, path: str) -> str:
    found = element.find("/".join(NAMESPACE + part for part in path.split("/")))
    assert found is not None, path
    return found.text or ""


@dataclass
class Line:
    """A line, as the control routes made it."""

    ref: str
    order_id: str
    product_id: str
    sku_id: str
    fruugo_product_id: str
    fruugo_sku_id: str

    def item(self, quantity: int = 1) -> str:
        return f"{self.fruugo_product_id},{self.fruugo_sku_id},{quantity}"


class World:
    """Signed in to both versions; `callbacks` are the bodies that the webhook got, in their order."""

    def __init__(self, running: Running, session: aiohttp.ClientSession) -> None:
        self.url = running.url
        self.session = session
        self.authorization = basic("sandbox@example.org:sandbox-secret".encode("latin-1"))
        self.callbacks: list[dict[str, Any]] = []
        self.callback_headers: list[Any] = []
        self.webhook_status = 200
        self.heard = asyncio.Event()

    async def call(self, method: str, path: str, **options: Any) -> Got:
        async with self.session.request(method, self.url + path, **options) as answer:
            return Got(answer.status, answer.headers, await answer.text())

    async def api(self, method: str, path: str, **options: Any) -> Got:
        headers = {"Authorization": self.authorization} | options.pop("headers", {})
        return await self.call(method, path, headers=headers, **options)

    async def download(self, **query: str) -> Got:
        return await self.api("GET", "/orders/download/v2", params=query or ALL)

    async def post(self, action: str, *fields: tuple[str, str]) -> Got:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return await self.api("POST", f"/orders/{action}", data=urlencode(fields), headers=headers)

    async def give_back(self, order_id: str, *items: str, reason: str = "other") -> Got:
        fields = [("orderId", order_id), *(("item", item) for item in items), ("returnReason", reason)]
        return await self.post("return", *fields)

    async def control(self, path: str, body: Any = None, method: str = "POST") -> Any:
        got = await self.call(method, f"/_sandbox/{path}", json=body or {})
        assert got.status < 300, got.text
        return got.body

    async def switch(self, **switches: Any) -> None:
        await self.control("switches", switches, "PATCH")

    async def wait(self, seconds: float) -> None:
        await self.control("clock", {"seconds": seconds})

    async def order(self, *quantities: int, **options: Any) -> list[Line]:
        """An order of products with these quantities, one line each."""
        skus = ("MUG-BLUE", "MUG-RED", "MUG-GREEN")
        items = [{"sku_id": sku, "quantity": q} for sku, q in zip(skus, quantities or (1,), strict=False)]
        made = await self.control("orders", {"items": items, **options})
        return [_line(line) for line in made["lines"]]

    async def announce(self, line: Line, quantity: int = 1) -> str:
        made = await self.control("returns", {"items": [{"ref": line.ref, "quantity": quantity}]})
        return str(made["announcements"][0]["number"])

    async def journal(self, *kinds: str) -> list[dict[str, Any]]:
        return [entry for entry in (await self.call("GET", "/_sandbox/journal")).body if entry["kind"] in kinds]

    async def refunds(self) -> list[tuple[str, int, str]]:
        return [(entry["ref"], entry["quantity"], entry["detail"]["source"]) for entry in await self.journal("refund")]

    async def v3(self, path: str, body: Any = None, **options: Any) -> Got:
        if body is not None:
            options["json"] = body
        return await self.api("POST", f"/v3/{path}", **options)

    async def return_v3(self, line: Line, quantity: int = 1, correlation: str = "", **fields: Any) -> Got:
        items = [{"productId": line.product_id, "skuId": line.sku_id, "quantity": quantity}]
        one = {"type": "return", "orderId": line.order_id, "itemQuantities": items, "returnReason": "other"} | fields
        headers = {"X-Correlation-ID": correlation} if correlation else {}
        return await self.v3("orders/return", {"orders": [one]}, headers=headers)

    async def deliver(self, seconds: float = 1) -> list[dict[str, Any]]:
        """Lets time pass and what is due be posted; all callbacks so far."""
        await self.wait(seconds)
        await self.control("callbacks/deliver")
        return self.callbacks

    async def hear(self, request: web.Request) -> web.Response:
        self.callbacks.append(await request.json())
        self.callback_headers.append(request.headers)
        self.heard.set()
        return web.Response(status=self.webhook_status)


@asynccontextmanager
async def running_world() -> AsyncIterator[World]:
    """The simulator, and a webhook that hears its callbacks."""
    running = await start(SANDBOX.create(0))
    async with aiohttp.ClientSession() as session:
        world = World(running, session)
        app = web.Application()
        app.router.add_post("/hook/unguessable", world.hear)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook/unguessable"
        await world.control("webhook", {"url": url, "username": "fruugo", "password": "hush"}, "PUT")
        try:
            yield world
        finally:
            await running.stop()
            await runner.cleanup()


def basic(login: bytes) -> str:
    return f"Basic {base64.b64encode(login).decode()}"


def _line(made: dict[str, Any]) -> Line:
    names = ("ref", "order_id", "product_id", "sku_id", "fruugo_product_id", "fruugo_sku_id")
    return Line(**{name: made[name] for name in names})
