"""The settings of a bol connection: form, validation and secrets in one."""

from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr


def _web_address(value: str) -> str:
    parts = urlsplit(value.strip())
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("a web address is expected, such as https://api.bol.com")
    if parts.query or parts.fragment or parts.username or parts.password:
        raise ValueError("only scheme, host and path are expected, without name, password, query or fragment")
    return value.strip().rstrip("/")


WebAddress = Annotated[str, AfterValidator(_web_address)]

Key = Annotated[str, Field(min_length=1)]


class BolConfig(BaseModel):
    """What a merchant fills in. Credentials are made in bol's seller account, under API settings."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, hide_input_in_errors=True)

    api_url: WebAddress = Field(default="https://api.bol.com", description="Address of bol's Retailer API.")
    login_url: WebAddress = Field(
        default="https://login.bol.com/token", description="Full address where bol hands out access tokens."
    )
    client_id: Key = Field(description="Client id of the API credentials.")
    client_secret: SecretStr = Field(min_length=1, description="Client secret of the API credentials.")
    keep_as: Literal["RETURN_RECEIVED", "by_hand"] = Field(
        default="RETURN_RECEIVED",
        description=(
            "How bol is told that the customer keeps the product and is refunded. RETURN_RECEIVED is bol's only word"
            " that refunds; bol's CUSTOMER_KEEPS_PRODUCT_PAID does not. by_hand: you do it in your seller account."
        ),
    )
    cancel_as: Literal["CUSTOMER_KEEPS_PRODUCT_PAID", "RETURN_DOES_NOT_MEET_CONDITIONS", "by_hand"] = Field(
        default="CUSTOMER_KEEPS_PRODUCT_PAID",
        description=(
            "How bol is told that a return is cancelled: no refund, the customer keeps the product."
            " by_hand: you do it in your seller account."
        ),
    )
    fbb: bool = Field(
        default=True, description="Also show returns that bol's own warehouse handles (Logistics via bol, FBB)."
    )
    handled_pages: int = Field(
        default=10,
        ge=1,
        le=1000,
        description="How many pages of 50 handled returns are read at most in a round; five times as many once a day.",
    )
