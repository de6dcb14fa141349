"""What a merchant fills in to connect a Magento 2 shop: form, validation and secrets in one."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from retour.connectors.magento_plugin.settings import StoreId, WebAddress, address, filled_in, stripped, unpasted

OrderReference = Literal["increment_id", "hub_order_id", "marketplace_order"]
SettledStatus = Literal["accepted", "complete"]
Secret = Annotated[SecretStr | None, AfterValidator(filled_in)]
FieldName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class Magento2Config(BaseModel):
    """The settings of a Magento 2 shop with the Channable plugin.

    The plugin shows the merchant one address per store view that holds everything at once,
    `{base}/channable/returns/hook/store/{store}/code/{token}` (contract magento.md, A1). Pasted whole as `base_url`,
    it is taken apart here, so that the token is kept as the secret it is."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    base_url: WebAddress = Field(
        description="The store view's own address, such as https://shop.example.org/ - exactly as Magento has it as "
        "base URL. The returns hook address that the plugin shows may be pasted whole instead: store view and token "
        "are then taken from it.",
    )
    store_id: StoreId = Field(default="1", description="The number of the store view, as in the plugin's hook address.")
    token: SecretStr = Field(description="The plugin's token: the last part of its hook address.")
    order_reference: OrderReference = Field(
        default="increment_id",
        description="What the plugin finds the shop's order by: the shop's own order number (increment_id), the number "
        "with which the order was brought into the shop, its Channable id (hub_order_id: plugins from before March "
        "2022; link that number here), or the marketplace's order number (marketplace_order: shops whose orders carry "
        "it as their own).",
    )
    settled_status: SettledStatus = Field(
        default="accepted",
        description="How a return that the marketplace has handled itself is registered: accepted or complete.",
    )
    item_gtin: Literal["gtin", "sku"] = Field(
        default="gtin",
        description="What the plugin finds the product by: gtin, or sku when the EAN attribute in the plugin's "
        "settings is the SKU.",
    )
    comment_details: bool = Field(
        default=False,
        description="Write delivery and billing address below the customer's comment. The plugin keeps addresses but "
        "its grid does not show them.",
    )
    create_timeout: int = Field(
        default=60,
        ge=15,
        le=300,
        description="How many seconds the shop may take to register a return. Just after its cache was emptied, "
        "Magento takes 7 to 12 seconds for the first call.",
    )
    integration_token: Secret = Field(
        default=None,
        description="Access token of a Magento integration that may read orders; with it the hub finds the shop's "
        "order of a marketplace order. Alone it works only where Magento allows access tokens as standalone bearer "
        "tokens; with the integration's three other keys it works everywhere.",
    )
    consumer_key: Secret = Field(
        default=None, description="The integration's consumer key, to sign its calls with OAuth 1.0a."
    )
    consumer_secret: Secret = Field(default=None, description="The integration's consumer secret. Goes with the key.")
    integration_token_secret: Secret = Field(
        default=None, description="The integration's access token secret. Goes with the key."
    )
    rest_url: str | None = Field(
        default=None,
        description="Address of Magento's REST interface, where it is not rest/V1 below base_url.",
    )
    order_search_fields: list[FieldName] = Field(
        default=["increment_id", "ext_order_id"],
        min_length=1,
        description="The fields of the shop's orders that may hold the marketplace's order number.",
    )
    order_prefixes: list[str] = Field(
        default=[""],
        min_length=1,
        description="What the shop puts before the marketplace's order number, such as BOL-; empty for nothing. "
        "All of them are tried.",
    )

    @model_validator(mode="before")
    @classmethod
    def _take_pasted_hook_apart(cls, given: Any) -> Any:
        return unpasted(given, "channable", {"returns/hook", "returns/status"})

    @field_validator("rest_url")
    @classmethod
    def _is_address_or_empty(cls, value: str | None) -> str | None:
        return address(value) if value else None

    @field_validator("token")
    @classmethod
    def _is_filled_in(cls, value: SecretStr) -> SecretStr:
        return stripped(value, "is empty: the plugin shows it as the last part of its returns hook address")

    @field_validator("order_prefixes")
    @classmethod
    def _without_commas(cls, value: list[str]) -> list[str]:
        if any("," in prefix for prefix in value):
            raise ValueError("a prefix cannot hold a comma: Magento's search reads it as a separator")
        return list(dict.fromkeys(value))

    @model_validator(mode="after")
    def _fits_together(self) -> "Magento2Config":
        signing = (self.consumer_key, self.consumer_secret, self.integration_token_secret)
        if any(signing) and not all((*signing, self.integration_token)):
            raise ValueError(
                "calls are signed with all four keys of the integration: consumer_key, consumer_secret, "
                "integration_token and integration_token_secret"
            )
        if self.integration_token and self.order_reference == "hub_order_id":
            raise ValueError(
                "order_reference hub_order_id needs the orders' Channable ids, which Magento's search does not tell: "
                "leave integration_token empty and link those numbers"
            )
        return self

    @property
    def rest(self) -> str:
        """Where Magento's REST interface is (contracts magento-native.md A1, magento.md A10)."""
        return self.rest_url or f"{self.base_url}/rest/V1"
