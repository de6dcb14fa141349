"""What `retour doctor` says of a shop."""

from typing import Any

import pytest

from retour.connectors.contract import Check
from retour.connectors.shops.lightspeed import MANIFEST
from retour.sandbox.lightspeed import KEY, SECRET
from retour.testing.opened import opened

from .conftest import Shop, make


async def ask(shop: Shop, **settings: Any) -> dict[str, Check]:
    async with opened(MANIFEST, shop.settings() | settings) as hub:
        return {check.name: check for check in await hub.connector.check()}


async def test_asking_leaves_nothing_behind(shop: Shop) -> None:
    checks = await ask(shop)
    assert [check.ok for check in checks.values()] == [True] * 4
    assert shop.posts == 0


@pytest.mark.parametrize(
    ("permissions", "bad"),
    [
        ({"orders": {"write": False}}, {"Permissions"}),
        ({"orders": {"read": False}}, {"Returns", "Orders", "Permissions"}),
    ],
)
async def test_what_the_key_may_not(shop: Shop, permissions: Any, bad: set[str]) -> None:
    shop.simulator.keys.add(KEY, SECRET, permissions)
    assert {name for name, check in (await ask(shop)).items() if not check.ok} == bad


async def test_a_wrong_language_is_named(shop: Shop) -> None:
    checks = await ask(shop, language="fr")
    assert not checks["Returns"].ok
    assert "language" in checks["Returns"].words


@pytest.mark.parametrize("body", ['{"accountPermissions": false}', "{}", '{"accountPermissions": {"orders": []}}'])
async def test_permissions_that_are_not_told_are_no_fault(shop: Shop, body: str) -> None:
    shop.fault("answer", "GET .*/account/permissions", status=200, body=body)
    check = (await ask(shop))["Permissions"]
    assert check.ok
    assert "see that it may write orders" in check.words


async def test_plain_http_over_a_network_is_a_fault() -> None:
    for address, well in (
        ("http://10.255.255.1", False),
        ("http://api.example.org", False),
        ("https://api.example.org", True),
        ("http://localhost:9101", True),
        ("http://[::1]:9101", True),
    ):
        settings = {"api_url": address, "language": "nl", "api_key": KEY, "api_secret": SECRET}
        async with opened(MANIFEST, settings) as hub:
            assert hub.connector._encryption().ok is well


async def test_statuses_that_nobody_knows_are_named(stocked: Shop, lightspeed: Any) -> None:
    refs = await make(lightspeed, 2)
    await stocked.say(refs[0], "refunded")
    assert (await ask(stocked))["Returns"].words.endswith("new means open, refunded means refunded.")
    await stocked.say(refs[1], "bij leverancier")
    check = (await ask(stocked))["Returns"]
    assert not check.ok
    assert "bij leverancier" in check.words
    assert (await ask(stocked, status_words={"Bij leverancier": "open"}))["Returns"].ok
