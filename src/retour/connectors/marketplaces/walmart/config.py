"""The settings of a Walmart connection: form, validation and secrets in one."""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr


def _web_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("a web address is expected, such as https://marketplace.walmartapis.com")
    if parts.query or parts.fragment or parts.username or parts.password:
        raise ValueError("only scheme, host and path are expected, without name, password, query or fragment")
    return value.rstrip("/")


WebAddress = Annotated[str, AfterValidator(_web_address)]

HeaderText = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[\x20-\x7e]+$")]


class WalmartConfig(BaseModel):
    """What a merchant fills in. The keys are made in Walmart's developer portal."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, hide_input_in_errors=True)

    api_url: WebAddress = Field(
        default="https://marketplace.walmartapis.com", description="Address of Walmart's Marketplace API (US)."
    )
    client_id: HeaderText = Field(description="Client id of the production keys in Walmart's developer portal.")
    client_secret: SecretStr = Field(min_length=1, description="Client secret that belongs to the client id.")
    service_name: HeaderText = Field(
        default="Walmart Marketplace", description="The name under which Walmart sees the calls (WM_SVC.NAME)."
    )
    channel_type: HeaderText | None = Field(
        default=None,
        description="Only for solution providers: the consumer channel type that Walmart gave you.",
    )
    wfs: bool = Field(
        default=True,
        description="Also show, once a day, returns of what Walmart sent for you (WFS). Walmart handles them itself.",
    )
    deep_days: int = Field(
        default=31, ge=2, le=365, description="How many days of changes are read again once a day, besides the newest."
    )
    refund_shows_within: int = Field(
        default=30,
        ge=0,
        le=1440,
        description=(
            "Minutes in which Walmart shows a refund that it has taken. A refund whose answer was lost and that a"
            " person wants sent again waits at least so long, so that it is not paid twice."
        ),
    )
