"""A Magento 1 shop that serves, and what a hub and a test do with it."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from retour.sandbox.magento1 import SANDBOX, TOKEN, Magento1Simulator
from tests.sandbox import magento_plugin

HOOK = f"/channableapi/returns/index/code/{TOKEN}/store/1"
GET = "/channableapi/returns/get"


def a_return(**changes: Any) -> dict[str, Any]:
    """A full return of contract A3, of the order that the hub knows as 315; `item__x` changes a field of the item."""
    sent: dict[str, Any] = {
        "item__order_id": "315",
        "item__gtin": "0000000000017",
        "item__quantity": 2,
        "meta": {"channel_return_id": 31},
    }
    return magento_plugin.a_return(**(sent | changes))


class Client(magento_plugin.PluginClient):
    """The hub's calls, and the test's."""

    hook, get, token = HOOK, GET, TOKEN
    simulator: Magento1Simulator

    async def control(self, path: str, body: Any = None) -> Any:
        return await self.json("POST", f"/_sandbox/{path}", json=body)


@pytest.fixture
async def shop() -> AsyncIterator[Client]:
    async with Client.of(SANDBOX) as client:
        yield client
