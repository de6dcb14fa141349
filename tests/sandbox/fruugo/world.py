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
from tests.sandbox import hands

DAY = 86400
NAMESPACE = "{https://www.fruugo.com/orders/schema}"
ALL = {"from": "2020-01-01T00:00:00Z"}


class Got(hands.Got):
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


class World(hands.Hands[Got]):
    """Signed in to both versions; `bodies` are what the webhook got, in their order, and it answers while `awake`."""

    got = Got

    def __init__(self, running: Running, session: aiohttp.ClientSession) -> None:
        super().__init__(running, session)
        self.url = running.url
        self.authorization = basic("sandbox@example.org:sandbox-secret".encode("latin-1"))
        self.bodies: list[bytes] = []
        self.callback_headers: list[Any] = []
        self.webhook_status = 200
        self.awake = asyncio.Event()
        self.awake.set()
        self.heard = asyncio.Event()

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

    async def query_v3(self, correlation: str = "", **query: Any) -> Got:
        params = {"dateFrom": "2024-01-01T00:00:00Z"} | query
        return await self.v3("orders", params=params, headers={"X-Correlation-ID": correlation} if correlation else {})

    async def return_v3(self, line: Line, quantity: int = 1, correlation: str = "", **fields: Any) -> Got:
        items = [{"productId": line.product_id, "skuId": line.sku_id, "quantity": quantity}]
        one = {"type": "return", "orderId": line.order_id, "itemQuantities": items, "returnReason": "other"} | fields
        headers = {"X-Correlation-ID": correlation} if correlation else {}
        return await self.v3("orders/return", {"orders": [one]}, headers=headers)

    @property
    def callbacks(self) -> list[dict[str, Any]]:
        return [json.loads(body) for body in self.bodies]

    @property
    def heard_of(self) -> list[str]:
        """The correlation ids of the callbacks, in their order."""
        return [one["correlationId"] for one in self.callbacks]

    async def pass_time(self, seconds: float) -> None:
        """Lets time pass and what is due be posted."""
        await self.wait(seconds)
        await self.control("callbacks/deliver")

    async def deliver(self, seconds: float = 1) -> list[dict[str, Any]]:
        """After so much time, all callbacks so far."""
        await self.pass_time(seconds)
        return self.callbacks

    async def attempts(self) -> list[tuple[int, int | None]]:
        log = (await self.call("GET", "/_sandbox/callbacks")).body
        return [(row["attempt"], row["status"]) for row in log]

    async def hear(self, request: web.Request) -> web.Response:
        self.bodies.append(await request.read())
        self.callback_headers.append(request.headers)
        self.heard.set()
        await self.awake.wait()
        return web.Response(status=self.webhook_status, headers={"Location": "/elsewhere"})


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
            world.awake.set()
            await running.stop()
            await runner.cleanup()


def basic(login: bytes) -> str:
    return f"Basic {base64.b64encode(login).decode()}"


def _line(made: dict[str, Any]) -> Line:
    names = ("ref", "order_id", "product_id", "sku_id", "fruugo_product_id", "fruugo_sku_id")
    return Line(**{name: made[name] for name in names})
