"""What a merchant fills in to connect a Magento 2 shop: form, validation and secrets in one."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal
from urllib.parse import parse_qsl, unquote, urlsplit, urlunsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

OrderReference = Literal["increment_id", "hub_order_id", "marketplace_order"]
SettledStatus = Literal["accepted", "complete"]
FieldName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]

_HOOK = re.compile(r"/channable/(?P<call>[a-z]+/[a-z]+)(?P<pairs>(?:/[^/?#]*)*)$")


class Magento2Config(BaseModel):
    """The settings of a Magento 2 shop with the Channable plugin.

    The plugin shows the merchant one address per store view that holds everything at once,
    `{base}/channable/returns/hook/store/{store}/code/{token}` (contract magento.md, A1). Pasted whole as `base_url`,
    it is taken apart here, so that the token is kept as the secret it is."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    base_url: str = Field(
        description="The store view's own address, such as https://shop.example.org/ - exactly as Magento has it as "
        "base URL. The returns hook address that the plugin shows may be pasted whole instead: store view and token "
        "are then taken from it.",
    )
    store_id: str = Field(
        default="1", pattern=r"^\d{1,10}$", description="The number of the store view, as in the plugin's hook address."
    )
    token: SecretStr = Field(description="The plugin's token: the last part of its hook address.")
    order_reference: OrderReference = Field(
        default="increment_id",
        description="What the plugin finds the shop's order by: the shop's own order number (increment_id), the hub's "
        "number (hub_order_id: plugins from before March 2022), or the marketplace's order number (marketplace_order: "
        "shops whose orders carry it as their own).",
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
    integration_token: SecretStr | None = Field(
        default=None,
        description="Access token of a Magento integration that may read orders; with it the hub finds the shop's "
        "order of a marketplace order. Magento must allow access tokens as standalone bearer tokens.",
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
        if not isinstance(given, Mapping) or not isinstance(given.get("base_url"), str):
            return given
        base, pasted = _split(given["base_url"].strip())
        merged = {**given, "base_url": base}
        for name, value in pasted.items():
            own = _plain(given.get(name))
            if own and own != value:
                raise ValueError(f"base_url is a hook address with another {name} than the one given beside it")
            merged[name] = value
        return merged

    @field_validator("store_id", mode="before")
    @classmethod
    def _number_is_text(cls, value: Any) -> Any:
        return str(value) if isinstance(value, int) and not isinstance(value, bool) else value

    @field_validator("base_url")
    @classmethod
    def _is_address(cls, value: str) -> str:
        return _address(value)

    @field_validator("rest_url")
    @classmethod
    def _is_address_or_empty(cls, value: str | None) -> str | None:
        return _address(value) if value else None

    @field_validator("token")
    @classmethod
    def _is_filled_in(cls, value: SecretStr) -> SecretStr:
        if not value.get_secret_value().strip():
            raise ValueError("is empty: the plugin shows it as the last part of its returns hook address")
        return SecretStr(value.get_secret_value().strip())

    @field_validator("integration_token")
    @classmethod
    def _may_be_empty(cls, value: SecretStr | None) -> SecretStr | None:
        plain = value.get_secret_value().strip() if value else ""
        return SecretStr(plain) if plain else None

    @field_validator("order_prefixes")
    @classmethod
    def _without_commas(cls, value: list[str]) -> list[str]:
        if any("," in prefix for prefix in value):
            raise ValueError("a prefix cannot hold a comma: Magento's search reads it as a separator")
        return list(dict.fromkeys(value))

    @property
    def rest(self) -> str:
        """Where Magento's REST interface is (contracts magento-native.md A1, magento.md A10)."""
        return self.rest_url or f"{self.base_url}/rest/V1"


def _address(value: str) -> str:
    """Without a trailing slash."""
    parts = urlsplit(value.strip())
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("must be a web address that begins with https://")
    if parts.username or parts.password:
        raise ValueError("must not hold a user name or password")
    if parts.query or parts.fragment:
        raise ValueError("must end before the question mark or hash sign")
    return value.strip().rstrip("/")


def _split(address: str) -> tuple[str, dict[str, str]]:
    """A pasted hook address as the base URL, and the settings that it holds. Any other address stays as it is."""
    parts = urlsplit(address)
    hook = _HOOK.search(parts.path)
    if hook is None:
        return address, {}
    if hook["call"] not in {"returns/hook", "returns/status"}:
        raise ValueError("base_url is the address of another hook of the plugin: paste its returns hook address")
    names = [unquote(part) for part in hook["pairs"].split("/")[1:]]
    found = dict(parse_qsl(parts.query)) | dict(zip(names[::2], names[1::2], strict=False))
    base = urlunsplit((parts.scheme, parts.netloc, parts.path[: hook.start()], "", ""))
    pasted = {"store_id": found.get("store", ""), "token": found.get("code", "").strip()}
    return base, {name: value for name, value in pasted.items() if value}


def _plain(value: Any) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value or "").strip()
