"""What a merchant fills in to connect a Mijnwebwinkel store: form, validation and secrets in one."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, model_validator

from retour.core.model import Resolution

OrderField = Literal["reference", "customer_comment", "internal_comment"]


def _web_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("must be a web address that begins with https://")
    if parts.query or parts.fragment or parts.username or parts.password:
        raise ValueError("only scheme, host and path are expected, without name, password, query or fragment")
    return value.rstrip("/")


def _empty_is_none(value: Any) -> Any:
    return None if isinstance(value, str) and not value.strip() else value


StatusId = Annotated[Annotated[int, Field(ge=0)] | None, BeforeValidator(_empty_is_none)]


class MijnwebwinkelConfig(BaseModel):
    """The settings of a store at Mijnwebwinkel (MyOnlineStore)."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, hide_input_in_errors=True)

    base_url: Annotated[str, AfterValidator(_web_address)] = Field(
        default="https://api.myonlinestore.com", description="Address of the API, without the version."
    )
    version: Literal["1", "2-beta"] = Field(default="1", description="Version of the API: 1, or 2-beta.")
    token: SecretStr = Field(
        min_length=1, description="The store's token: made in the store's back office under Settings, API."
    )
    partner_token: SecretStr = Field(
        min_length=1,
        description="The partner token that Mijnwebwinkel gave to whoever runs this hub. The store's token must have "
        "been made for the same partner.",
    )
    strategy: Literal["note", "credit_order"] = Field(
        default="note",
        description="Where a return request is kept. note: a line in the order's internal note, nothing is booked. "
        "credit_order: a credit order in a waiting status; it books a credit document before you have decided.",
    )
    requested_status: StatusId = Field(
        default=None,
        description="The number of the order status that an order with a new return request gets, such as your own "
        "'Return requested'. Empty: its status is left alone. For credit_order, a status for credit orders, required.",
    )
    accept_status: StatusId = Field(default=None, description="The number of the status that means accept.")
    reject_status: StatusId = Field(default=None, description="The number of the status that means reject.")
    repair_status: StatusId = Field(default=None, description="The number of the status that means repair.")
    exchange_status: StatusId = Field(default=None, description="The number of the status that means exchange.")
    keep_status: StatusId = Field(
        default=None, description="The number of the status that means keep: refunded, the customer keeps the product."
    )
    cancel_status: StatusId = Field(default=None, description="The number of the status that means cancel.")
    note_details: bool = Field(
        default=True,
        description="Write delivery and billing details into the note's line where the order itself has others.",
    )
    note_check_minutes: int = Field(
        default=60,
        ge=5,
        le=24 * 60,
        description="How often every open request is read by itself, in minutes: words written in a note do not show "
        "in the store's list of changes.",
    )
    overlap_hours: int = Field(
        default=24,
        ge=1,
        le=72,
        description="How many hours further back than the last check changes are read: the store's times have no time "
        "zone. A store whose clock is behind UTC needs at least 12.",
    )
    order_search: list[OrderField] = Field(
        default=["reference", "customer_comment", "internal_comment"],
        description="Where your orders may hold the marketplace's order number: reference (business orders), "
        "customer_comment, internal_comment. None: orders are not searched.",
    )
    search_days: int = Field(
        default=3,
        ge=1,
        le=30,
        description="Within how many days of the marketplace's order the store's order was made.",
    )

    @property
    def api(self) -> str:
        return f"{self.base_url}/v{self.version}"

    @property
    def decisions(self) -> Mapping[int, Resolution]:
        """What each mapped status means."""
        known = {
            self.accept_status: Resolution.ACCEPT,
            self.reject_status: Resolution.REJECT,
            self.repair_status: Resolution.REPAIR,
            self.exchange_status: Resolution.EXCHANGE,
            self.keep_status: Resolution.KEEP,
            self.cancel_status: Resolution.CANCEL,
        }
        return MappingProxyType({status: resolution for status, resolution in known.items() if status is not None})

    @model_validator(mode="after")
    def _statuses_tell_one_thing_each(self) -> "MijnwebwinkelConfig":
        names = ("requested_status", *(f"{resolution}_status" for resolution in Resolution))
        given = [status for name in names if (status := getattr(self, name)) is not None]
        if len(given) != len(set(given)):
            raise ValueError("each status can mean one thing: a number stands in two fields")
        needed = (self.requested_status, self.accept_status, self.reject_status)
        if self.strategy == "credit_order" and None in needed:
            raise ValueError("credit_order needs requested_status, accept_status and reject_status")
        return self
