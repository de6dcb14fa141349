"""The simulator's own switches: everything the contract marks INFERRED, and the platform's oddities.

The words "contract 6.3" and alike, here and in the other modules, name sections of the contract page of Amazon.
"""

from typing import Literal

from pydantic import Field

from retour.sandbox.app import Switches


class AmazonSwitches(Switches):
    """The defaults are the contract's; where it is silent, the reading that is hardest on a client."""

    # Tokens and roles (contract 1.2, 1.3)
    token_lifetime: int = Field(default=3600, gt=0, description="seconds")
    invalid_client_status: Literal[400, 401] = 401
    invalid_token_status: Literal[401, 403] = Field(
        default=403, description="garbage or revoked; expired is always 403"
    )
    user_agent_checked: bool = Field(default=True, description="400 without `App/Version (Language=...)`")
    returns_role: bool = Field(default=True, description="false: reports answer 403")
    orders_role: bool = Field(default=True, description="false: orders and feeds answer 403")
    personal_data_role: bool = Field(default=True, description="false: orders without buyer and address")
    foreign_marketplace_status: Literal[400, 403] = Field(default=403, description="asked for another seller's")

    # Limits (contract 1.4)
    limits: bool = Field(default=True, description="false: no buckets, no header, and repeated reports are served")
    rate_scale: float = Field(default=1, gt=0, description="how much faster the buckets fill")
    rates: dict[str, tuple[float, int]] = Field(default={}, description="operation to another rate per second, burst")
    rate_header: bool = Field(default=True, description="false: no x-amzn-RateLimit-Limit (best effort)")

    # Reports (contract 2, 3)
    report_queue_seconds: float = Field(default=1, ge=0)
    report_seconds: float = Field(default=4, ge=0, description="in progress")
    repeat_minutes: float = Field(default=5, ge=0, description="the same report asked again sooner is CANCELLED")
    too_long_range: Literal["refused", "FATAL"] = Field(default="refused", description="more than 60 days")
    future_end_refused: bool = True
    url_seconds: float = Field(default=300, gt=0, description="how long a document's address works")
    gzip: bool = True
    header_charset: bool = Field(default=True, description="false: the download's Content-Type names no charset")
    xml_encoding: str = Field(default="UTF-8", description="of returns reports in XML, named by the declaration")
    text_encoding: str | None = Field(default=None, description="of text reports; null: the marketplace's own")

    # Rows (contract 2.1, 2.2)
    split_quantities: bool = Field(default=True, description="quantity 2 in XML is two identical item_details")
    refund_amount: Literal["when_refunded", "always", "never"] = "when_refunded"
    feed_refunds_shown: bool = Field(default=True, description="refund_amount counts refunds made by feed")
    refund_lag_seconds: float = Field(default=0, ge=0, description="until a refund shows in reports (6.3: up to 2 h)")
    flat_bom: bool = False
    flat_crlf: bool = False
    flat_dates: Literal["text", "iso"] = Field(default="text", description="03-Aug-2026 or ISO 8601")
    flat_decimal_comma: bool = False
    flat_blank_cells: bool = Field(default=True, description="an empty cell is one blank")
    flat_renamed_columns: bool = Field(default=False, description="Seller RMA ID, A-to-z claim, Return reason")
    flat_extra_columns: bool = Field(default=False, description="Category, VAT and Order Item ID, in any place")

    # Returns (contract 0, 2.1)
    auto_approve: bool = Field(default=True, description="false: a new return is Pending")
    pending_status: str = "Pending"
    status_after_refund: Literal["Completed", "Closed", "unchanged"] = "Completed"
    auto_refund_hours: float | None = Field(default=None, description="after delivery Amazon refunds what is open")
    returnless_refunds_at_once: bool = True
    warehouse_seconds: float = Field(default=0, ge=0, description="until Amazon received and refunded an FBA return")
    kept_returns: int = Field(default=50_000, gt=0, description="older ones are forgotten")

    # External Fulfillment Returns (contract 4)
    external_role: bool = Field(default=True, description="false: they answer 403")
    external_empty_pages: bool = Field(default=True, description="an empty page with a token stands between two")
    external_split: bool = Field(default=False, description="each piece is a row of its own")
    external_marketplace_name: str | None = Field(default=None, description="null: AMAZON_ and the country")

    # Feeds (contract 6)
    feed_queue_seconds: float = Field(default=1, ge=0)
    feed_seconds: float = Field(default=4, ge=0, description="in progress")
    merchant_identifier_checked: bool = True
    balance_checked: bool = Field(default=True, description="false: pays whatever it is told")
    tax_inclusive_refuses_tax: bool = True
    fba_refund_refused: bool = True
    unnamed_error_code: str = Field(default="25999", description="made up, for refusals whose code nobody recorded")

    # Orders (contract 5)
    order_items_per_page: int = Field(default=50, gt=0, description="v0")
    discount_negative: bool = Field(default=True, description="DISCOUNT breakdowns of 2026-01-01")
    tax_apart: bool = Field(
        default=False, description="2026-01-01, tax-inclusive prices: ITEM net, and a TAX breakdown"
    )
    original_names_replacement: bool = Field(default=False, description="associatedOrders on both orders")
