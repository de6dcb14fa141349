"""The simulator's own switches: what the contract page of OTTO marks INFERRED or ASSUMED, and oddities.

The words "contract 4" and alike, here and in the other modules, name sections of that page.
"""

from typing import Literal

from pydantic import Field

from retour.sandbox.app import Switches

Flaw = Literal["no_id", "no_order_id", "wrong_type", "not_an_object", "unknown_values", "bad_time", "bare"]


class OttoSwitches(Switches):
    """The defaults are the contract's; where it is silent, the reading that is hardest on a client."""

    # Tokens and scopes (contract 2)
    token_lifetime: int = Field(default=1800, gt=0, description="seconds")
    scopes: list[str] = Field(default=["orders", "returns", "shipments"], description="what the partner may ask for")
    return_shipments_scope: Literal["returns", "shipments"] = Field(
        default="shipments", description="not stated by OTTO, so ask for both"
    )

    # Limits (contract 2)
    limits: bool = Field(default=True, description="false: no rate limits")
    limit_per_minute: int = Field(default=1200, gt=0)
    limit_per_second: int = Field(default=20, gt=0)
    token_limit_per_second: int = Field(default=10, gt=0)
    retry_after: bool = Field(default=False, description="true: a 429 says when to come back")
    sunset: str = Field(default="", description="a date: every answer of the returns interface carries it as Sunset")

    # Lists (contract 3, 5)
    over_limit: Literal["400", "clamped"] = Field(default="400", description="limit above 50")
    empty_is_404: bool = Field(default=False, description="true: an empty list of returns answers 404")
    shipments_since: Literal["created", "moved"] = Field(
        default="created", description="what datefrom of the return shipments is held against; not stated by OTTO"
    )
    absolute_links: bool = Field(default=False, description="true: links have a host; else they begin with /")

    # Reporting (contract 4)
    repeated_acceptance: Literal["error", "ignored", "refunds_again"] = Field(
        default="error", description="ignored: fine, and nothing happens"
    )
    repeated_rejection: Literal["error", "ignored", "settles_again"] = "error"
    rejected_can_be_accepted: bool = True
    results_hold: Literal["processed", "received"] = Field(
        default="received", description="of a 207: all items of the request, or those without an error"
    )
    error_path: Literal["json_path", "pointer", "dotted", "none"] = Field(
        default="json_path", description="how an error points at an item: $.positionItems[3] and alike"
    )

    # OTTO acts by the clock
    warehouse_seconds: float | None = Field(
        default=None, ge=0, description="OTTO accepts what came back to its returns warehouse after so long"
    )
    auto_accept_seconds: float | None = Field(
        default=None, ge=0, description="OTTO accepts what a seller leaves announced for so long"
    )
    parcel_seconds: float | None = Field(
        default=None, ge=0, description="from one state of a return shipment to the next; null: only by hand"
    )
    withdrawn_stay_announced: bool = Field(
        default=True, description="OTTO has no withdrawal: the unit stays ANNOUNCED; false: its row disappears"
    )

    # Oddities
    garbled: dict[str, Flaw] = Field(default={}, description="positionItemId to what is wrong with its row in lists")
    announced_between_pages: int = Field(
        default=0, ge=0, description="after each of so many reads of the list a customer announces one more"
    )
    accepted_between_pages: int = Field(
        default=0, ge=0, description="after each of so many reads OTTO's staff accepts the last announced unit"
    )
    kept_orders: int = Field(default=100_000, gt=0, description="the oldest are forgotten")
