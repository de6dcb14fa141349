"""Fruugo (order API, v2 or v3): it has no returns, only counters on the lines of orders that go up.

v2 answers at once (`direct`); v3 answers later, at an address of the merchant's (`callbacks`). What is seen, told and
remembered is the same (`account`), so that a connection may change from one to the other. Facts: contract page fruugo.
"""

from datetime import timedelta

from retour.connectors.contract import MarketplaceManifest
from retour.connectors.http import Door, Limit
from retour.connectors.marketplaces.fruugo import mapping
from retour.connectors.marketplaces.fruugo.callbacks import FruugoByCallback
from retour.connectors.marketplaces.fruugo.config import FruugoConfig
from retour.connectors.marketplaces.fruugo.direct import Fruugo
from retour.connectors.marketplaces.fruugo.downloads import API


def _open(config: FruugoConfig, door: Door) -> Fruugo | FruugoByCallback:
    return FruugoByCallback(config, door) if config.transport == "v3" else Fruugo(config, door)


MANIFEST = MarketplaceManifest(
    key="fruugo",
    name="Fruugo",
    config=FruugoConfig,
    limits=(Limit(API, 1, timedelta(seconds=1)),),
    poll_every=timedelta(minutes=15),
    parallel=2,
    open=_open,
    capabilities=mapping.capabilities,
)

__all__ = ["MANIFEST", "Fruugo", "FruugoByCallback", "FruugoConfig"]
