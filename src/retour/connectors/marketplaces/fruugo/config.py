"""The settings of a Fruugo connection: form, validation and secrets in one."""

from datetime import timedelta
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator

ReturnReason = Literal["unsatisfied_with_item", "item_did_not_match_description", "damaged_item", "wrong_item", "other"]
"""The closed list that Fruugo takes (contract fruugo 2.2)."""


def _web_address(value: str) -> str:
    parts = urlsplit(value.strip())
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("a web address is expected, such as https://www.fruugo.com/orders")
    if parts.query or parts.fragment or parts.username or parts.password:
        raise ValueError("only scheme, host and path are expected, without name, password, query or fragment")
    return value.strip().rstrip("/")


class FruugoConfig(BaseModel):
    """What a merchant fills in: the login of Fruugo's Retailer Portal."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, hide_input_in_errors=True)

    transport: Literal["v2", "v3"] = Field(
        default="v2",
        description="How Fruugo is asked. v2 answers at once. v3 answers later, at this connection's own address, which"
        " Fruugo must know and be able to reach.",
    )
    orders_url: Annotated[str, AfterValidator(_web_address)] = Field(
        default="https://www.fruugo.com/orders", description="Address of Fruugo's order API (the XML one, v2)."
    )
    v3_url: Annotated[str, AfterValidator(_web_address)] = Field(
        default="https://order-api.fruugo.com/v3", description="Address of Fruugo's newer order API (v3)."
    )
    username: str = Field(min_length=1, pattern="^[^:]+$", description="User name of the Retailer Portal.")
    password: SecretStr = Field(min_length=1, description="Password of the Retailer Portal.")
    login_charset: Literal["iso-8859-1", "utf-8"] = Field(
        default="iso-8859-1",
        description="How letters such as é in user name and password are sent. That is known for Fruugo's newer API"
        " only. Without such letters it makes no difference.",
    )
    window_days: int = Field(
        default=90,
        ge=60,
        le=730,
        description="Orders of so many days are watched for returns: delivery, 14 days to announce, and the way back"
        " must fit. Twice as many once a day.",
    )
    slice_days: int = Field(
        default=31, ge=1, le=730, description="Orders of so many days are downloaded at once; smaller for a large shop."
    )
    zone_as: Literal["Z", "+00:00"] = Field(
        default="Z", description="How Fruugo is told that a time is UTC. Fruugo documents only that ISO 8601 is taken."
    )
    callback_minutes: int = Field(
        default=15,
        ge=2,
        le=180,
        description="How long an answer of v3 may take. Then it is asked for again, and you are told that none comes.",
    )
    v3_filters: Literal["query", "body"] = Field(
        default="query", description="Where v3 is told which orders are asked for: in the address, or in a JSON body."
    )
    v3_ids: Literal["merchant", "fruugo"] = Field(
        default="merchant",
        description="Whose numbers of product and SKU name what came back on v3. Fruugo's documents suggest your own.",
    )
    return_reason: ReturnReason = Field(
        default="other", description="The reason that Fruugo is told where neither decision nor return has one."
    )
    keep_as: Literal["return", "by_hand"] = Field(
        default="return",
        description="How Fruugo is told that the customer keeps the product and is refunded. return is the only call"
        " that refunds. by_hand: you do it in the Retailer Portal.",
    )
    keep_message: str = Field(
        default="customer keeps item", max_length=500, description="What Fruugo is told with it. Empty: nothing."
    )
    send_again: bool = Field(
        default=True,
        description="When Fruugo's answer to a return was lost, and two later looks at the order show no such return,"
        " it is sent again. Off, and always with v3, where it may still wait in Fruugo's queue: a person is asked.",
    )

    @model_validator(mode="after")
    def _can_be_sent(self) -> Self:
        try:
            self.login.encode(self.login_charset)
        except UnicodeEncodeError:
            # Outside of what this charset knows; the error itself would show the password.
            raise ValueError(f"user name or password holds letters that {self.login_charset} cannot write") from None
        return self

    @property
    def patience(self) -> timedelta:
        """How long an answer of v3 is waited for."""
        return timedelta(minutes=self.callback_minutes)

    @property
    def login(self) -> str:
        return f"{self.username}:{self.password.get_secret_value()}"
