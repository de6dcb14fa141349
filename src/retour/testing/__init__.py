"""The conformance suites that any connector inherits, shipped with Retour: `docs/new-connector.md` says how.

A suite drives a connector over real HTTP against a simulated platform (`retour.sandbox`), tells that platform to
misbehave, and asserts on what its journal of money and goods says. Needs pytest and pytest-asyncio in its auto mode.
"""

import pytest

for _module in (
    "connector",
    "failures",
    "limits",
    "marketplace",
    "secrecy",
    "settling",
    "shop",
    "simulated",
    "walking",
):
    pytest.register_assert_rewrite(f"{__name__}.{_module}")

from retour.testing.marketplace import MarketplaceConformance  # noqa: E402 - after the assertions are to be explained
from retour.testing.shop import ShopConformance  # noqa: E402
from retour.testing.simulated import Announced, SimulatedMarketplace, SimulatedPlatform, SimulatedShop  # noqa: E402

__all__ = [
    "Announced",
    "MarketplaceConformance",
    "ShopConformance",
    "SimulatedMarketplace",
    "SimulatedPlatform",
    "SimulatedShop",
]
