"""The simulator's own switches. Nearly all of the contract page is ASSUMED, so nearly all of it can be set.

The words "contract 3" and alike, here and in the other modules, name sections of the contract page of ToBeDressed.
"""

from typing import Literal

from pydantic import Field

from retour.sandbox.app import Switches

Auth = Literal["bearer", "header", "basic", "query"]
PageStyle = Literal["page", "offset", "cursor", "link", "none"]
TimeStyle = Literal["z", "offset", "local"]
Flaw = Literal[
    "no_id",
    "no_order_id",
    "no_status",
    "no_updated_at",
    "no_lines",
    "line_no_id",
    "line_no_product",
    "wrong_type",
    "not_an_object",
    "bad_time",
    "unknown_status",
    "unknown_values",
    "bare",
    "nulls",
    "too_few_cells",
    "too_many_cells",
    "open_quote",
    "bad_utf8",
]


class PartnerSwitches(Switches):
    """The defaults are the contract's; where it is silent, the reading that is hardest on a client."""

    # Who may call (contract 3)
    auth: Auth = Field(default="bearer", description="how a call shows the key")
    auth_header: str = Field(default="X-Api-Key", description="the header of auth=header")
    auth_parameter: str = Field(default="api_key", description="the query parameter of auth=query")
    account_active: bool = Field(default=True, description="false: every call answers 403")

    # Limits (contract 3.4); the figure is unknown
    limits: bool = Field(default=True, description="false: no rate limits")
    limit_per_minute: int = Field(default=120, gt=0)
    retry_after: Literal["seconds", "date", "none"] = Field(default="seconds", description="how a 429 names the wait")

    # Lists (contract 3.1, 5)
    page_style: PageStyle = "page"
    link_place: Literal["header", "body"] = Field(default="header", description="where page_style=link puts the link")
    total_shown: bool = Field(default=True, description="false: only an empty page ends the walk")
    over_page_size: Literal["400", "clamped"] = Field(default="400", description="a page_size above 100")
    since_format: Literal["iso", "epoch", "date"] = Field(default="iso", description="of updated_since")

    # How rows look (contract 3, 5)
    times: TimeStyle = Field(default="z", description="local: Amsterdam's wall clock without an offset")
    money: Literal["text", "number", "comma"] = "text"
    line_outcomes: bool = Field(default=False, description="true: lines say how many were accepted and rejected")
    renamed: dict[str, str] = Field(default={}, description="our field name to the partner's, in answers and decisions")
    status_words: dict[str, str] = Field(default={}, description="our status to the partner's word")
    decision_words: dict[str, str] = Field(default={}, description="our decision to the partner's word")
    decision_method: Literal["POST", "PUT", "PATCH"] = "POST"

    # Decisions (contract 3.3)
    idempotency: Literal["honoured", "ignored"] = "honoured"
    idempotency_key_required: bool = Field(default=False, description="true: without the header 400")
    idempotency_hours: float = Field(default=24, gt=0, description="how long a key is remembered")
    repeated_decision: Literal["conflict", "repeats"] = Field(
        default="conflict", description="repeats: what is decided can be decided again, and is refunded again"
    )
    partial_quantity: bool = Field(default=True, description="false: less than what is left of a line answers 422")
    part_decides_all: bool = Field(
        default=False, description="true: a decision about a part ends the return, and the rest gets no answer"
    )
    mixed_status: str = Field(default="accepted", description="the status when some units were accepted, some rejected")
    platform_returns_decidable: bool = Field(default=False, description="true: sellers may decide those too")

    # The partner acts by the clock
    warehouse_seconds: float | None = Field(
        default=None, ge=0, description="the partner accepts its own (platform) returns after so long"
    )
    auto_accept_seconds: float | None = Field(
        default=None, ge=0, description="the partner accepts what a seller leaves open for so long"
    )
    refunded_seconds: float | None = Field(
        default=None, ge=0, description="an accepted return says refunded after so long; null: stays accepted"
    )

    # Files of returns (contract 4)
    export: Literal["by_hand", "each_change"] = "by_hand"
    growing_files: bool = Field(
        default=False, description="true: a new file is incomplete, and each look adds a few bytes; false completes it"
    )
    file_age_seconds: float = Field(default=0, description="how long ago a new file says it was changed")
    file_index: Literal["html", "json"] = Field(default="html", description="the list of files over HTTP")
    separator: Literal[";", ","] = ";"
    bom: bool = False
    line_ending: Literal["crlf", "lf"] = "crlf"
    shuffled_columns: bool = Field(default=False, description="another order of columns, and columns nobody knows")
    quantity_style: Literal["whole", "comma", "point"] = Field(default="whole", description="1, or 1,00, or 1.00")
    csv_times: TimeStyle = "local"
    csv_reason: Literal["text", "code"] = "text"
    escape_formulas: bool = Field(default=True, description="false: = + - @ begin a cell as the customer wrote it")

    # Files of decisions (contract 4)
    after_reading: Literal["left", "moved", "removed"] = Field(default="left", description="moved: to decisions/done")

    # Oddities
    garbled: dict[str, Flaw] = Field(default={}, description="return id to what is wrong with it in lists and files")
    opened_between_pages: int = Field(
        default=0, ge=0, description="after each of so many reads of the list a customer opens one more"
    )
    touched_between_pages: int = Field(
        default=0, ge=0, description="after each of so many reads the oldest row changes, and so moves to the end"
    )
    kept_orders: int = Field(default=100_000, gt=0, description="the oldest are forgotten, with their returns")
    kept_files: int = Field(default=1000, gt=0, description="of files of returns; the oldest are removed")
