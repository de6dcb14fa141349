"""A Magento shop that serves, and a client that signs as RFC 5849 says, written beside the simulator's own code."""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import aiohttp
import pytest
from yarl import URL

from retour.sandbox.app import start
from retour.sandbox.magento_native import (
    ACCESS_TOKEN,
    ACCESS_TOKEN_SECRET,
    CONSUMER_KEY,
    CONSUMER_SECRET,
    SANDBOX,
    MagentoNativeSimulator,
)

Pairs = Sequence[tuple[str, str]]


def criteria(*filters: tuple[int, int, str, str, str]) -> list[tuple[str, str]]:
    """A query from (group, filter, field, condition, value)."""
    return [
        (f"searchCriteria[filter_groups][{g}][filters][{f}][{name}]", value)
        for g, f, field, condition, value in filters
        for name, value in (("field", field), ("condition_type", condition), ("value", value))
    ]


def paged(size: int, number: int = 1) -> list[tuple[str, str]]:
    return [("searchCriteria[pageSize]", str(size)), ("searchCriteria[currentPage]", str(number))]


EVERYTHING: Pairs = [("searchCriteria", "")]


def percent(text: str) -> str:
    return quote(text, safe="-._~")


@dataclass
class Client:
    """The hub's calls, and the test's."""

    simulator: MagentoNativeSimulator
    http: aiohttp.ClientSession
    url: str
    keys: dict[str, str] = field(
        default_factory=lambda: {
            "consumer_key": CONSUMER_KEY,
            "consumer_secret": CONSUMER_SECRET,
            "token": ACCESS_TOKEN,
            "token_secret": ACCESS_TOKEN_SECRET,
        }
    )

    def authorization(self, method: str, path: str, query: Pairs, **changes: str | None) -> str:
        """The header; a change of None leaves a parameter out, after signing."""
        sent: dict[str, str | None] = {
            "oauth_consumer_key": self.keys["consumer_key"],
            "oauth_nonce": secrets.token_hex(8),
            "oauth_signature_method": "HMAC-SHA256",
            "oauth_timestamp": str(int(self.simulator.clock.now().timestamp())),
            "oauth_token": self.keys["token"],
            "oauth_version": "1.0",
        }
        sent |= {name: value for name, value in changes.items() if name != "oauth_signature"}
        pairs = [(name, value) for name, value in sent.items() if value is not None]
        ordered = sorted(f"{percent(name)}={percent(value)}" for name, value in [*pairs, *query])
        text = f"{method}&{percent(self.url + path)}&{percent('&'.join(ordered))}"
        key = f"{percent(self.keys['consumer_secret'])}&{percent(self.keys['token_secret'])}"
        digest = hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()
        signature = changes.get("oauth_signature", base64.b64encode(digest).decode())
        if signature is not None:
            pairs.append(("oauth_signature", signature))
        return "OAuth " + ", ".join(f'{name}="{percent(value)}"' for name, value in pairs)

    async def call(
        self, method: str, path: str, query: Pairs = (), body: Any = None, authorization: str | None = None
    ) -> tuple[int, Any]:
        """Status and answer; signed unless an authorization is given."""
        path = path if path.startswith("/rest") else f"/rest/V1{path}"
        text = "&".join(f"{percent(name)}={percent(value)}" for name, value in query)
        target = URL(f"{self.url}{path}" + (f"?{text}" if text else ""), encoded=True)
        header = self.authorization(method, path, query) if authorization is None else authorization
        async with self.http.request(method, target, json=body, headers={"Authorization": header}) as answer:
            assert answer.content_type == "application/json", (answer.status, await answer.text())
            return answer.status, json.loads(await answer.text())

    async def api(self, method: str, path: str, query: Pairs = (), body: Any = None) -> Any:
        """The answer to a call that must succeed."""
        status, answer = await self.call(method, path, query, body)
        assert status == 200, answer
        return answer

    async def ids(self, path: str, query: Pairs) -> list[int]:
        return [row["entity_id"] for row in (await self.api("GET", path, query))["items"]]

    async def control(self, path: str, body: Any = None, method: str = "POST") -> Any:
        async with self.http.request(method, f"/_sandbox/{path}", json=body) as answer:
            assert answer.status < 300, await answer.text()
            return await answer.json()

    async def switch(self, **values: Any) -> None:
        await self.control("switches", values, "PATCH")

    async def page(self, path: str, form: Any = None) -> tuple[int, str]:
        method = "GET" if form is None else "POST"
        async with self.http.request(method, path, data=form, allow_redirects=False) as answer:
            return answer.status, await answer.text()

    def option(self, label: str) -> str:
        return self.simulator.options.id_of("resolution", label)

    def an_item(self, order_item_id: int = 1, quantity: int = 1, **changes: Any) -> dict[str, Any]:
        options = self.simulator.options
        return {
            "order_item_id": order_item_id,
            "qty_requested": quantity,
            "qty_authorized": 0,
            "qty_approved": 0,
            "qty_returned": 0,
            "reason": options.id_of("reason", "Wrong Size"),
            "condition": options.id_of("condition", "Opened"),
            "resolution": options.id_of("resolution", "Exchange"),
            "status": "pending",
        } | changes

    async def create(self, *items: dict[str, Any], order_id: int = 1, **changes: Any) -> tuple[int, Any]:
        order = self.simulator.shop.orders.get(order_id)
        sent = {
            "order_id": order_id,
            "order_increment_id": order.increment_id if order else "",
            "store_id": 1,
            "date_requested": "2026-01-01 10:00:00",
            "customer_custom_email": "",
            "status": "pending",
            "items": list(items) or [self.an_item()],
            "comments": [],
            "tracks": [],
        }
        return await self.call("POST", "/returns", body={"rmaDataObject": sent | changes})

    async def made(self, *items: dict[str, Any], order_id: int = 1) -> Any:
        status, answer = await self.create(*items, order_id=order_id)
        assert status == 200, answer
        return answer

    def journal(self, kind: str) -> list[tuple[str, int]]:
        return [(entry.ref, entry.quantity) for entry in self.simulator.journal.of(kind)]


def filled(problem: dict[str, Any]) -> str:
    """The message with its parameters in it."""
    text, parameters = problem["message"], problem.get("parameters", {})
    named = parameters if isinstance(parameters, dict) else {str(n): v for n, v in enumerate(parameters, 1)}
    for name, value in named.items():
        text = text.replace(f"%{name}", str(value))
    return str(text)


@pytest.fixture
async def shop() -> AsyncIterator[Client]:
    simulator = SANDBOX.create(1)
    assert isinstance(simulator, MagentoNativeSimulator)
    running = await start(simulator)
    async with aiohttp.ClientSession(running.url) as http:
        yield Client(simulator, http, running.url)
    await running.stop()
