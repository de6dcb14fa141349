"""Lightspeed eCom C-Series (formerly SEOshop, webshopapp): each return line is a return of the shop's own, made and
read over its API (contract lightspeed.md).

A return always hangs on an order of the shop; its address and invoice are the order's. Making one mails nobody, puts
nothing back in stock and makes no credit invoice: that is the merchant's.
"""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Final

from retour.connectors.checks import checked, encryption
from retour.connectors.contract import Check, Maturity, OwnPage, ReturnRequest, ShopManifest, ShopOrder, ShopPage
from retour.connectors.errors import Misconfigured
from retour.connectors.http import Door, RateHeaders
from retour.connectors.shapes import Garbled, decode
from retour.connectors.shops.lightspeed import wire
from retour.connectors.shops.lightspeed.api import MOST, NAME, Api
from retour.connectors.shops.lightspeed.candidates import Candidates
from retour.connectors.shops.lightspeed.config import LightspeedConfig
from retour.connectors.shops.lightspeed.creates import Creates
from retour.connectors.shops.lightspeed.decisions import Round
from retour.connectors.shops.lightspeed.orders import Orders
from retour.connectors.shops.lightspeed.own import OwnReturns
from retour.connectors.shops.lightspeed.words import meaning
from retour.core.capabilities import ShopCapabilities
from retour.core.match_order import Candidate, Clues
from retour.core.model import Order, Resolution, ShopSays

PARALLEL: Final = 4
"""How many calls are under way at once."""


class Lightspeed:
    """A shop's verbs."""

    def __init__(self, config: LightspeedConfig, door: Door) -> None:
        self._config = config
        self._api = Api(config, door)
        self._orders = Orders(config, self._api)
        self._candidates = Candidates(config, self._api)
        self._creates = Creates(config, self._api, self._orders, door.memory)
        self._own = OwnReturns(config, self._api, door.memory)

    async def create(self, request: ReturnRequest, key: str) -> ShopSays:
        """Reads first: the order, its line, and whether the return is there already."""
        return await self._creates.make(request, key)

    async def find(self, key: str) -> ShopSays | None:
        """Looks for the key among the returns of its order."""
        return await self._creates.find(key)

    async def changed(self, refs: Sequence[str], since: datetime | None) -> AsyncIterator[ShopPage]:
        """Two calls, as long as the shop listens, and one for each that is gone. What changed `since` is told, and
        some of what did not; with None everything."""
        async for page in Round(self._api, self._config, refs).pages(since):
            yield page

    async def own(self, since: datetime) -> AsyncIterator[OwnPage]:
        """One call while nothing is new; three or four more for each return."""
        async for page in self._own.pages(since):
            yield page

    async def order(self, order: Order) -> ShopOrder | None:
        """A match must be the only one."""
        return await self._orders.find(order)

    async def candidates(self, clues: Clues) -> Sequence[Candidate]:
        """With two searches by e-mail address, or by time, and a look into the most likely few."""
        return await self._candidates.find(clues)

    async def check(self) -> list[Check]:
        """With reads only: nothing is made."""
        return [
            self._encryption(),
            await checked("Returns", self._probe_returns()),
            await checked("Orders", self._probe_orders()),
            await checked("Permissions", self._probe_permissions()),
        ]

    async def _probe_returns(self) -> str:
        """Only one of the platform's status codes is proven, so those of this shop are held to the table."""
        rows = wire.readable(wire.ReturnRow, await self._api.rows("returns", "returns", limit=MOST))
        codes = sorted({row.status[:100] for row in rows})
        if unknown := [code for code in codes if meaning(code, self._config.status_words) is None]:
            raise Misconfigured(f"Returns have statuses that nobody knows; name them in status_words: {unknown}.")
        told = ", ".join(f"{code} means {meaning(code, self._config.status_words)}" for code in codes)
        return f"The key may read returns. Their statuses: {told or 'none yet'}."

    async def _probe_orders(self) -> str:
        await self._orders.probe()
        return "The key may read orders."

    async def _probe_permissions(self) -> str:
        try:
            told = wire.unwrapped(await self._api.get("account/permissions"), "accountPermissions")
            orders = decode(wire.Permissions, told).orders
        except Garbled:
            orders = None
        if orders is None:
            return "The shop does not tell whether the key may make returns: see that it may write orders."
        if not (orders.read and orders.write):
            raise Misconfigured("The key may not write orders: returns are made with that permission.")
        return "The key may read and write orders, and returns with them."

    def _encryption(self) -> Check:
        return encryption("api_url", self._config.api_url, "The secret travels unencrypted")


def _capabilities(config: LightspeedConfig) -> ShopCapabilities:
    return ShopCapabilities(
        decides=frozenset(Resolution),
        finds=True,
        orders=True,
        needs_order=True,
        candidates=True,
        shows_own=config.report_shop_returns,
    )


MANIFEST: Final = ShopManifest(
    key="lightspeed",
    name=NAME,
    config=LightspeedConfig,
    open=Lightspeed,
    capabilities=_capabilities,
    rate_headers=RateHeaders("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"),
    maturity=Maturity.BETA,
    parallel=PARALLEL,
)
