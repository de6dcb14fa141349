"""A running Miravia simulator, a seller's client with a signer of its own, and the hands of everybody else."""

import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from retour.sandbox.app import Running, start
from retour.sandbox.miravia import ACCESS_TOKEN, APP_KEY, APP_SECRET, MiraviaSimulator

LIST = "/reverse/getreverseordersforseller"
ACCEPT = "/v2/order/returnRefund/accept"
REJECT = "/v2/order/returnRefund/reject"


def sign(path: str, parameters: dict[str, str], secret: str = APP_SECRET) -> str:
    text = path
    for name in sorted(parameters):
        text += name + parameters[name]
    return hmac.new(secret.encode("utf-8"), text.encode("utf-8"), hashlib.sha256).hexdigest().upper()


class World:
    def __init__(self, running: Running, session: aiohttp.ClientSession) -> None:
        self.running = running
        self.session = session
        self.token = ACCESS_TOKEN

    @property
    def simulator(self) -> MiraviaSimulator:
        assert isinstance(self.running.simulator, MiraviaSimulator)
        return self.running.simulator

    def app(self) -> dict[str, str]:
        return {"app_key": APP_KEY, "timestamp": str(int(time.time() * 1000)), "sign_method": "sha256"}

    def system(self) -> dict[str, str]:
        return self.app() | {"access_token": self.token}

    async def raw(self, method: str, path: str, query: dict[str, str], form: dict[str, str] | None = None) -> Any:
        """Sends just this; every answer is a 200 with JSON."""
        url = f"{self.running.url}/rest{path}"
        async with self.session.request(method, url, params=query, data=form) as answer:
            assert answer.status == 200, await answer.text()
            assert answer.content_type == "application/json"
            return await answer.json()

    async def auth(self, path: str, **parameters: str) -> Any:
        query = self.app() | parameters
        return await self.raw("GET", path, query | {"sign": sign(path, query)})

    async def get(self, path: str, **parameters: Any) -> Any:
        query = self.system() | {name: str(value) for name, value in parameters.items()}
        return await self.raw("GET", path, query | {"sign": sign(path, query)})

    async def post(self, path: str, **form: Any) -> Any:
        query = self.system()
        fields = {name: str(value) for name, value in form.items()}
        return await self.raw("POST", path, query | {"sign": sign(path, query | fields)}, fields)

    async def listed(self, **parameters: Any) -> list[Any]:
        """All rows, page by page."""
        rows: list[Any] = []
        for page in range(1, 100):
            body = (await self.get(LIST, **{"page_no": page, "page_size": 50} | parameters))["data"]
            rows += body["items"]
            if page * body["page_size"] >= body["total"]:
                return rows
        raise AssertionError("no end of pages")

    async def line(self, line_id: str) -> Any:
        """As the list shows it now."""
        lines = [line for row in await self.listed() for line in row["reverse_order_lines"]]
        return next(line for line in lines if str(line["reverse_order_line_id"]) == line_id)

    async def accept(self, returned: Any, amount: object = None, items: list[str] | None = None) -> Any:
        line = returned["lines"][0]
        items = items or [item["order_item_id"] for item in line["items"]]
        amount = line["cents"] if amount is None else amount
        fields = {"OrderId": returned["order_id"], "OrderItemIdList": json.dumps(items), "refundAmount": amount}
        return await self.post(ACCEPT, **fields)

    async def reject(self, returned: Any, **changes: Any) -> Any:
        items = [item["order_item_id"] for item in returned["lines"][0]["items"]]
        fields = {"OrderId": returned["order_id"], "OrderItemIdList": json.dumps(items)}
        return await self.post(REJECT, **fields | {"comment": "artículo usado", "reasonId": 1007} | changes)

    async def control(self, path: str, body: Any = None, method: str = "POST") -> Any:
        async with self.session.request(method, f"{self.running.url}/_sandbox/{path}", json=body or {}) as answer:
            text = await answer.text()
            assert answer.status < 300, text
            return json.loads(text) if text else None

    async def opened(self, **fields: Any) -> Any:
        return await self.control("returns", fields)

    async def switch(self, **switches: Any) -> None:
        await self.control("switches", switches, "PATCH")

    async def wait(self, seconds: float) -> None:
        await self.control("clock", {"seconds": seconds})

    async def journal(self, kind: str) -> list[Any]:
        async with self.session.get(f"{self.running.url}/_sandbox/journal") as answer:
            return [entry for entry in await answer.json() if entry["kind"] == kind]


@pytest.fixture
async def world() -> AsyncIterator[World]:
    running = await start(MiraviaSimulator(seed=0))
    async with aiohttp.ClientSession() as session:
        yield World(running, session)
    await running.stop()


def statuses(answer: Any) -> list[str]:
    return [item["status"] for item in answer["data"]]
