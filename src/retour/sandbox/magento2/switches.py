"""What the merchant can set, and what can go wrong, in the simulated shop."""

from typing import Final

from pydantic import Field

from retour.sandbox.magento.front import FrontSwitches
from retour.sandbox.magento.integration import ACCESS_TOKEN

TOKEN: Final = "4q7zk2m9x1c8v5b3n6a0s7d4f1g8h5j2k9l6p3o0i7u4y1t8r5e2w9q6z3x0c7vm"  # noqa: S105 - of a simulated shop
"""The plugin's secret as it was generated: 64 characters a-z0-9 (contract A1, Auth)."""

INTEGRATION_TOKEN: Final = ACCESS_TOKEN
"""The access token of the shop's one integration; alone, as `Authorization: Bearer`, it opens `/rest` too."""

ORDERS: Final = "Magento_Sales::actions_view"
MEMOS: Final = "Magento_Sales::sales_creditmemo"

DEFAULT_STORE: Final = "1"
"""The store view that Magento resolves for a URL that names none."""

STORES: Final = {"1": "default", "2": "second"}
"""The store views: id to code. Any other id is unknown to the shop."""

ANY_STORE_CODES: Final = frozenset({*STORES.values(), "all"})
"""What may stand in `/rest/{store}/V1`."""


class Magento2Switches(FrontSwitches):
    """Settings of the shop (contract A2) first, then its failures (contract E9-E15), then its REST side."""

    token: str | None = Field(default=TOKEN, description="null: the plugin has no token yet")
    extension_enabled: bool = Field(default=True, description="the plugin's main switch; off refuses create only (E11)")
    returns_enabled: dict[str, bool] = Field(default=dict.fromkeys(STORES, True), description="per store view id")
    ean_attribute: str = Field(
        default="sku", description="what `item.gtin` is matched on: sku, id, or an EAN attribute"
    )
    auto_update: bool = Field(default=False, description="any credit memo accepts matching pending returns")
    auto_process_complete: bool = Field(default=False, description="import as complete or accepted books a credit memo")
    auto_decide: str | None = Field(default=None, description="the status every new return gets when it is asked about")

    post_redirects: bool = Field(default=False, description="a plugin before 1.4.10: CSRF check answers POST with 302")
    plugin_missing: bool = Field(default=False, description="404 HTML on the plugin's routes")
    missing_table: bool = Field(default=False, description="create answers 200 with SQL text, status 500")
    save_error: str | None = Field(default=None, description="the database's words when a row cannot be saved")

    bearer_enabled: bool = Field(default=True, description="the access token alone is taken as Bearer")
    resources: list[str] = Field(default=[ORDERS, MEMOS], description="what the integration may do; else 401")
    timestamp_window_seconds: int | None = Field(
        default=600, ge=0, description="how far `oauth_timestamp` may be from the simulator's clock; null: any time"
    )
    repeat_last_page: bool = Field(default=True, description="a page past the last repeats the last one")
    page_size_limit: int | None = Field(default=None, description="the REST input limit; Magento's own default is 300")
