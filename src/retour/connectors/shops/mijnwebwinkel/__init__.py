"""Mijnwebwinkel (MyOnlineStore): orders with one internal note and a status; there are no return requests (contract
mijnwebwinkel.md, 1). A request is a line in the order's note or, where the merchant wants that, a credit order.

What is made can be read back, by a marker in the note. Nothing tells of changes: the store is asked.
"""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from retour.connectors.checks import checked, encryption
from retour.connectors.contract import Check, Maturity, ReturnRequest, Shop, ShopManifest, ShopOrder, ShopPage
from retour.connectors.errors import ConnectorError
from retour.connectors.http import Door, Limit
from retour.connectors.shops.mijnwebwinkel.candidates import Candidates
from retour.connectors.shops.mijnwebwinkel.config import MijnwebwinkelConfig
from retour.connectors.shops.mijnwebwinkel.making import Making
from retour.connectors.shops.mijnwebwinkel.mapping import capabilities
from retour.connectors.shops.mijnwebwinkel.orders import OrderSearch
from retour.connectors.shops.mijnwebwinkel.reading import PARALLEL, Reading
from retour.connectors.shops.mijnwebwinkel.store import GROUP, Store
from retour.core.match_order import Candidate, Clues
from retour.core.model import Order, ShopSays


class Mijnwebwinkel:
    """A store's verbs."""

    def __init__(self, config: MijnwebwinkelConfig, door: Door) -> None:
        self._config = config
        self._store = Store(config, door)
        self._reading = Reading(config, self._store, door.memory)
        self._candidates = Candidates(self._store)
        self._making = Making(config, self._store, door.memory, self._reading)

    async def create(self, request: ReturnRequest, key: str) -> ShopSays:
        """Needs the store's order, else it is Refused. The same request again makes nothing new."""
        return await self._making.make(request, key)

    async def find(self, key: str) -> ShopSays | None:
        """Looks for the request's marker where it was to be made."""
        return await self._making.find(key)

    async def changed(self, refs: Sequence[str], since: datetime | None) -> AsyncIterator[ShopPage]:
        """What changed since then, or everything: `since` None, and every now and then (`note_check_minutes`). A
        request that is not in it stands as it did."""
        async for page in self._reading.pages(refs, since):
            yield page

    async def candidates(self, clues: Clues) -> Sequence[Candidate]:
        """By e-mail address, or the orders of those days."""
        return await self._candidates.find(clues)

    async def check(self) -> list[Check]:
        """The tokens, the right to read orders, and what the statuses are that were filled in."""
        return [
            self._encryption(),
            await checked("Store", self._asks_store()),
            await checked("Orders", self._asks_orders()),
            await self._statuses(),
        ]

    async def _asks_store(self) -> str:
        return f"The tokens open the store {await self._store.name()}."

    async def _asks_orders(self) -> str:
        await self._store.may_read_orders()
        return "The store's orders may be read."

    async def _statuses(self) -> Check:
        """Reads the list live: its numbers are nowhere written down (contract 6)."""
        try:
            known = {status.status: status for status in await self._store.statuses()}
        except ConnectorError as error:
            return Check("Statuses", False, error.message)
        wanted = {"requested": self._config.requested_status} | {
            str(resolution): status for status, resolution in self._config.decisions.items()
        }
        filled_in = {name: status for name, status in wanted.items() if status is not None}
        for_credits = self._config.strategy == "credit_order"
        kind = "for credit orders" if for_credits else "for orders"
        wrong = [
            f"{name}_status {number} is no status {kind}"
            for name, number in filled_in.items()
            if number not in known or known[number].credit_order is not for_credits
        ]
        if wrong:
            there = ", ".join(
                f"{status.status} {status.description}"
                for status in known.values()
                if status.credit_order is for_credits
            )
            return Check("Statuses", False, f"{'; '.join(wrong)}. The store has: {there}.")
        told = ", ".join(f"{name} {number} {known[number].description}" for name, number in filled_in.items())
        return Check("Statuses", True, told or "No status decides: decisions are written in the note.")

    def _encryption(self) -> Check:
        return encryption("base_url", self._config.base_url, "The tokens travel unencrypted")


class MijnwebwinkelWithOrders(Mijnwebwinkel):
    """The verbs when orders may be searched."""

    def __init__(self, config: MijnwebwinkelConfig, door: Door) -> None:
        super().__init__(config, door)
        self._orders = OrderSearch(config, self._store)

    async def order(self, order: Order) -> ShopOrder | None:
        """A match must be exact and the only one among the orders of those days."""
        return await self._orders.find(order)


def _open(config: MijnwebwinkelConfig, door: Door) -> Shop:
    return MijnwebwinkelWithOrders(config, door) if config.order_search else Mijnwebwinkel(config, door)


MANIFEST: Final = ShopManifest(
    key="mijnwebwinkel",
    name="Mijnwebwinkel",
    config=MijnwebwinkelConfig,
    open=_open,
    capabilities=capabilities,
    limits=(Limit(GROUP, 1, timedelta(seconds=1)),),
    maturity=Maturity.EXPERIMENTAL,
    parallel=PARALLEL,
)
