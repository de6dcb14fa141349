"""What `retour doctor` says of a store, and that no token is ever shown."""

from typing import Any

import pytest

from retour.connectors.contract import Check
from retour.connectors.errors import ConnectorError
from retour.connectors.shops.mijnwebwinkel import MANIFEST
from retour.sandbox.mijnwebwinkel import PARTNER_TOKEN, STORE_TOKEN
from retour.testing.opened import opened
from retour.testing.secrecy import shown_by_exchange

from .conftest import STATUSES, WAITING, Shop
from .simulated import CREDIT_DECISIONS, fields, full

CREDITS = {"strategy": "credit_order", "requested_status": 10} | fields(CREDIT_DECISIONS)


async def ask(shop: Shop, **settings: Any) -> dict[str, Check]:
    async with shop.connector(**settings) as store:
        return {check.name: check for check in await store.check()}


@pytest.mark.parametrize("settings", [{}, WAITING | STATUSES, CREDITS], ids=["note", "status", "credit_order"])
async def test_asking_only_reads(shop: Shop, settings: dict[str, Any]) -> None:
    checks = await ask(shop, **settings)
    assert [check.ok for check in checks.values()] == [True] * 4
    assert {sent.method for sent in shop.sent} == {"GET"}


async def test_the_statuses_are_told_in_the_stores_own_words(shop: Shop) -> None:
    words = (await ask(shop, **WAITING, **STATUSES))["Statuses"].words
    assert "requested 20 Retour aangemeld" in words
    assert "accept 21 Retour geaccepteerd" in words


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"requested_status": 999}, "requested_status 999"),
        ({"accept_status": 11}, "accept_status 11 is no status for orders"),
        (CREDITS | {"reject_status": 22}, "reject_status 22 is no status for credit orders"),
    ],
)
async def test_statuses_that_cannot_be_used(shop: Shop, settings: dict[str, Any], words: str) -> None:
    check = (await ask(shop, **settings))["Statuses"]
    assert not check.ok
    assert words in check.words
    assert "The store has: " in check.words


@pytest.mark.parametrize("status", [401, 403])
async def test_a_package_without_the_api(shop: Shop, status: int) -> None:
    await shop.switch(api_in_plan=False, bad_token_status=status)
    checks = await ask(shop)
    assert not checks["Store"].ok
    assert not checks["Orders"].ok


async def test_plain_http_over_a_network_is_a_fault() -> None:
    for address, well in (("http://10.255.255.1", False), ("https://api.example.org", True), ("http://[::1]:1", True)):
        settings = {"base_url": address, "token": STORE_TOKEN, "partner_token": PARTNER_TOKEN}
        async with opened(MANIFEST, settings) as hub:
            assert hub.connector._encryption().ok is well


async def test_tokens_travel_in_the_address_and_are_never_shown(shop: Shop) -> None:
    await shop.place(1001)
    shop.fault("answer", Shop.writes, status=500, body=f"failed: /v1/orders/1001?token={STORE_TOKEN}")
    async with opened(MANIFEST, shop.settings()) as hub:
        with pytest.raises(ConnectorError) as caught:
            await hub.connector.create(full(), "k")
        [exchange] = hub.traffic.exchanges
    assert shop.sent[-1].query == {"token": STORE_TOKEN, "partner_token": PARTNER_TOKEN}
    assert "/v1/orders/1001?" in exchange.url
    for shown in (shown_by_exchange(exchange), str(vars(caught.value))):
        assert STORE_TOKEN not in shown
        assert PARTNER_TOKEN not in shown
