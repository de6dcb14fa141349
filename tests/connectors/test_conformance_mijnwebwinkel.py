"""Mijnwebwinkel keeps the contract of a shop's connector: with a note and statuses, with notes only, and with credit
orders."""

from typing import Any

import pytest

from retour.connectors.contract import ReturnRequest
from retour.connectors.shops.mijnwebwinkel import MANIFEST
from retour.core.model import Order
from retour.sandbox.mijnwebwinkel import SANDBOX
from retour.testing import ShopConformance, SimulatedShop
from retour.testing import shop as suite
from retour.testing.opened import Opened

from .mijnwebwinkel.conftest import bare, full
from .mijnwebwinkel.simulated import (
    SimulatedMijnwebwinkel,
    SimulatedWithCreditOrders,
    SimulatedWithNotesOnly,
)


class StoreConformance(ShopConformance):
    """A request stands with the store's order, so the suite's requests have one."""

    @pytest.fixture(autouse=True)
    def _requests_have_an_order(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(suite, "full_request", full)
        monkeypatch.setattr(suite, "bare_request", bare)

    async def subject(self, platform: Any) -> ReturnRequest:
        return full()

    async def test_orders_are_found_for_certain_or_not_at_all(self, platform: SimulatedShop, hub: Opened) -> None:
        """The suite's own with numbers as this platform has them: without leading zeros."""
        if not hub.capabilities.orders:
            pytest.skip(f"{self.manifest.name} cannot search orders with these settings")
        await platform.place_order("2101", "C000TEST01")
        await platform.place_order("2102", "C000TEST02")
        await platform.place_order("2103", "C000TEST02")
        found = await hub.connector.order(Order(ref="C000TEST01"))
        assert found is not None
        assert found.number == "2101"
        assert await hub.connector.order(Order(ref="C000TEST0")) is None, "a number that only begins alike"
        assert await hub.connector.order(Order(ref="C000TEST02")) is None, "two orders: neither for certain"
        assert await hub.connector.order(Order(ref="C000TEST99")) is None


class TestMijnwebwinkel(StoreConformance):
    manifest, sandbox, simulated = MANIFEST, SANDBOX, SimulatedMijnwebwinkel


class TestMijnwebwinkelWithNotesOnly(StoreConformance):
    manifest, sandbox, simulated = MANIFEST, SANDBOX, SimulatedWithNotesOnly


class TestMijnwebwinkelWithCreditOrders(StoreConformance):
    manifest, sandbox, simulated = MANIFEST, SANDBOX, SimulatedWithCreditOrders

    async def test_an_unknown_word_is_shown_and_no_decision(self, platform: SimulatedShop, hub: Opened) -> None:
        """The suite's own with a status: a credit order's only word."""
        made = await hub.connector.create(full(), "r-1:1:create")
        await platform.say(made.ref, "status 17")
        [said] = [row async for page in hub.connector.changed([made.ref], None) for row in page.returns]
        assert (said.word, said.unclear, said.resolution) == ("status 17", True, None)
