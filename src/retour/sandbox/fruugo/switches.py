"""The simulator's own switches: everything the contract marks INFERRED or ASSUMED, and the platform's oddities.

The words "contract 2.2" and alike, here and in the other modules, name sections of the contract page of Fruugo.
"""

from typing import Literal

from pydantic import Field

from retour.sandbox.app import Switches

Flaw = Literal[
    "no_order_id",
    "no_fruugo_sku_id",
    "no_counter",
    "empty_counter",
    "bad_counter",
    "negative_counter",
    "bad_date",
    "unknown_status",
    "unknown_fields",
    "not_an_object",
]


class FruugoSwitches(Switches):
    """The defaults are the contract's; where it is silent, the reading that is hardest on a client."""

    # Signing in, limits (contract 2.1, 4, 6)
    v2_charset: Literal["either", "iso-8859-1", "utf-8"] = Field(
        default="either", description="of user:password on v2, where it is not documented; v3 takes ISO-8859-1 only"
    )
    limits: bool = Field(default=False, description="Fruugo publishes none; true: those below, per account")
    requests: int = Field(default=1, gt=0, description="calls per request window, of both versions together")
    request_window: float = Field(default=1, gt=0, description="seconds")
    downloads: int = Field(default=1, gt=0, description="v2 downloads per download window")
    download_window: float = Field(default=900, gt=0, description="seconds")
    limit_status: Literal[429, 503] = 429
    retry_after: bool = Field(default=False, description="true: a refusal for a limit has Retry-After")

    # Downloads (contract 2.1, 3, 6)
    naive_times: Literal["eastern_europe", "utc", "refused"] = Field(
        default="eastern_europe", description="what a date or time without an offset means"
    )
    zulu: bool = Field(default=True, description="false: a time that ends in Z is refused")
    max_window_days: float | None = Field(default=None, gt=0, description="wider downloads answer 400")
    repeated_orders: int = Field(default=0, ge=0, description="so many orders of a download come twice in it")

    # Returning (contract 2.2)
    reason_required: bool = Field(default=False, description="true: v2 refuses a return without a reason, as v3 does")
    too_many: Literal["refused", "clipped", "refunded_again"] = Field(
        default="refused",
        description="more units than are left: 400; as many as are left and 200; 200 and the customer is paid again",
    )
    proof_after_days: float | None = Field(
        default=0, ge=0, description="from announcement to proof of return; null: only when told to"
    )
    auto_refund_days: float | None = Field(default=14, ge=0, description="from proof to Fruugo's refund; null: never")

    # How orders look (contract 2.3)
    prefix: Literal["o", "ns2", ""] = Field(default="o", description='of the XML namespace; "": the default namespace')
    post_root: Literal["orders", "order"] = Field(default="orders", description="root element of the answer to a POST")
    shipped_keeps_counting: bool = Field(
        default=False, description="true: shippedItems still counts units that are announced or returned"
    )
    numeric_order_ids: bool = Field(default=False, description="true: v3 writes orderId as a number above 2^53")
    garbled: dict[str, Flaw] = Field(default={}, description="orderId to what is wrong with it in downloads")

    # v3 (contract 4)
    v3_ids: Literal["merchant", "fruugo"] = Field(default="merchant", description="whose ids name a product on v3")
    v3_payload: Literal["orders", "list"] = Field(default="orders", description='payload is {"orders": […]} or […]')
    ack_status: Literal[200, 202] = 200
    processing_seconds: float = Field(default=0.1, ge=0, description="from the acknowledgement until it takes effect")
    callback_seconds: float = Field(default=0.1, ge=0, description="from the effect until the callback")
    callback_jitter_seconds: float = Field(default=0, ge=0, description="up to so much later, by chance")
    callback_copies: int = Field(default=1, ge=0, le=10, description="how often each callback is posted; 0: never")
    callback_attempts: int = Field(default=1, ge=1, description="attempts until the webhook answers below 300")
    callback_retry_seconds: float = Field(default=60, ge=0)

    keep_orders: int = Field(default=100_000, gt=0, description="beyond so many the oldest is forgotten")
