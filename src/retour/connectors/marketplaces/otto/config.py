"""The settings of an OTTO connection: form, validation and secrets in one."""

from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr


def _web_address(value: str) -> str:
    parts = urlsplit(value.strip())
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("a web address is expected, such as https://api.otto.market")
    if parts.query or parts.fragment or parts.username or parts.password:
        raise ValueError("only scheme, host and path are expected, without name, password, query or fragment")
    return value.strip().rstrip("/")


WebAddress = Annotated[str, AfterValidator(_web_address)]

Key = Annotated[str, Field(min_length=1)]

Acceptance = Literal[
    "RETURN_RECEIVED",
    "STATUS_SENT_BY_ACCIDENT",
    "CANCEL_REQUEST_BY_CUSTOMER",
    "REFUND_AFTER_AFFIDAVIT",
    "COMPLAINT",
    "SHIPMENT_LOST",
    "RETURN_LOST",
    "UNDELIVERABLE",
]
Rejection = Literal[
    "THIRD_PARTY_ITEM",
    "WRONG_ITEM",
    "EXCHANGE",
    "DAMAGE_TO_THE_HYGIENE_SEAL",
    "ITEM_DAMAGED",
    "RETURN_PERIOD_EXCEEDED",
    "ITEM_NOT_IN_THE_PARCEL",
]


class OttoConfig(BaseModel):
    """What a merchant fills in. Credentials are made in OTTO Partner Connect."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, hide_input_in_errors=True)

    api_url: WebAddress = Field(
        default="https://api.otto.market", description="Address of OTTO's API, its access tokens included."
    )
    client_id: Key = Field(description="Client id of your app in OTTO Partner Connect.")
    client_secret: SecretStr = Field(min_length=1, description="Client secret of your app in OTTO Partner Connect.")
    scopes: Key = Field(default="orders returns", description="The permissions that are asked for at sign-in.")
    accept_as: Acceptance = Field(
        default="RETURN_RECEIVED", description="OTTO's reason for a refund of what came back, unless you choose one."
    )
    keep_as: Acceptance | Literal["by_hand"] = Field(
        default="COMPLAINT",
        description=(
            "OTTO's reason for a refund when the customer keeps the product."
            " by_hand: you do it in OTTO Partner Connect."
        ),
    )
    reject_as: Rejection | Literal["chosen"] = Field(
        default="chosen",
        description=(
            "OTTO's reason for a refusal. chosen: you choose one each time."
            " Otherwise this one is told whenever none is chosen, whatever the words that the shop gives."
        ),
    )
    exchange_as_rejection: bool = Field(
        default=False,
        description=(
            "Tell OTTO of an exchange as a refusal with the reason EXCHANGE: the customer is not refunded,"
            " and you send the other product outside of OTTO. Otherwise you do it by hand."
        ),
    )
    condition: Literal["", "A", "B", "C", "D", "E"] = Field(
        default="",
        description=(
            "The condition that OTTO is told of everything that came back: A original packaging, B mint, C slightly"
            " used, D heavily used, E something is missing. Empty tells none."
        ),
    )
    look_before_refund: bool = Field(
        default=True,
        description=(
            "Ask OTTO's order, just before a refund, whether the unit was refunded meanwhile."
            " OTTO does not say what a second acceptance does."
        ),
    )
    parcels: bool = Field(
        default=False,
        description=(
            "Also read parcels on their way back: their numbers, when they arrived, and units that customers sent back"
            " unannounced. The app may need the permission shipments, and scopes then has to name it."
        ),
    )
    ended_pages: int = Field(
        default=10,
        ge=1,
        le=1000,
        description=(
            "How many pages of 50 accepted, and of rejected, returns are read at most in a round;"
            " five times as many once a day."
        ),
    )
