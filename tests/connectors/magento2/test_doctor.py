"""What `retour doctor` says of a shop."""

from typing import Any

import pytest

from retour.connectors.contract import Check
from retour.connectors.shops.magento2 import MANIFEST
from retour.sandbox.magento2 import INTEGRATION_TOKEN, TOKEN
from retour.testing.opened import opened

from .conftest import Shop
from .simulated import SIGNED


async def ask(shop: Shop, **settings: Any) -> dict[str, Check]:
    async with opened(MANIFEST, shop.settings() | settings) as hub:
        return {check.name: check for check in await hub.connector.check()}


async def test_asking_leaves_nothing_behind(shop: Shop) -> None:
    checks = await ask(shop)
    assert [check.ok for check in checks.values()] == [True] * 4
    assert await shop.rows() == []


@pytest.mark.parametrize(
    ("switches", "bad"),
    [
        ({"token": "another"}, {"Returns hook", "Returns status"}),
        ({"extension_enabled": False}, {"Returns hook"}),
        ({"base_url": "https://www.shop.example.org/"}, {"Returns hook", "Returns status"}),
        ({"bearer_enabled": False}, {"Order search"}),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
async def test_says_where_it_hurts(shop: Shop, switches: dict[str, Any], bad: set[str]) -> None:
    await shop.switch(**switches)
    checks = await ask(shop)
    assert {name for name, check in checks.items() if not check.ok} == bad


async def test_a_signature_that_is_not_accepted(shop: Shop) -> None:
    checks = await ask(shop, **SIGNED)
    assert [check.ok for check in checks.values()] == [True] * 4
    checks = await ask(shop, **SIGNED | {"consumer_secret": "another"})
    assert {name for name, check in checks.items() if not check.ok} == {"Order search"}
    assert "signature" in checks["Order search"].words


async def test_plain_http_over_a_network_is_a_fault() -> None:
    for address, well in (
        ("http://10.255.255.1", False),
        ("http://shop.example.org", False),
        ("https://shop.example.org", True),
        ("http://localhost:9101", True),
        ("http://[::1]:9101", True),
    ):
        settings = {"base_url": address, "token": TOKEN, "integration_token": INTEGRATION_TOKEN}
        async with opened(MANIFEST, settings) as hub:
            assert hub.connector._encryption().ok is well
