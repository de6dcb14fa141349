"""The settings of an Amazon connection: form, validation and secrets in one."""

from ipaddress import ip_address
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationInfo,
    field_validator,
)


def _web_address(value: str) -> str:
    parts = urlsplit(value.strip())
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("a web address is expected, such as https://sellingpartnerapi-eu.amazon.com")
    if parts.query or parts.fragment or parts.username or parts.password:
        raise ValueError("only scheme, host and path are expected, without name, password, query or fragment")
    return value.strip().rstrip("/")


WebAddress = Annotated[str, AfterValidator(_web_address)]
Key = Annotated[str, Field(min_length=1)]
MarketplaceId = Annotated[str, Field(pattern=r"^[A-Z0-9]{10,20}$")]


def _each_once(ids: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(ids)) != len(ids):
        raise ValueError("each marketplace is named once")
    return ids


LEAST_MINUTES = 30
"""Asked for the same report every few minutes, Amazon cancels it (contract 3, 10)."""


def _is_sandbox(url: str) -> bool:
    """Amazon's own, or one on this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.startswith("sandbox.")


class AmazonConfig(BaseModel):
    """What a merchant fills in: one seller account in one of Amazon's three regions."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, hide_input_in_errors=True)

    api_url: WebAddress = Field(
        default="https://sellingpartnerapi-eu.amazon.com",
        description=(
            "Address of the Selling Partner API of your region: sellingpartnerapi-eu, sellingpartnerapi-na (America) or"
            " sellingpartnerapi-fe (Japan, Australia, Singapore) .amazon.com."
        ),
    )
    login_url: WebAddress = Field(
        default="https://api.amazon.com/auth/o2/token",
        description="Full address where Login with Amazon hands out access tokens.",
    )
    client_id: Key = Field(description="Client id of your application (LWA credentials).")
    client_secret: SecretStr = Field(min_length=1, description="Client secret of your application (LWA credentials).")
    refresh_token: SecretStr = Field(
        min_length=1, description="Refresh token that Amazon showed when you authorised the application."
    )
    seller_id: Key = Field(
        description="Your merchant token (seller id), as Seller Central's account information shows it."
    )
    marketplace_ids: Annotated[tuple[MarketplaceId, ...], AfterValidator(_each_once)] = Field(
        min_length=1,
        max_length=25,
        description="The ids of the marketplaces that you sell in, all of this region: A1805IZSGTT6HS is Amazon.nl.",
    )
    report: Literal["xml", "flat"] = Field(
        default="xml",
        description=(
            "Which of Amazon's two returns reports is read. flat: the tab-separated one, which may name the order item."
            " Where Amazon cannot make the chosen one, the other is asked for."
        ),
    )
    report_minutes: int = Field(
        default=LEAST_MINUTES,
        ge=1,
        le=60,
        description=(
            "How often, in minutes, a report of the newest days is asked for: from 30 to 60. Fewer work with a sandbox"
            " only, together with a shorter poll_every of the connection."
        ),
    )
    fba: bool = Field(default=True, description="Also show returns that Amazon's own warehouses received (FBA).")
    external_returns: bool = Field(
        default=False,
        description=(
            "Also read External Fulfillment Returns: only for accounts in Seller Flex, Easy Ship, Self Ship or alike,"
            " with the role Direct to Consumer Shipping (Restricted). It tells where parcels are, and takes no answer."
        ),
    )
    keep_reason: Literal["CustomerReturn", "GeneralAdjustment"] = Field(
        default="CustomerReturn",
        description="The reason that Amazon is given for a refund where the customer keeps the product.",
    )
    subtract_discounts: bool = Field(
        default=True, description="Refund what the buyer paid: the price without the discount of a promotion."
    )
    refund_shipping: bool = Field(
        default=False, description="Also refund outbound shipping and gift wrap, in proportion, with each return."
    )
    tax_components: tuple[MarketplaceId, ...] = Field(
        default=(),
        description=(
            "Marketplaces with prices before tax (US, CA) where tax is refunded as a component of its own. Usually"
            " none: tax that Amazon collects, Amazon gives back."
        ),
    )
    net_marketplaces: tuple[MarketplaceId, ...] = Field(
        default=("ATVPDKIKX0DER", "A2EUQ1WTGCTBG2"),
        description=(
            "Marketplaces whose prices are before tax. In all others what the buyer paid, tax included, is refunded as"
            " the price."
        ),
    )
    closed_without_refund: Literal["ended", "unclear"] = Field(
        default="ended",
        description=(
            "What it means when Amazon closes a return and shows no refund. ended: it ended without one. unclear: the"
            " return is closed, without saying how."
        ),
    )
    send_again: bool = Field(
        default=False,
        description=(
            "What happens to refunds whose feed was submitted without an answer, and that Amazon's list of feeds does"
            " not show. Off: you are asked. On: they are sent again."
        ),
    )
    first_scan_hours: int = Field(
        default=24,
        ge=0,
        le=240,
        description="How long a refund waits for one that Amazon has announced to make itself, before you are asked.",
    )

    @field_validator("report_minutes")
    @classmethod
    def _not_too_often(cls, value: int, info: ValidationInfo) -> int:
        if value < LEAST_MINUTES and not _is_sandbox(info.data.get("api_url", "")):
            raise ValueError(f"Amazon makes a report every {LEAST_MINUTES} minutes at most; only a sandbox more often")
        return value
