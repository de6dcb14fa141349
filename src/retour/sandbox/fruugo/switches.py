"""The simulator's own switches: everything the contract marks INFERRED or ASSUMED, and the platform's oddities.

The words "contract 2.2" and alike, here and in the other modules, name sections of the contract page of Fruugo.
"""

from typing import Annotated, Literal

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


CallbackFlaw = Literal[
    "empty",
    "cut_off",
    "not_an_object",
    "no_correlation_id",
    "other_correlation_id",
    "no_type",
    "unknown_type",
    "no_payload",
    "bad_payload",
    "other_merchant",
    "unknown_fields",
]

Seconds = Annotated[float, Field(ge=0, le=1e8)]

Kind = Literal["get", "return", "confirm", "cancel", "ship"]
"""What a request on v3 asks; its callback has this word as `type`, unless `callback_types` has another."""


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
    queries_are_downloads: bool = Field(default=False, description="true: v3's POST /orders counts as a download")
    download_window: float = Field(default=900, gt=0, description="seconds")
    limit_status: Literal[429, 503] = 429
    retry_after: bool = Field(default=False, description="true: a refusal for a limit has Retry-After")

    # Downloads (contract 2.1, 3, 6)
    naive_times: Literal["eastern_europe", "utc", "refused"] = Field(
        default="eastern_europe", description="what a date or time without an offset means"
    )
    zulu: bool = Field(default=True, description="false: v2 refuses a time that ends in Z, as v3 is documented to take")
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

    # What v3 takes (contract 4)
    v3_filters: Literal["both", "query", "body"] = Field(
        default="both", description="where POST /orders looks for its filters; elsewhere they do not count"
    )
    v3_dates: Literal["released", "placed"] = Field(
        default="released", description="which moment of an order dateFrom and dateTo mean"
    )
    v3_ids: Literal["merchant", "fruugo"] = Field(default="merchant", description="whose ids name a product on v3")
    ack_status: Literal[200, 202] = 200
    processing_seconds: Seconds = Field(default=0.1, description="from the acknowledgement until it takes effect")
    most_waiting: int = Field(
        default=10_000, gt=0, description="while so many requests and callbacks wait, v3 answers 503 and does nothing"
    )

    # What a callback says (contract 4)
    v3_payload: Literal["orders", "list"] = Field(default="orders", description='payload is {"orders": […]} or […]')
    v3_rows: Literal["order", "id"] = Field(
        default="order", description="what tells of an order after an action: all of it, or its orderId only"
    )
    v3_refusals: Literal["error", "unchanged", "left_out"] = Field(
        default="error",
        description="of an action: a row with orderId and error; the order as it was, no word of the refusal; no row",
    )
    callback_types: dict[Kind, str] = Field(default={}, description="the words of type, where they are others")
    callback_flaw: CallbackFlaw | None = Field(default=None, description="what is wrong with every callback")
    numeric_merchant_id: bool = Field(default=False, description="true: merchantId is a number")

    # How a callback comes (contract 4)
    callback_auth: Literal["webhook_login", "api_login", "none"] = Field(
        default="webhook_login",
        description="Basic authorization of a callback: the webhook's login, if it has one; that of the API; none",
    )
    callback_header: bool = Field(default=False, description="true: a callback has the header X-Correlation-ID too")
    callback_seconds: Seconds = Field(default=0.1, description="from the effect until the callback")
    callback_jitter_seconds: Seconds = Field(default=0, description="up to so much later, by chance")
    callback_copies: int = Field(default=1, ge=0, le=10, description="how often each callback is posted; 0: never")
    callback_apart_seconds: Seconds = Field(default=0, description="between the copies of a callback")
    callback_attempts: int = Field(default=1, ge=1, le=100, description="attempts until it is answered below 300")
    callback_retry_seconds: Seconds = Field(default=60, description="from one attempt to the next")
    callback_patience: float = Field(default=5, gt=0, le=60, description="seconds until an attempt is given up")

    keep_orders: int = Field(default=100_000, gt=0, description="beyond so many the oldest is forgotten")
