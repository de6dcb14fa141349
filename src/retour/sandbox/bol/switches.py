"""The simulator's own switches: everything the contract marks INFERRED, and the platform's oddities.

The words "contract 4.3" and alike, here and in the other modules, name sections of the contract page of bol.
"""

from typing import Literal

from pydantic import Field

from retour.sandbox.app import Switches

Garble = Literal["no_rma_id", "wrong_type", "not_an_object"]
Method = Literal["FBR", "FBB"]


class BolSwitches(Switches):
    """The defaults are the contract's; where it is silent, the reading that is hardest on a client."""

    # Accounts and tokens (contract 1.1)
    token_lifetime: int = Field(default=599, gt=0, description="seconds; 299 in older records")
    account_active: bool = Field(default=True, description="false: every call answers 403")

    # Requests (contract 1.2, 1.3)
    media_type_status: Literal[400, 406, 415] = Field(default=400, description="answer to a wrong media type")
    limits: bool = Field(default=True, description="false: no rate limits, and no x-ratelimit headers")
    returns_limit: int = Field(default=20, gt=0)
    returns_window: float = Field(default=60, gt=0, description="seconds")
    orders_limit: int = Field(default=25, gt=0)
    orders_window: float = Field(default=60, gt=0, description="seconds")
    process_status_limit: int = Field(default=2, gt=0)
    process_status_window: float = Field(default=1, gt=0, description="seconds")
    one_bucket_per_group: bool = Field(default=True, description="false: GET, PUT and POST are counted apart")
    retry_after: bool = Field(default=True, description="false: a 429 without Retry-After")

    # Processes (contract 3.5)
    process_seconds: float = Field(default=0.3, ge=0, description="from the 202 until a process runs")
    process_retention_hours: float = Field(default=48, gt=0, description="after the end of a process")

    # What a handling does (contract 3.3, 4)
    handled_after_first_put: bool = Field(default=True, description="false: handled when the sum reaches the expected")
    exchange_repair_result: Literal["ACCEPTED", "REJECTED"] = "ACCEPTED"
    fbb_put_fails: bool = True
    over_quantity_fails: bool = Field(default=True, description="one PUT of more than the expected quantity")
    repeated_refund_fails: bool = Field(default=False, description="false: a repeated RETURN_RECEIVED refunds again")
    still_approved_rules: bool = Field(default=True, description="STILL_APPROVED only after a refusal, within 90 days")
    received_after_refusal_fails: bool = Field(default=False, description="true: only STILL_APPROVED refunds then")
    refusal_after_refund_fails: bool = True
    changed_refusal_fails: bool = Field(default=True, description="refuse, exchange, repair and keep: no way between")
    put_on_cancelled_fails: bool = Field(default=True, description="a PUT on an expired or cancelled item")
    warehouse_seconds: float | None = Field(default=None, description="bol accepts an FBB return after so long")

    # How answers look (contract 2.2, 2.3, 3.1)
    default_fulfilment_method: Method = Field(default="FBR", description="a list asked without fulfilment-method")
    default_handled: bool = Field(default=False, description="a list asked without handled")
    omit_absent: bool = Field(default=True, description="leave out empty history, comments and detailed reason")
    omit_empty_lists: bool = Field(default=True, description="an empty list answers {}")
    omit_history_in_lists: bool = Field(default=False, description="as in older demo data: not even when handled")
    history_newest_first: bool = False
    sparse_customers: bool = Field(default=False, description="old returns: only zip code, country and e-mail")

    # Oddities
    repeat_rows_over_pages: bool = Field(default=False, description="a page begins with the last row of the one before")
    handled_between_pages: int = Field(
        default=0, ge=0, description="the merchant refuses the oldest open return after each of the next so many reads"
    )
    garbled_rows: dict[str, Garble] = Field(default={}, description="rmaId to what is wrong with its row in lists")
    unknown_values: bool = Field(default=False, description="reasons, results, salutations and fields never seen")
