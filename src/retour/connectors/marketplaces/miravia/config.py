"""The settings of a Miravia connection: form, validation and secrets in one."""

from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr


def _web_address(value: str) -> str:
    parts = urlsplit(value.strip())
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("a web address is expected, such as https://api.miravia.es/rest")
    if parts.query or parts.fragment or parts.username or parts.password:
        raise ValueError("only scheme, host and path are expected, without name, password, query or fragment")
    return value.strip().rstrip("/")


WebAddress = Annotated[str, AfterValidator(_web_address)]


class MiraviaConfig(BaseModel):
    """What a merchant fills in. The app is made at Miravia's open platform; the tokens come from its authorisation."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, hide_input_in_errors=True)

    api_url: WebAddress = Field(
        default="https://api.miravia.es/rest", description="Address of Miravia's open platform."
    )
    client_id: str = Field(min_length=1, description="App key of your app at Miravia's open platform.")
    app_secret: SecretStr = Field(min_length=1, description="App secret of your app at Miravia's open platform.")
    access_token: SecretStr = Field(min_length=1, description="Access token from the authorisation of your shop.")
    refresh_token: SecretStr = Field(
        min_length=1,
        description=(
            "Refresh token from the same authorisation. It works once: from then on Retour keeps its successors by"
            " itself. Fill in both tokens anew only after a new authorisation."
        ),
    )
    aliexpress: bool = Field(
        default=False, description="Also show returns of what you sell on AliExpress through your Miravia account."
    )
    cancellations: bool = Field(
        default=False,
        description="Also show what customers cancel before it was shipped. Miravia keeps these among the returns.",
    )
    window_days: int = Field(
        default=45,
        ge=45,
        le=730,
        description=(
            "How many days a return is followed after it was opened. Older ones are seen once a day, with everything"
            " else: Miravia lists returns by their opening, not by their last change."
        ),
    )
    page_size: int = Field(
        default=200, ge=1, le=200, description="How many returns are read with one call; Miravia takes 200 at most."
    )
    keep_as: Literal["accept", "by_hand"] = Field(
        default="accept",
        description=(
            "How Miravia is told that the customer keeps the product and is refunded. accept: like an accepted return,"
            " Miravia has no other word that refunds. by_hand: you do it in Seller Center."
        ),
    )
    exchange_as: Literal["accept", "by_hand"] = Field(
        default="accept",
        description=(
            "How Miravia is told of an exchange. accept: where the customer asked for a replacement, that request is"
            " accepted; any other exchange is refused with what to do by hand. by_hand: you do all in Seller Center."
        ),
    )
    reject_comment: str = Field(
        default="La devolución no cumple las condiciones de devolución.",
        min_length=1,
        description="What the customer reads about a rejected return when you give no reason of your own.",
    )
    reject_reason_id: str = Field(
        default="1007", min_length=1, description="Miravia's reason for a rejected return when you choose none."
    )
    refund_amount_unit: Literal["cents", "euro"] = Field(
        default="cents",
        description="In which unit Miravia takes the amount of a refund. It shows amounts in cents.",
    )
    reject_style: Literal["form", "json"] = Field(
        default="form",
        description="How a rejection is written down: Miravia's documents show two ways. Leave it unless asked.",
    )
