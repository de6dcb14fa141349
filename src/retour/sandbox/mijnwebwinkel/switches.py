"""The simulator's own switches: what the contract page marks INFERRED or leaves open, and the platform's oddities.

The words "contract 4" and alike, here and in the other modules, name sections of the contract page of Mijnwebwinkel.
"""

import re
from typing import Literal

from pydantic import Field, field_validator

from retour.sandbox.app import Switches

Garble = Literal[
    "no_number", "no_status", "status_text", "comments_array", "no_orderlines", "not_an_object", "unknown_values"
]


class MijnwebwinkelSwitches(Switches):
    """The defaults are the contract's; where it is silent, the reading that is hardest on a client."""

    # Access and limits (contract 2)
    api_in_plan: bool = Field(default=True, description="false: the store's package has no API, 403")
    bad_token_status: Literal[401, 403] = 401
    error_shape: Literal["mixed", "legacy", "problem"] = Field(
        default="mixed", description="mixed: 422 as problem, all others in the legacy shape"
    )
    limits: bool = Field(default=True, description="false: no rate limit")
    limit_calls: int = Field(default=60, gt=0, description="per partner and store")
    limit_window: float = Field(default=60, gt=0, description="seconds")
    retry_after: bool = Field(default=True, description="false: a 429 without Retry-After")
    limit_over_100: Literal["clamp", "refuse"] = "clamp"
    bad_filters: Literal["refuse", "ignore"] = Field(
        default="refuse", description="a filter that cannot be read: 422, or as if it were not there"
    )

    # Lists (contract 3, 7)
    archived_when_omitted: Literal["hidden", "shown"] = Field(
        default="hidden", description="archived orders in a list that was asked without `archived`"
    )
    creation_is_a_status_change: bool = Field(
        default=False, description="true: a new order is found by status_changed_start_date at once"
    )
    test_orders_addressable: bool = Field(default=False, description="true: /orders/T-17 is found")

    # How answers look (contract 4)
    zone: Literal["Europe/Amsterdam", "UTC"] = Field(default="Europe/Amsterdam", description="of all dates and times")
    number_as_string: bool = Field(default=True, description="false: an integer, as in the specification")
    linked_numbers_as_strings: bool = Field(
        default=False, description="credited_order_number and credit_order_numbers; in the specification integers"
    )
    amounts_as_numbers: bool = Field(default=False, description="as in the specification's examples, not its types")
    tax_shape: Literal["mixed", "array", "object"] = Field(
        default="mixed", description="price.tax; mixed: an object for one rate, an array for several"
    )
    negative_credit_quantities: bool = Field(default=True, description="false: a credit order's quantities above zero")
    garbled_rows: dict[str, Garble] = Field(default={}, description="order number to what is wrong with its answers")

    # Credit orders (contract 5)
    count_earlier_credits: bool = Field(default=False, description="true: the same units cannot be credited twice")
    patch_puts_stock_back: Literal["always", "with_status", "never"] = Field(
        default="always",
        description="a PATCH of a credit order whose goods are not back yet, unless mutate_stock=false",
    )

    # The journal's eyes (contract 6)
    marker: str = Field(
        default=r"\[(RH:[^\]\n]*)\]", description="what marks a return request in a note; group 1 is its key"
    )

    orders_kept: int = Field(default=50_000, gt=0, description="the oldest orders beyond are forgotten")

    @field_validator("marker")
    @classmethod
    def _has_one_group(cls, pattern: str) -> str:
        try:
            groups = re.compile(pattern).groups
        except re.error as error:
            raise ValueError(f"no regular expression: {error}") from None
        if groups != 1:
            raise ValueError("one group is expected: the key")
        return pattern
