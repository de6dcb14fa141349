"""Where the values of a return and its lines stand in what a partner shows."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from retour.connectors.partner import paths

Path = Annotated[str, Field(pattern=rf"^({paths.PATH})?$")]
"""A dotted path, or a column's name. Empty: the partner does not tell it."""


class Part(BaseModel):
    """A part of a profile."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class LineFields(Part):
    """Where a line's values stand, within the line."""

    id: Path = "id"
    order_line_id: Path = "order_line_id"
    sku: Path = "sku"
    gtin: Path = "ean"
    title: Path = "title"
    quantity: Path = "quantity"
    reason_code: Path = "reason_code"
    reason: Path = "reason"
    comment: Path = "comment"
    unit_price: Path = "unit_price"
    currency: Path = "currency"
    status: Path = ""
    """The line's own status, where it has one."""
    accepted: Path = ""
    """How many units were accepted so far, where a line tells that."""
    rejected: Path = ""
    received_at: Path = ""
    answer_by: Path = ""


class Fields(Part):
    """Where a return's values stand, within the return."""

    id: Path = "id"
    order_id: Path = "order_id"
    status: Path = "status"
    created_at: Path = "created_at"
    updated_at: Path = "updated_at"
    lines: Path = "lines"
    first_name: Path = "customer.first_name"
    last_name: Path = "customer.last_name"
    email: Path = "customer.email"
    company: Path = ""
    phone: Path = ""
    street: Path = "address.street"
    house_number: Path = "address.house_number"
    house_number_addition: Path = "address.house_number_ext"
    postcode: Path = "address.zip_code"
    city: Path = "address.city"
    country: Path = "address.country_code"
    carrier: Path = "tracking.carrier"
    tracking: Path = "tracking.code"
    line: LineFields = LineFields()


COLUMNS = Fields(
    id="return_id",
    lines="",
    first_name="first_name",
    last_name="last_name",
    email="email",
    street="street",
    house_number="",
    house_number_addition="",
    postcode="zip",
    city="city",
    country="country",
    carrier="",
    tracking="",
    line=LineFields(
        id="line_id",
        order_line_id="",
        title="",
        reason_code="",
        unit_price="",
        currency="",
    ),
)
"""The columns of a table with one line in each row. The row's status is the line's (contract tobedressed 4)."""
