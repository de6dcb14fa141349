"""What the API answers, as schemas for programs (contract channable-api.md, 2, 3 and 5). `shapes` makes the answers;
these only describe them."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from retour.channable_api.statuses import Status


class _Answer(BaseModel):
    model_config = ConfigDict(use_attribute_docstrings=True)


class AnonymousItem(_Answer):
    """The product of a row."""

    id: str
    """The SKU; empty where the marketplace tells none."""
    gtin: str | None
    title: str | None
    quantity: int
    reason: str | None
    """The marketplace's text, in the marketplace's language."""
    delivery_period: str


class Item(AnonymousItem):
    """The product of a row, with what the customer wrote."""

    comment: str | None


class AnonymousCustomer(_Answer):
    """What is told of a customer without saying who it is."""

    gender: Literal["male", "female", "unknown"]


class Customer(AnonymousCustomer):
    """Who sends it back."""

    first_name: str
    last_name: str
    email: str


class AnonymousAddress(_Answer):
    """What is told of an address without saying where it is."""

    city: str
    country_code: str
    company: str
    region_code: str


class Address(AnonymousAddress):
    """Street and house number stand apart, and in one line as `address1`."""

    first_name: str
    last_name: str
    email: str
    street: str
    house_number: str
    house_number_ext: str
    address_supplement: str
    address1: str
    zip_code: str


class Meta(_Answer):
    """The numbers of order and return."""

    channel_order_id: str
    channel_order_id_internal: str | None
    channel_return_id: str | None
    platform_order_id: str | None
    is_test_return: bool
    is_demo_return: bool


class AnonymousData(_Answer):
    """What a row is about, without personal data."""

    item: AnonymousItem
    customer: AnonymousCustomer
    address: AnonymousAddress
    meta: Meta


class Data(_Answer):
    """What a row is about. `billing` is there where the project's settings say so."""

    item: Item
    customer: Customer
    address: Address
    meta: Meta
    billing: Address | None = None


class LogEntry(_Answer):
    """What happened. Programs should not rely on the words."""

    created: datetime
    message: str


class _Row(_Answer):
    id: int
    project_id: int
    status: Status
    channel_name: str
    channel_id: str
    platform_name: str | None
    platform_id: str | None
    created: datetime
    modified: datetime
    retrieved_at: datetime | None
    error: bool
    log: list[LogEntry]


class AnonymizedReturn(_Row):
    """A row without personal data."""

    data: AnonymousData


class EfferentReturn(_Row):
    """A row: one line of a marketplace's return."""

    obfuscated: bool
    data: Data


class RecentReturns(_Answer):
    """A page."""

    total: int = Field(ge=0, le=100)
    """The number of rows in this answer, not of all matches."""
    error_count: int = Field(ge=0)
    returns: list[EfferentReturn]


class AnonymizedRecentReturns(_Answer):
    """A page without personal data."""

    total: int = Field(ge=0, le=100)
    """The number of rows in this answer, not of all matches."""
    error_count: int = Field(ge=0)
    returns: list[AnonymizedReturn]


class SingleReturn(_Answer):
    """One row."""

    model_config = ConfigDict(serialize_by_alias=True)

    row: EfferentReturn = Field(alias="return")


class UpdateReturnStatusResponse(_Answer):
    """The decision is recorded."""

    status: Literal["success"]
    message: str


class ResponseModel(_Answer):
    """How it went: read `status`, an error comes with 200 too."""

    status: Literal["success", "error", "warning", "debug"]
    message: str
    response: str
    id: str | None
    data: None


class TestReturnResponse(_Answer):
    """The test returns that were made."""

    status: Literal["success"]
    message: str
    data: list[ResponseModel]


class ChannableErrorResponse(_Answer):
    """Why not."""

    status: Literal["error"]
    message: str


class Flaw(_Answer):
    """What is wrong with a request, and where."""

    loc: list[str | int]
    msg: str
    type: str
    input: Any = None
    ctx: dict[str, Any] = {}


class HTTPValidationError(_Answer):
    """Understood, but not valid."""

    detail: list[Flaw] = Field(min_length=1)
