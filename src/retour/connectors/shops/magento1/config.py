"""What a merchant fills in to connect a Magento 1 shop: form, validation and secrets in one."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from retour.connectors.magento_plugin.settings import StoreId, WebAddress, stripped, unpasted

OrderReference = Literal["hub_order_id", "marketplace_order"]


class Magento1Config(BaseModel):
    """The settings of a Magento 1 shop with the Channable API plugin.

    The plugin shows no address for returns, but one for orders that holds the same things,
    `{base}/channableapi/order/.../code/{token}/store/{store}` (contract magento.md, Part B). Pasted whole as
    `base_url`, it is taken apart here, so that the token is kept as the secret it is."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    base_url: WebAddress = Field(
        description="The store view's own address, such as https://shop.example.org/ - exactly as Magento has it as "
        "base URL. The order webhook address that the plugin shows may be pasted whole instead: store view and token "
        "are then taken from it.",
    )
    store_id: StoreId = Field(
        default="1", description="The number of the store view, as in the plugin's order webhook address."
    )
    token: SecretStr = Field(
        description="The Channable token of the shop: it stands behind code/ in the plugin's order webhook address."
    )
    order_reference: OrderReference = Field(
        default="hub_order_id",
        description="What the plugin finds the shop's order by: the number with which the order was brought into the "
        "shop (its Channable id), a whole number. hub_order_id: only where it is linked to the order here; "
        "marketplace_order: where none is linked, the marketplace's order number is that number.",
    )
    comment_details: bool = Field(
        default=False,
        description="Write delivery and billing address below the customer's comment. They are sent to the plugin "
        "either way, which keeps them beside the return.",
    )
    create_timeout: int = Field(
        default=60,
        ge=15,
        le=300,
        description="How many seconds the shop may take to register a return. The first call after its cache was "
        "emptied is a slow one.",
    )

    @model_validator(mode="before")
    @classmethod
    def _take_pasted_hook_apart(cls, given: Any) -> Any:
        return unpasted(given, "channableapi")

    @field_validator("token")
    @classmethod
    def _is_filled_in(cls, value: SecretStr) -> SecretStr:
        return stripped(value, "is empty: it stands behind code/ in the plugin's order webhook address")
