"""The simulator's own switches: everything the contract marks INFERRED or ASSUMED, and the platform's oddities.

The words "contract 4.2" and alike, here and in the other modules, name sections of the contract page of Walmart.
"""

from typing import Literal

from pydantic import Field

from retour.sandbox.app import Switches

Access = Literal["full_access", "view_only", "no_access"]
Envelope = Literal["errors", "error", "xml", "html"]
Flaw = Literal[
    "no_id", "no_lines", "no_line_number", "wrong_type", "bad_date", "not_an_object", "unknown_values", "bare"
]
"""The last two are readable: enum values never seen, and a row with nothing but its numbers and quantities."""


class WalmartSwitches(Switches):
    """The defaults are the contract's; where it is silent, the reading that is hardest on a client."""

    # Tokens and permissions (contract 2)
    token_lifetime: int = Field(default=900, gt=0, description="seconds")
    bad_token_status: Literal[401, 400] = Field(default=401, description="400: INVALID_TOKEN, as some have seen")
    returns_scope: Access = "full_access"
    orders_scope: Access = "full_access"

    # Answers (contract 2, 8)
    xml_by_default: bool = Field(default=True, description="tokens and orders answer XML unless JSON is asked for")
    gateway_envelope: Envelope = Field(default="error", description="refusals before a call is served: 401, 429 ...")
    api_envelope: Envelope = Field(default="errors", description="refusals of the call itself")

    # Limits (contract 8)
    limits: bool = Field(default=True, description="false: no rate limits, and no headers about them")
    returns_per_minute: int = Field(default=50, gt=0)
    refunds_per_minute: int = Field(default=60, gt=0)
    order_refunds_per_minute: int = Field(default=60, gt=0)
    replenishment_header: Literal["X-Next-Replenishment-Time", "x-next-replenish-time"] = "X-Next-Replenishment-Time"
    replenishment_format: Literal["epoch_ms", "epoch_s", "text"] = "epoch_ms"

    # The list (contract 4)
    order: Literal["modified_newest_first", "modified_oldest_first"] = "modified_newest_first"
    last_cursor: Literal["missing", "null", "empty"] = "missing"
    cursor_forgets_filters: bool = Field(default=False, description="true: as in the example, seller, limit and offset")
    cursor_loops: bool = Field(default=False, description="the next cursor leads to the same page, without end")
    empty_list: Literal["empty", "missing", "404"] = "empty"
    partial_pages: int = Field(
        default=0, ge=0, description="so many of the next list reads answer 206 with half a page"
    )
    created_between_pages: int = Field(default=0, ge=0, description="a return is opened after each of so many reads")
    modified_between_pages: int = Field(default=0, ge=0, description="the oldest one moves after each of so many reads")

    # How rows look (contract 4.3)
    unit_of_measure: Literal["EACH", "EA"] | None = "EACH"
    events_newest_first: bool = True
    garbled_rows: dict[str, Flaw] = Field(default={}, description="returnOrderId to what is wrong with its row")
    order_wrapper: bool = Field(default=True, description='false: an order comes without "order" around it')

    # Refunds (contract 5, 6)
    refund_initiated_seconds: float = Field(default=0, ge=0, description="from the 200 until the return shows it")
    refund_issued_seconds: float = Field(default=300, ge=0, description="from REFUND_INITIATED to REFUND_ISSUED")
    refunded_quantity: Literal["issued", "initiated"] = Field(
        default="issued", description="what refundedQty counts; the official example counts only completed refunds"
    )
    part_completes_line: bool = Field(
        default=True, description="false: a part of a line refunded leaves status, events"
    )
    repeated_refund_fails: bool = Field(default=False, description="false: units refunded already are refunded again")
    refund_of_cancelled_fails: bool = Field(default=False, description="false: a cancelled return can be refunded")
    refund_before_arrival: bool = Field(default=True, description="false: 400 until the parcel is at the return centre")
    wfs_refund_fails: bool = True
    exception_item_refund_fails: bool = Field(default=True, description="HAZMAT, FREIGHT and OTHER: by the order only")
    api_refund_channel: str = Field(default="SELLER_SYSTEM_REFUND", min_length=1)
    order_refunds_add_up: bool = Field(default=True, description="false: each order refund alone is held to the charge")

    # By clock (contract 1)
    ship_seconds: float | None = Field(
        default=None, ge=0, description="a new return's parcel leaves after; null: never"
    )
    delivery_seconds: float | None = Field(default=None, ge=0, description="a new return's parcel arrives after")
    auto_refund_hours: float | None = Field(default=48, ge=0, description="after arrival Walmart refunds; null: never")
    wfs_refund_seconds: float | None = Field(default=0, ge=0, description="after arrival of what Walmart had sent")

    # Pushes (contract 10)
    push_scheme: Literal["auth_details", "signature"] = Field(
        default="auth_details", description="signature: WM_SEC.TIMESTAMP and WM_SEC.SIGNATURE"
    )
    push_hmac: Literal["hex", "base64"] = "hex"
    push_payload_wrapper: bool = Field(default=True, description="false: partnerId and returnOrders at the top level")
    push_copies: int = Field(default=1, ge=1, description="how often each event is pushed")
    push_attempts: int = Field(default=3, ge=1, description="until one is answered 200")
    pushes_held: bool = Field(default=False, description="true: events wait until they are released")

    # Memory
    kept: int = Field(
        default=200_000, ge=50, description="returns, and orders, kept; the longest untouched are forgotten"
    )
