"""Magento 2 without a plugin, over its own REST interface (contract magento-native.md, Part A): Adobe Commerce with its
returns (RMA), or Magento Open Source, where a return request is an internal comment at the order.

The customer is never notified, nothing is credited, and no item's state is moved: that is the merchant's.
"""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Final, Literal

from retour.connectors.checks import checked, encryption
from retour.connectors.contract import (
    Check,
    Maturity,
    OwnPage,
    ReturnRequest,
    ShopManifest,
    ShopOrder,
    ShopPage,
    Unreadable,
)
from retour.connectors.errors import Misconfigured
from retour.connectors.http import Door
from retour.connectors.shops.magento_native.api import Api
from retour.connectors.shops.magento_native.comments import REF, Comments
from retour.connectors.shops.magento_native.config import MagentoNativeConfig
from retour.connectors.shops.magento_native.mapping import meaning
from retour.connectors.shops.magento_native.notes import Notes
from retour.connectors.shops.magento_native.orders import Orders
from retour.connectors.shops.magento_native.own import OwnReturns
from retour.connectors.shops.magento_native.rmas import Rmas
from retour.core.capabilities import ShopCapabilities
from retour.core.match_order import Candidate, Clues
from retour.core.model import Order, Resolution, ShopSays

PARALLEL: Final = 4
"""How many calls are under way at once."""

REPRESENTATION: Final = "representation"
"""The note that tells what `auto` has found."""

Representation = Literal["rma", "comment"]


class MagentoNative:
    """A shop's verbs. A request keeps the representation that it was made in: its ref tells."""

    def __init__(self, config: MagentoNativeConfig, door: Door) -> None:
        self._config = config
        self._memory = door.memory
        self._api = Api(config, door)
        self._orders = Orders(config, self._api)
        self._notes = Notes(door.memory)
        self._rmas = Rmas(config, self._api, self._orders, self._notes)
        self._own = OwnReturns(config, self._api, self._rmas, self._notes, door.memory)
        self._comments = Comments(config, self._api, self._orders, self._notes)

    async def create(self, request: ReturnRequest, key: str) -> ShopSays:
        """Reads first: the order, its row, and whether the request is there already."""
        if await self._representation() == "rma":
            return await self._rmas.make(request, key)
        return await self._comments.make(request, key)

    async def find(self, key: str) -> ShopSays | None:
        """Looks for it where it was to be made. A return whose comment got lost gets it now."""
        note = await self._notes.of(key)
        if note is None:
            return None
        async with self._notes.lock(note.order):
            return await (self._rmas if note.is_rma else self._comments).find(note, key)

    async def changed(self, refs: Sequence[str], since: datetime | None) -> AsyncIterator[ShopPage]:
        """How all of these stand: one call for a hundred returns, two for a hundred orders with comments. Returns
        cannot be asked for what changed `since`."""
        rmas = [ref for ref in refs if ref.isdecimal()]
        comments = [ref for ref in refs if REF.fullmatch(ref)]
        strange = set(refs) - {*rmas, *comments}
        if strange:
            why = "This is not a number of a return request in the shop."
            yield ShopPage((), tuple(Unreadable(ref, why, "") for ref in sorted(strange)))
        if rmas:
            async for page in self._rmas.pages(rmas):
                yield page
        if comments:
            async for page in self._comments.pages(comments):
                yield page

    async def own(self, since: datetime) -> AsyncIterator[OwnPage]:
        """One call while nothing is new; one more for each return. None where there are no returns (RMA)."""
        if await self._representation() == "rma":
            async for page in self._own.pages(since):
                yield page

    async def order(self, order: Order) -> ShopOrder | None:
        """One search for every number and field; a match must be exact and the only one."""
        return await self._orders.find(order)

    async def candidates(self, clues: Clues) -> Sequence[Candidate]:
        """At most two searches, by numbers, people and time."""
        return await self._orders.candidates(clues)

    async def check(self) -> list[Check]:
        """With reads only: nothing is made."""
        return [
            self._encryption(),
            await checked("Orders", self._asks_orders()),
            await checked("Return requests", self._asks_representation()),
        ]

    async def _representation(self) -> Representation:
        """As set, or as found out once."""
        if self._config.representation != "auto":
            return self._config.representation
        found = (await self._memory.read(REPRESENTATION)).get(REPRESENTATION)
        if found in {"rma", "comment"}:
            return "rma" if found == "rma" else "comment"
        return await self._found_out()

    async def _found_out(self) -> Representation:
        found: Representation = "rma"
        try:
            await self._rmas.probe()
        except Misconfigured as error:
            if error.code != "404":
                raise
            # A wrong address has no returns either: only where there are orders, it is Magento Open Source.
            await self._orders.probe()
            found = "comment"
        await self._memory.write({REPRESENTATION: found})
        return found

    async def _asks_orders(self) -> str:
        await self._orders.probe()
        return "The integration may read the shop's orders."

    async def _asks_representation(self) -> str:
        """Finds out anew: a shop may have been upgraded."""
        given = self._config.representation
        if (await self._found_out() if given == "auto" else given) == "comment":
            await self._comments.probe()
            by_status = ", ".join(f"{status} means {means}" for status, means in self._config.decisions.items())
            statuses = by_status or "none is filled in"
            return f"A return request is a comment at its order. Statuses that decide: {statuses}."
        await self._rmas.probe()
        labels = (await self._rmas.options.labels("resolution")).values()
        meanings = {label: meaning(label, self._config) for label in labels}
        if Resolution.ACCEPT not in meanings.values():
            raise Misconfigured(
                f"No resolution of your returns means accept; fill in accept_resolutions. There are: {[*labels]}."
            )
        told = ", ".join(f"{label} means {means or 'nothing for certain'}" for label, means in meanings.items())
        return f"A return request is a return (RMA) of Adobe Commerce. Its resolutions: {told}."

    def _encryption(self) -> Check:
        return encryption("base_url", self._config.rest, "Addresses of customers travel unencrypted")


def _capabilities(config: MagentoNativeConfig) -> ShopCapabilities:
    return ShopCapabilities(
        decides=frozenset(Resolution),
        finds=True,
        orders=True,
        needs_order=True,
        candidates=True,
        shows_own=config.report_shop_returns and config.representation != "comment",
    )


MANIFEST: Final = ShopManifest(
    key="magento_native",
    name="Magento without a plugin",
    config=MagentoNativeConfig,
    open=MagentoNative,
    capabilities=_capabilities,
    maturity=Maturity.BETA,
    parallel=PARALLEL,
)
