"""Magento 2 with the Channable plugin: returns are pushed into the plugin's hook, decisions are read from its status
(contract magento.md, Part A; Part E was observed on real shops).

Nothing can be read back of a create: the plugin has no look-up, and equal posts make equal rows (A6, E2). So a lost
answer ends with a person. Orders are searched over Magento's own REST interface, when it may be used.
"""

from collections.abc import Sequence
from typing import Final
from urllib.parse import quote

from retour.connectors.checks import checked
from retour.connectors.contract import (
    Check,
    Maturity,
    ReturnRequest,
    Shop,
    ShopManifest,
    ShopOrder,
)
from retour.connectors.http import Door
from retour.connectors.magento_plugin.plugin import PARALLEL, Dialect, Place, Plugin
from retour.connectors.magento_plugin.wire import PluginAnswer
from retour.connectors.shops.magento2.config import Magento2Config
from retour.connectors.shops.magento2.mapping import payload, says, sent_status
from retour.connectors.shops.magento2.orders import OrderSearch, credentials
from retour.connectors.shops.magento2.refusals import REFUSALS
from retour.core.capabilities import ShopCapabilities
from retour.core.match_order import Candidate, Clues
from retour.core.model import Order, Resolution, ShopSays

__all__ = ["MANIFEST", "PARALLEL", "Magento2", "Magento2WithOrders"]


def _means(ref: str, reply: PluginAnswer) -> ShopSays:
    return says(ref, reply.status)


_DIALECT: Final = Dialect(
    REFUSALS, _means, "The shop has no Channable plugin at this address: check base_url, or install the plugin."
)


class Magento2(Plugin):
    """A shop's verbs, through the plugin."""

    def __init__(self, config: Magento2Config, door: Door) -> None:
        token, base = config.token.get_secret_value(), f"{config.base_url}/channable/returns"
        create = f"{base}/hook/store/{config.store_id}/code/{quote(token, safe='')}"
        super().__init__(
            door,
            Place(config.base_url, create, f"{base}/status", token),
            _DIALECT,
            create_timeout=config.create_timeout,
            secrets=filter(None, credentials(config).secrets()),
        )
        self._config = config

    async def create(self, request: ReturnRequest, key: str) -> ShopSays:
        """One POST. The plugin cannot be asked for `key`; it is kept with the row for a person who looks there."""
        return says(await self._made(payload(request, key, self._config)), sent_status(request, self._config))


class Magento2WithOrders(Magento2):
    """The verbs when an integration of the shop lets the hub read orders."""

    def __init__(self, config: Magento2Config, door: Door) -> None:
        super().__init__(config, door)
        self._orders = OrderSearch(config, door)

    async def order(self, order: Order) -> ShopOrder | None:
        """One search for every number and field; a match must be exact and the only one."""
        return await self._orders.find(order)

    async def candidates(self, clues: Clues) -> Sequence[Candidate]:
        """At most two searches, by numbers, people and time."""
        return await self._orders.candidates(clues)

    async def check(self) -> list[Check]:
        return [*await super().check(), await checked("Order search", self._orders.probe())]


def _open(config: Magento2Config, door: Door) -> Shop:
    return Magento2WithOrders(config, door) if config.integration_token else Magento2(config, door)


def _capabilities(config: Magento2Config) -> ShopCapabilities:
    searches = config.integration_token is not None
    return ShopCapabilities(decides=frozenset(Resolution), finds=False, orders=searches, candidates=searches)


MANIFEST: Final = ShopManifest(
    key="magento2",
    name="Magento 2",
    config=Magento2Config,
    open=_open,
    capabilities=_capabilities,
    maturity=Maturity.BETA,
    parallel=PARALLEL,
)
