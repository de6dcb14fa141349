"""What `retour doctor` says of a shop."""

from typing import Any

import pytest

from retour.connectors.contract import Check
from retour.connectors.shops.magento1 import MANIFEST
from retour.testing.opened import opened

from .conftest import Shop


async def ask(shop: Shop, **settings: Any) -> dict[str, Check]:
    async with opened(MANIFEST, shop.settings() | settings) as hub:
        return {check.name: check for check in await hub.connector.check()}


async def test_asking_leaves_nothing_behind(shop: Shop) -> None:
    checks = await ask(shop)
    assert [check.ok for check in checks.values()] == [True] * 3
    assert await shop.rows() == []


@pytest.mark.parametrize(
    ("switches", "bad", "words"),
    [
        ({"token": "another"}, {"Returns hook", "Returns status"}, "token"),
        ({"extension_enabled": False}, {"Returns hook", "Returns status"}, "switched off"),
        ({"ip_whitelist": ["192.0.2.7"]}, {"Returns hook"}, "IP addresses"),
        ({"base_url": "https://www.shop.example.org/"}, {"Returns hook", "Returns status"}, "base URL"),
        ({"plugin_missing": True}, {"Returns hook", "Returns status"}, "no Channable API plugin"),
        ({"maintenance": True}, {"Returns hook", "Returns status"}, "not available"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
async def test_says_where_it_hurts(shop: Shop, switches: dict[str, Any], bad: set[str], words: str) -> None:
    await shop.switch(**switches)
    checks = await ask(shop)
    assert {name for name, check in checks.items() if not check.ok} == bad
    assert all(words in checks[name].words for name in bad)
