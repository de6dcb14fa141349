"""What a merchant fills in to connect Magento without a plugin: form, validation and secrets in one."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, model_validator

from retour.core.model import Resolution

FieldName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Words = Annotated[list[Annotated[str, Field(min_length=1)]], Field(min_length=1)]


def _web_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("must be a web address that begins with https://")
    if parts.query or parts.fragment or parts.username or parts.password:
        raise ValueError("only scheme, host and path are expected, without name, password, query or fragment")
    return value.rstrip("/")


def _empty_is_none(value: Any) -> Any:
    plain = value.get_secret_value() if isinstance(value, SecretStr) else value
    return None if isinstance(plain, str) and not plain.strip() else value


def _searchable(prefixes: list[str]) -> list[str]:
    if any("," in prefix for prefix in prefixes):
        raise ValueError("a prefix cannot hold a comma: Magento's search reads it as a separator")
    return list(dict.fromkeys(prefixes))


WebAddress = Annotated[str, AfterValidator(_web_address)]
Status = Annotated[Annotated[str, Field(pattern=r"^[a-z0-9_]{1,32}$")] | None, BeforeValidator(_empty_is_none)]
Secret = Annotated[SecretStr | None, BeforeValidator(_empty_is_none)]


class MagentoNativeConfig(BaseModel):
    """The settings of an Adobe Commerce or Magento Open Source shop without the Channable plugin."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, hide_input_in_errors=True)

    base_url: WebAddress = Field(
        description="The shop's address, such as https://shop.example.org, exactly as Magento has it as base URL."
    )
    store_code: str = Field(
        default="all",
        pattern=r"^[A-Za-z0-9_]{1,32}$",
        description="The code of the store view that is asked; all for every one.",
    )
    rest_url: Annotated[WebAddress | None, BeforeValidator(_empty_is_none)] = Field(
        default=None, description="Address of Magento's REST interface, where it is not rest/{store_code}/V1 below it."
    )
    sign_in: Literal["oauth1", "bearer"] = Field(
        default="oauth1",
        description="How the hub signs in as your integration: oauth1 with all four of its keys, or bearer with the "
        "access token alone, which Magento must allow first.",
    )
    consumer_key: Secret = Field(default=None, description="The integration's consumer key. Needed for oauth1.")
    consumer_secret: Secret = Field(default=None, description="The integration's consumer secret. Needed for oauth1.")
    access_token: SecretStr = Field(min_length=1, description="The integration's access token.")
    access_token_secret: Secret = Field(
        default=None, description="The integration's access token secret. Needed for oauth1."
    )
    representation: Literal["auto", "rma", "comment"] = Field(
        default="auto",
        description="What a return request becomes: rma, a return of Adobe Commerce; comment, an internal comment at "
        "the order, as Magento Open Source has no returns; auto finds out once which it is.",
    )
    search_by_id: bool = Field(
        default=True,
        description="Returns are read together, by their ids. Switch it off where the shop fails at that: then each "
        "return is read with a call of its own.",
    )
    reason_options: dict[str, str] = Field(
        default={
            "wrong_size_fit": "Wrong Size",
            "defective": "Out of Service",
            "damaged_in_transit": "Out of Service",
            "warranty": "Out of Service",
        },
        description="Which of your return reasons stands for which reason of the hub. Any other becomes reason_other.",
    )
    reason_other: str = Field(default="Other", description="Your return reason for all other reasons.")
    condition: str = Field(default="Opened", description="The item condition that a new return is made with.")
    requested_resolution: str = Field(
        default="Refund",
        description="The resolution that a new return is made with. It decides nothing: what stands there when you "
        "approve does.",
    )
    accept_resolutions: Words = Field(
        default=["Refund", "Store Credit", "Terugbetaling", "Terugbetalen", "Tegoed", "Rückerstattung", "Gutschrift"],
        description="The resolutions of an approved return that mean accept, written in full.",
    )
    exchange_resolutions: Words = Field(
        default=["exchange", "replace", "omruil", "ruilen", "umtausch", "échange"],
        description="A resolution with a word that begins like one of these means exchange.",
    )
    repair_resolutions: Words = Field(
        default=["repair", "reparatie", "repareren", "reparatur", "répar"],
        description="A resolution with a word that begins like one of these means repair.",
    )
    keep_resolutions: Words = Field(
        default=["keep", "behoud", "behalt", "behält", "garde"],
        description="A resolution with a word that begins like one of these means keep: refunded, the customer keeps "
        "the product.",
    )
    requested_status: Status = Field(
        default=None,
        description="comment only: the code of the order status that an order with a new return request gets, such as "
        "your own return_requested. Empty: its status is left alone.",
    )
    accept_status: Status = Field(default=None, description="comment only: the order status that means accept.")
    reject_status: Status = Field(default=None, description="comment only: the order status that means reject.")
    repair_status: Status = Field(default=None, description="comment only: the order status that means repair.")
    exchange_status: Status = Field(default=None, description="comment only: the order status that means exchange.")
    keep_status: Status = Field(default=None, description="comment only: the order status that means keep.")
    cancel_status: Status = Field(default=None, description="comment only: the order status that means cancel.")
    credit_memos: bool = Field(
        default=True,
        description="comment only: a credit memo for all units of a return, made after its request, means accept.",
    )
    order_search_fields: list[FieldName] = Field(
        default=["increment_id", "ext_order_id"],
        min_length=1,
        description="The fields of the shop's orders that may hold the marketplace's order number.",
    )
    order_prefixes: Annotated[list[str], AfterValidator(_searchable)] = Field(
        default=[""],
        min_length=1,
        description="What the shop puts before the marketplace's order number, such as BOL-; empty for nothing. All "
        "of them are tried.",
    )

    report_shop_returns: bool = Field(
        default=False,
        description="rma only: what you return here yourself, of an order that came from a marketplace where you may "
        "report returns, is reported there. Only returns that are made after this was switched on.",
    )

    @property
    def rest(self) -> str:
        return self.rest_url or f"{self.base_url}/rest/{self.store_code}/V1"

    @property
    def decisions(self) -> Mapping[str, Resolution]:
        """What each mapped order status means."""
        given = {getattr(self, f"{resolution}_status"): resolution for resolution in Resolution}
        return MappingProxyType({status: resolution for status, resolution in given.items() if status is not None})

    @model_validator(mode="after")
    def _is_whole(self) -> "MagentoNativeConfig":
        if self.sign_in == "oauth1" and None in (self.consumer_key, self.consumer_secret, self.access_token_secret):
            raise ValueError("oauth1 needs consumer_key, consumer_secret and access_token_secret")
        names = ("requested_status", *(f"{resolution}_status" for resolution in Resolution))
        filled = [status for name in names if (status := getattr(self, name)) is not None]
        if len(filled) != len(set(filled)):
            raise ValueError("each order status can mean one thing: a code stands in two fields")
        return self
