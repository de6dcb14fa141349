"""The shop that fetches its returns by itself keeps the contract of a shop's connector.

It calls nobody. What of `ShopConformance` is about calls (lost answers, broken servers, limits, secrets, what the
platform says of its requests) has no subject here; what is about the manifest, the settings and the verbs is taken from
it one by one. The other half, where the shop calls us, is tested in tests/channable_api.
"""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from retour.connectors.contract import Check
from retour.connectors.shops.channable import MANIFEST
from retour.core.model import ShopSays
from retour.testing import ShopConformance
from retour.testing.connector import ConnectorConformance
from retour.testing.opened import Opened, opened
from retour.testing.samples import ODD_TEXTS, bare_request, full_request


class TestChannable:
    manifest, entry_points = MANIFEST, "retour.shops"
    _fields, _config = ConnectorConformance._fields, ConnectorConformance._config

    test_the_manifest_is_registered_under_its_key = ConnectorConformance.test_the_manifest_is_registered_under_its_key
    test_the_manifest_is_sensible = ConnectorConformance.test_the_manifest_is_sensible
    test_every_setting_is_described = ConnectorConformance.test_every_setting_is_described
    test_secrets_are_marked = ConnectorConformance.test_secrets_are_marked
    test_unknown_settings_are_refused = ConnectorConformance.test_unknown_settings_are_refused
    test_settings_survive_being_stored = ConnectorConformance.test_settings_survive_being_stored
    test_doctor_finds_it_well = ConnectorConformance.test_doctor_finds_it_well
    test_capabilities_and_verbs_agree = ShopConformance.test_capabilities_and_verbs_agree
    test_nothing_asked_nothing_said = ShopConformance.test_nothing_asked_nothing_said

    @pytest.fixture
    def platform(self) -> "Nobody":
        return Nobody()

    @pytest.fixture
    async def hub(self) -> AsyncIterator[Opened]:
        async with opened(MANIFEST, {}) as hub:
            yield hub

    @pytest.mark.parametrize("odd", ODD_TEXTS.values(), ids=ODD_TEXTS.keys())
    async def test_a_request_waits_under_the_hubs_own_number(self, hub: Opened, odd: str) -> None:
        for number, request in enumerate((full_request(1, comment=odd, title=odd, sku=odd), bare_request(2)), 1):
            made = await hub.connector.create(request, f"r-{number}:1:create")
            assert made == ShopSays(ref=str(number), word="new", resolution=None)

    async def test_what_the_marketplace_settled_is_registered_and_no_decision(self, hub: Opened) -> None:
        made = await hub.connector.create(full_request(status="accepted"), "r-1:1:create")
        assert (made.word, made.resolution) == ("accepted", None)

    async def test_the_same_request_twice_is_the_same(self, hub: Opened) -> None:
        """So what is in doubt may be made again."""
        request = full_request()
        assert await hub.connector.create(request, "r-1:1:create") == await hub.connector.create(
            request, "r-1:1:create"
        )
        assert await hub.connector.find("r-1:1:create") is None

    async def test_what_it_says_of_requests_comes_over_the_api_alone(self, hub: Opened) -> None:
        made = await hub.connector.create(full_request(), "r-1:1:create")
        assert [page async for page in hub.connector.changed([made.ref], None)] == []

    async def test_nobody_is_called(self, hub: Opened) -> None:
        await hub.connector.create(full_request(), "r-1:1:create")
        checks: list[Check] = await hub.connector.check()
        assert all(check.ok for check in checks)
        assert (hub.traffic.most_at_once, hub.traffic.exchanges) == (0, [])


class Nobody:
    """In place of a platform."""

    def settings(self) -> dict[str, Any]:
        return {"order_numbers": "hub", "channel_names": {"bol": "bol_plaza"}, "invoice_address": True}
