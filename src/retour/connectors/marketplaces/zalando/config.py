"""The settings of a Zalando connection: form, validation and secrets in one."""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr


def _web_address(value: str) -> str:
    parts = urlsplit(value.strip())
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("a web address is expected, such as https://api.merchants.zalando.com")
    if parts.query or parts.fragment or parts.username or parts.password:
        raise ValueError("only scheme, host and path are expected, without name, password, query or fragment")
    return value.strip().rstrip("/")


WebAddress = Annotated[str, AfterValidator(_web_address)]

Key = Annotated[str, Field(min_length=1)]


class ZalandoConfig(BaseModel):
    """What a merchant fills in. The app and its credentials are made in Zalando's zDirect portal."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, hide_input_in_errors=True)

    api_url: WebAddress = Field(
        default="https://api.merchants.zalando.com", description="Address of Zalando's API, its access tokens included."
    )
    merchant_id: str = Field(
        pattern=r"^[0-9A-Za-z-]+$", description="Your merchant id at Zalando: a long code with dashes."
    )
    client_id: Key = Field(description="Client id of your app in the zDirect portal.")
    client_secret: SecretStr = Field(min_length=1, description="Client secret of your app in the zDirect portal.")
    token_scope: str = Field(
        default="access_token_only", description="What is asked for at sign-in; empty asks for nothing in particular."
    )
    announced_returns: bool = Field(
        default=True,
        description=(
            "Show a return as soon as the customer makes a label on Zalando's site."
            " Otherwise only what you report yourself is shown, and what Zalando refunds."
        ),
    )
    announced_days: int = Field(
        default=30,
        ge=1,
        le=365,
        description="How many days of announced returns are read again once a day.",
    )
    returns_handled_by_zalando: bool = Field(
        default=False,
        description=(
            "Zalando itself handles your returns (Zalando Shipping Solutions or Return Solutions: ZSS, ZRS):"
            " nothing is told, what Zalando refunds is only shown."
        ),
    )
    keep_as_accept: bool = Field(
        default=False,
        description=(
            "Tell Zalando that a product came back when you decide that the customer keeps it and is refunded."
            " It is Zalando's only way to a refund. Otherwise you do it by hand."
        ),
    )
