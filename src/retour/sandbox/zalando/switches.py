"""The simulator's own switches: what the contract page of Zalando marks INFERRED or ASSUMED, and oddities.

The words "contract 5" and alike, here and in the other modules, name sections of that page.
"""

from typing import Literal

from pydantic import Field

from retour.sandbox.app import Switches

Flaw = Literal["no_id", "wrong_type", "not_an_object", "unknown_values"]
Scope = Literal["orders/read", "orders/write"]


class ZalandoSwitches(Switches):
    """The defaults are the contract's; where it is silent, the reading that is hardest on a client."""

    # Tokens and permissions (contract 2)
    token_lifetime: int = Field(default=7200, gt=0, description="seconds")
    scope_required: bool = Field(default=True, description="a token asked without scope=access_token_only: 400")
    scopes: list[Scope] = Field(default=["orders/read", "orders/write"], description="what the app may do; else 403")
    media_type_enforced: bool = Field(default=True, description="false: any Content-Type and Accept will do")

    # Limits for each fashion partner and minute (contract 8)
    limits: bool = Field(default=True, description="false: no rate limits")
    list_limit: int = Field(default=40, gt=0, description="list of orders; 10 in Zalando's sandbox")
    order_number_limit: int = Field(default=400, gt=0, description="list with order_number; 100 in the sandbox")
    read_limit: int = Field(default=2000, gt=0, description="one order, items, lines; 40 in the sandbox")
    patch_limit: int = Field(default=2000, gt=0, description="40 in the sandbox")
    announced_limit: int = Field(default=40, gt=0, description="not on the page: as the list of orders")
    limit_window: float = Field(default=60, gt=0, description="seconds")

    # Lists (contract 4, 6)
    max_page_size: int = Field(default=1000, gt=0, description="of both lists; more is a 400")
    retention_days: float = Field(default=365, gt=0, description="older orders are not found")
    trailing_empty_page: bool = Field(
        default=False,
        description="true: every last page of announced returns links to an empty one, not only a full one",
    )

    # What a PATCH does (contract 5, 7)
    repeated_return: Literal["409", "403", "refunds_again"] = Field(
        default="409", description="a line that is returned already; refunds_again: 204 and money once more"
    )
    reasons_checked: bool = Field(default=True, description="false: any whole number is a reason")
    zss_patch_refused: bool = Field(
        default=False, description="true: 403 for orders whose returns Zalando handles; ZFS orders are always 403"
    )

    # Zalando acts by the clock (contract 7)
    warehouse_seconds: float | None = Field(
        default=None, ge=0, description="Zalando returns what came back to it (ZFS, ZSS) after so long"
    )
    auto_return_seconds: float | None = Field(
        default=None, ge=0, description="Zalando refunds what came back to a partner who says nothing for so long"
    )
    withdrawn_stay_listed: bool = Field(
        default=True, description="an announced return has no status: a withdrawn one looks like any other"
    )

    # Oddities
    garbled: dict[str, Flaw] = Field(
        default={}, description="order, line or announced return id to what is wrong with its row"
    )
    changed_between_pages: int = Field(
        default=0, ge=0, description="after each of so many lists of orders the order unchanged for longest changes"
    )
    kept_orders: int = Field(default=100_000, gt=0, description="of each merchant; the oldest are forgotten")
