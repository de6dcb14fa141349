"""Magento 1 (OpenMage) with the Channable API plugin: returns are posted into the plugin, decisions are read from its
status (contract magento.md, Part B; Part E was observed on real shops).

As with Magento 2, nothing can be read back of a create, so a lost answer ends with a person. The plugin keeps ids as
integers, knows no credit memos and no search of orders.
"""

from typing import Final
from urllib.parse import quote

from retour.connectors.contract import Maturity, ReturnRequest, Shop, ShopManifest
from retour.connectors.errors import OutcomeUnknown, Unavailable
from retour.connectors.http import Door
from retour.connectors.magento_plugin.plugin import PARALLEL, Dialect, Place, Plugin
from retour.connectors.shops.magento1.config import Magento1Config
from retour.connectors.shops.magento1.mapping import means, payload, says, sent_status
from retour.connectors.shops.magento1.refusals import REFUSALS
from retour.core.capabilities import ShopCapabilities
from retour.core.model import Resolution, ShopSays

__all__ = ["MANIFEST", "PARALLEL", "Magento1"]

MAINTENANCE: Final = "service temporarily unavailable"
"""The heading of Magento 1's own maintenance page, and of a web server's that turns calls away."""

_DIALECT: Final = Dialect(
    REFUSALS,
    means,
    "The shop has no Channable API plugin at this address, or no store view of this number: check base_url and "
    "store_id, or install the plugin.",
)


class Magento1(Plugin):
    """A shop's verbs, through the plugin."""

    def __init__(self, config: Magento1Config, door: Door) -> None:
        token, base = config.token.get_secret_value(), f"{config.base_url}/channableapi/returns"
        create = f"{base}/index/code/{quote(token, safe='')}/store/{config.store_id}"
        super().__init__(
            door,
            Place(config.base_url, create, f"{base}/get", token),
            _DIALECT,
            create_timeout=config.create_timeout,
        )
        self._config = config

    async def create(self, request: ReturnRequest, key: str) -> ShopSays:
        """One POST. The plugin cannot be asked for `key`; it is kept with the row for a person who looks there.

        Magento 1 answers 503 not only in maintenance but for whatever went wrong unforeseen, at any moment (E9): only
        what calls itself maintenance has certainly not begun."""
        document = payload(request, key, self._config)
        try:
            ref = await self._made(document)
        except Unavailable as error:
            if error.code != "503" or MAINTENANCE in (error.words or "").casefold():
                raise
            failed = error
        else:
            return says(ref, sent_status(request))
        raise OutcomeUnknown(
            "The shop failed (503) and did not say whether it has registered the return.",
            code=failed.code,
            words=failed.words,
            request_id=failed.request_id,
        )


def _open(config: Magento1Config, door: Door) -> Shop:
    return Magento1(config, door)


def _capabilities(config: Magento1Config) -> ShopCapabilities:
    return ShopCapabilities(decides=frozenset(Resolution))


MANIFEST: Final = ShopManifest(
    key="magento1",
    name="Magento 1",
    config=Magento1Config,
    open=_open,
    capabilities=_capabilities,
    maturity=Maturity.BETA,
    parallel=PARALLEL,
)
