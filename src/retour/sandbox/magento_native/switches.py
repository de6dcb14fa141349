"""What the merchant can set, what the contract page infers, and what can go wrong, in the simulated shop."""

from typing import Final, Literal

from pydantic import Field

from retour.sandbox.magento.front import FrontSwitches

ORDERS: Final = "Magento_Sales::actions_view"
COMMENTS: Final = "Magento_Sales::comment"
MEMOS: Final = "Magento_Sales::sales_creditmemo"
REFUNDS: Final = "Magento_Sales::creditmemo"
RETURNS: Final = "Magento_Rma::rma"

RESOURCES: Final = (ORDERS, COMMENTS, MEMOS, REFUNDS, RETURNS)
"""What an integration can be allowed to do; the names are inferred (contract A1)."""

STORES: Final = {1: "default", 2: "second"}
"""The store views: id to code."""

ANY_STORE_CODES: Final = frozenset({*STORES.values(), "all"})
"""What may stand in `/rest/{store}/V1`."""

Edition = Literal["commerce", "open_source"]
OptionAttribute = Literal["reason", "condition", "resolution"]


class MagentoNativeSwitches(FrontSwitches):
    """The shop's settings first, then what the page infers, as it assumes it."""

    edition: Edition = Field(default="commerce", description="open_source: the returns' routes are 404 (A2)")
    bearer_enabled: bool = Field(default=False, description="the access token alone is taken as Bearer (A1)")
    resources: list[str] = Field(default=list(RESOURCES), description="what the integration may do; else 401 (A1)")
    page_size_limit: int | None = Field(default=None, description="the input limit; Magento's own default is 300 (A1)")
    developer_mode: bool = Field(default=False, description="errors carry a `trace` with server paths (A1)")
    required_options: list[OptionAttribute] = Field(
        default=["reason", "condition", "resolution"], description="attributes of a return's item that must be given"
    )

    timestamp_window_seconds: int | None = Field(
        default=600, ge=0, description="how far `oauth_timestamp` may be from the simulator's clock; null: any time"
    )
    repeat_last_page: bool = Field(default=True, description="a page past the last repeats the last one (A1)")
    entity_id_filterable: bool = Field(default=True, description="returns can be searched by entity_id (A2)")
    check_quantities: bool = Field(default=True, description="a return takes at most shipped less already in one (A2)")
    check_options: bool = Field(default=True, description="reason, condition, resolution must be known option ids")
    configurable_row: Literal["parent", "child"] = Field(
        default="parent", description="which order row of a configurable product is shipped, so returnable (A2)"
    )
    create_refused: bool = Field(default=False, description="RMA is off for the store, and REST refuses too (A2)")
    guest_customer_id: bool = Field(default=False, description="a guest's return has customer_id 0, not no field")
    status_must_fit_state: bool = Field(default=True, description="a comment's status must be one of the state (A3)")
    touch_updated_at: bool = Field(default=True, description="a comment or credit memo changes updated_at (A3)")
    times_ahead_hours: float = Field(default=0, description="how far the shop's times are from UTC (A1)")
