"""Webhooks, delivered to a listener of our own (contract 5)."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from multidict import CIMultiDict

from retour.sandbox.lightspeed import SECRET
from tests.sandbox.lightspeed.client import Client


class Listener:
    """Takes what is sent to it."""

    def __init__(self) -> None:
        self.url = ""
        self.status = 200
        self.got: asyncio.Queue[tuple[CIMultiDict[str], bytes]] = asyncio.Queue()

    async def take(self, request: web.Request) -> web.Response:
        self.got.put_nowait((request.headers.copy(), await request.read()))
        return web.Response(status=self.status)

    async def next(self) -> tuple[CIMultiDict[str], Any]:
        headers, body = await asyncio.wait_for(self.got.get(), 5)
        return headers, json.loads(body)


@pytest.fixture
async def listener() -> AsyncIterator[Listener]:
    listener = Listener()
    app = web.Application()
    app.add_routes([web.post("/hook", listener.take)])
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    listener.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield listener
    await runner.cleanup()


def wanted(address: str, /, **changes: Any) -> dict[str, Any]:
    hook = {"isActive": True, "itemGroup": "returns", "itemAction": "*", "format": "json", "address": address}
    return {"webhook": {**hook, **changes}}


async def test_a_return_is_told_when_it_is_made_changed_and_deleted(shop: Client, listener: Listener) -> None:
    got = await shop.api("POST", "webhooks", wanted(listener.url))
    assert (got.status, got.body["webhook"]["language"]["code"]) == (201, "nl")
    number = await shop.made(await shop.order())
    headers, body = await listener.next()
    assert headers["X-Event"] == "returns/created"
    for name in ("X-Shop-Id", "X-Cluster-Id", "X-Request-Id"):
        assert headers[name]
    assert (headers["X-Format"], headers["X-Language"]) == ("json", "nl")
    assert "X-Signature" not in headers
    assert body["return"]["id"] == number
    await shop.control(f"returns/{number}/decide", {"status": "refunded"})
    headers, body = await listener.next()
    assert (headers["X-Event"], body["return"]["status"]) == ("returns/updated", "refunded")
    await shop.api("DELETE", f"returns/{number}")
    assert (await listener.next())[0]["X-Event"] == "returns/deleted"
    assert listener.got.empty()


async def test_only_what_was_asked_for(shop: Client, listener: Listener) -> None:
    await shop.api("POST", "webhooks", wanted(listener.url, itemGroup="orders", itemAction="updated"))
    await shop.api("POST", "webhooks", wanted(listener.url, isActive=False))
    order = await shop.order()
    await shop.made(order)
    await shop.api("PUT", f"orders/{order['id']}", {"order": {"memo": "x"}})
    headers, body = await listener.next()
    assert (headers["X-Event"], body["order"]["memo"]) == ("orders/updated", "x")
    assert listener.got.empty()


async def test_deliveries_may_be_doubled_lost_signed_and_refused(shop: Client, listener: Listener) -> None:
    await shop.api("POST", "webhooks", wanted(listener.url, itemAction="created"))
    order = await shop.order(lines=[{"quantity": 9}])
    await shop.switch(webhook_copies=0)
    await shop.made(order)
    await shop.switch(webhook_copies=2, webhook_signature=True)
    listener.status = 500
    number = await shop.made(order)
    for _ in range(2):
        headers, raw = await asyncio.wait_for(listener.got.get(), 5)
        assert json.loads(raw)["return"]["id"] == number
        assert headers["X-Signature"] == hashlib.md5(raw + SECRET.encode()).hexdigest()
    await shop.switch(webhook_copies=1)
    await shop.made(order)
    await listener.next()
    deliveries = await shop.control("deliveries", method="GET")
    assert deliveries[:2] == [{"address": listener.url, "event": "returns/created", "status": 500}] * 2


async def test_nobody_listening_harms_nothing(shop: Client, listener: Listener) -> None:
    await shop.api("POST", "webhooks", wanted("http://127.0.0.1:9/none"))
    await shop.api("POST", "webhooks", wanted(listener.url))
    await shop.made(await shop.order())
    await listener.next()
    assert (await shop.control("deliveries", method="GET"))[0]["status"] is None


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"itemGroup": "refunds"}, "itemGroup"),
        ({"itemAction": "moved"}, "itemAction"),
        ({"address": "ftp://example.org"}, "address"),
        ({"address": 5}, "address"),
        ({"format": "yaml"}, "format"),
        ({"isActive": "yes"}, "isActive"),
    ],
)
async def test_a_wrong_webhook(shop: Client, change: dict[str, Any], field: str) -> None:
    assert list((await shop.api("POST", "webhooks", wanted("http://127.0.0.1/", **change))).wrong) == [field]


async def test_a_shop_has_ten(shop: Client) -> None:
    for _ in range(10):
        got = await shop.api("POST", "webhooks", wanted("http://127.0.0.1/"))
    number = got.body["webhook"]["id"]
    assert (await shop.api("POST", "webhooks", wanted("http://127.0.0.1/"))).status == 422
    changed = await shop.api("PUT", f"webhooks/{number}", {"webhook": {"isActive": False}})
    assert changed.body["webhook"] == (await shop.get(f"webhooks/{number}"))["webhook"]
    assert changed.body["webhook"]["isActive"] is False
    assert (await shop.api("DELETE", f"webhooks/{number}")).status == 204
    assert len((await shop.get("webhooks"))["webhooks"]) == 9
    assert (await shop.api("POST", "webhooks", {"webhook": {"itemGroup": "returns"}})).wrong.keys() == {
        "itemAction",
        "address",
    }
