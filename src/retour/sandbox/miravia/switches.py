"""The simulator's own switches: what the contract marks INFERRED or ASSUMED, and the platform's oddities.

The words "contract 5.1" and alike, here and in the other modules, name sections of the contract page of Miravia.
"""

from typing import Literal

from pydantic import Field

from retour.sandbox.app import Switches

Garble = Literal["no_line_id", "no_order_line_id", "wrong_type", "not_an_object", "no_lines", "no_order_id"]


class MiraviaSwitches(Switches):
    """The defaults are what the contract assumes; where it is silent, the reading that is hardest on a client."""

    # Signing (contract 2)
    timestamp_tolerance: float = Field(default=7200, gt=0, description="seconds")
    timestamp_by_clock: bool = Field(
        default=False, description="false: by the machine's own time, so that a moved clock locks nobody out"
    )
    business_in_query: bool = Field(default=True, description="a POST may have all its parameters in the query")

    # Tokens (contract 3)
    access_lifetime: int = Field(default=7_776_000, gt=0, description="seconds")
    refresh_lifetime: int = Field(default=31_536_000, gt=0, description="seconds")
    code_lifetime: int = Field(default=1800, gt=0, description="seconds")
    old_refresh_token_dies: bool = True
    old_access_token_dies: bool = Field(default=False, description="at the refresh, not at its own end")
    refresh_lifetime_restarts: bool = Field(default=True, description="false: only a new authorisation lengthens it")
    stale_token_code: Literal["IllegalAccessToken", "AccessTokenExpired"] = "IllegalAccessToken"  # noqa: S105

    # Errors and limits (contract 9)
    code_spelling: Literal["camel", "snake", "lower"] = Field(default="camel", description="of an error's code")
    code_as: Literal["string", "number"] = Field(default="string", description='success: "0" or 0')
    limits: bool = True
    calls_per_minute: int = Field(default=100, gt=0, description="of one seller")
    calls_per_day: int = Field(default=1000, gt=0, description="of one seller")
    limit_type: Literal["ISP", "ISV", "SYSTEM"] = "ISP"
    limit_code: Literal["SellerCallLimit", "ApiCallLimit"] = "SellerCallLimit"
    limit_says_seconds: bool = True

    # Reading (contract 4)
    list_wrapper: Literal["data", "result"] = "data"
    list_success: bool = Field(default=False, description="`success` beside `total`")
    list_order: Literal["newest", "oldest", "shuffled"] = "newest"
    request_type_filter: bool = Field(default=False, description="false: `request_type_list` is ignored")
    marketplace_filter: bool = Field(default=True, description="false: rows of ae come whatever is asked")
    rtm_field: bool = Field(default=True, description="false: rows without `is_rtm`")
    actions_field: bool = True
    sla_field: bool = False
    count_field: Literal["refund_Item_counts", "refund_item_counts"] = "refund_Item_counts"
    booleans: Literal["strings", "json", "mixed"] = Field(default="mixed", description="mixed: by line, in turn")
    ids: Literal["numbers", "strings", "mixed"] = Field(default="mixed", description="mixed: by line, in turn")
    epochs: Literal["seconds", "milliseconds"] = "seconds"
    amounts: Literal["number", "string", "comma"] = Field(default="number", description='1295, "1295" or "1295,00"')
    null_names: bool = Field(default=False, description='"null-null" for names and empty addresses in orders')
    one_item_per_unit: bool = Field(default=True, description="false: an order item may have a quantity above 1")
    lazada_calls: bool = Field(default=True, description="false: detail, history, reasons, update, decide are unknown")

    # Deciding (contract 5)
    reject_style: Literal["form", "json", "both"] = "form"
    refund_amount_unit: Literal["cents", "euro"] = "cents"
    lower_amount: Literal["refunded", "refused"] = "refunded"
    item_errors: Literal["base_error_list", "error_code"] = "base_error_list"
    failing_items: dict[str, int] = Field(default={}, description="order item id to the number its decisions fail with")
    second_decision: Literal["refused", "applied"] = Field(
        default="refused", description="refused with 114; applied: a second accept refunds again"
    )
    decision_on_platform_handled: Literal["refused", "applied"] = "refused"
    refund_seconds: float = Field(default=0, ge=0, description="from acceptance to money; REFUND_AUTHORIZED between")
    refund_waits_for_parcel: bool = Field(default=False, description="an accepted RETURN is refunded on delivery")

    # By the clock; a return keeps the times it was opened with (contract 1, 7)
    sla_seconds: float | None = Field(default=259_200, gt=0, description="null: the platform waits for ever")
    sla_outcome: Literal["refund", "reject", "dispute"] = "refund"
    fast_refund_seconds: float = Field(default=60, ge=0, description="a fast refund, from its opening")
    warehouse_seconds: float | None = Field(default=None, gt=0, description="is_rtm=false: received and refunded")
    parcel_seconds: float | None = Field(default=None, gt=0, description="posted after so long, delivered after twice")

    # Push (contract 8)
    push_copies: int = Field(default=2, ge=1, description="each message is sent so often")
    push_timeout: float = Field(default=0.5, gt=0, description="seconds to answer 200")
    push_retries: int = Field(default=12, ge=0)
    push_retry_seconds: float = Field(default=1800, gt=0, description="by the platform's clock")
    push_signature: Literal["valid", "upper", "wrong", "absent"] = "valid"

    # Oddities
    repeat_rows_over_pages: bool = Field(default=False, description="a page begins with the last row of the one before")
    withdrawn_between_pages: int = Field(
        default=0, ge=0, description="after each of the next so many lists, a customer withdraws the newest open line"
    )
    garbled_rows: dict[str, Garble] = Field(default={}, description="reverse_order_id to what is wrong with its row")
    unknown_values: bool = Field(default=False, description="fields and values never seen, where it must not matter")
    kept: int = Field(default=5000, gt=0, description="closed returns remembered, for each seller")
