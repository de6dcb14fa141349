"""A shop that fetches its returns by itself, through the compatible API (`retour.channable_api`), and decides there
(contract channable-api.md, 2 and 7).

There is nothing to call: a request is made as soon as the hub has recorded it, under the hub's own number of the line,
and decisions arrive through the API. So no answer of a platform can be lost; a create whose record is missing (the
process died in between) was not made, and is simply made again.
"""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Final

from retour.connectors.contract import Check, Maturity, ReturnRequest, Shop, ShopManifest, ShopPage
from retour.connectors.http import Door
from retour.connectors.shops.channable.config import ChannableConfig
from retour.core.capabilities import ShopCapabilities
from retour.core.model import Resolution, ShopSays


class Channable:
    """A shop's verbs, where the shop calls us."""

    async def create(self, request: ReturnRequest, key: str) -> ShopSays:
        """From now on the request can be fetched, by the hub's number of the line."""
        return ShopSays(ref=str(request.number), word=request.status, resolution=None)

    async def find(self, key: str) -> ShopSays | None:
        """None: a request exists only where it is recorded, and then nobody asks."""
        return None

    async def changed(self, refs: Sequence[str], since: datetime | None) -> AsyncIterator[ShopPage]:
        """Nothing: whatever the shop says, it says through the API."""
        nothing: tuple[ShopPage, ...] = ()
        for page in nothing:
            yield page

    async def check(self) -> list[Check]:
        """There is nothing to reach."""
        return [
            Check(
                "Compatible API",
                True,
                "The shop's system fetches its returns and decides them with a token: `retour tokens list`.",
            )
        ]


def _open(config: ChannableConfig, door: Door) -> Shop:
    return Channable()


def _capabilities(config: ChannableConfig) -> ShopCapabilities:
    return ShopCapabilities(decides=frozenset(Resolution), finds=True, orders=False)


MANIFEST: Final = ShopManifest(
    key="channable",
    name="Channable-compatible API",
    config=ChannableConfig,
    open=_open,
    capabilities=_capabilities,
    maturity=Maturity.BETA,
)
