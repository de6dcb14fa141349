"""The simulator's own switches: what the contract marks INFERRED, and what the platform may do to a client.

The words "contract 3.1" and alike, here and in the other modules, name sections of the contract page of Lightspeed.
"""

from typing import Literal

from pydantic import Field

from retour.sandbox.app import Switches

Create = Literal["singular", "plural", "both", "not_found", "not_allowed"]


class LightspeedSwitches(Switches):
    """The defaults are what the contract assumes; where it is silent, the reading that is hardest on a client."""

    # The shop (contract 2)
    languages: list[str] = Field(default=["nl", "en"], min_length=1, description="of the shop; the first is its own")
    auto_decide: str | None = Field(default=None, description="the status that new returns get before the next look")
    kept_returns: int = Field(default=50_000, gt=0, description="beyond it the oldest settled returns are forgotten")

    # Requests and errors (contract 2)
    permission_status: Literal[401, 403] = Field(default=403, description="answer to a key without the permission")
    validation_status: Literal[400, 422] = Field(default=422, description="answer to a body that is not valid")
    field_errors: bool = Field(default=True, description="a 422 has a map `errors` of field to sentences")
    errors_as_200: bool = Field(default=False, description="400, 404 and 422 arrive as 200 with the error as body")

    # Rate limits (contract 2): fixed windows that begin with the clock's 5 minutes, hour and day
    limits: bool = Field(default=True, description="false: no limits, and no X-RateLimit headers")
    limit_5min: int = Field(default=1000, gt=0)
    limit_hour: int = Field(default=12_000, gt=0)
    limit_day: int = Field(default=288_000, gt=0)
    retry_after: bool = Field(default=False, description="true: a 429 also has Retry-After")

    # Lists (contract 2, 6)
    newest_first: bool = Field(default=False, description="the order of a list that is asked without since_id")
    over_limit: Literal["clamp", "refuse"] = Field(default="clamp", description="a `limit` of more than 250")
    deep_paging_rows: int = Field(default=10_000, gt=0, description="how far `page` reaches; since_id has no end")
    deep_paging: Literal["refuse", "empty"] = Field(default="refuse", description="what lies beyond it")
    ignored_filters: list[str] = Field(default=[], description="what returns.json ignores: order, updated_at_min, ...")
    naive_date_offset: int = Field(default=0, description="minutes east of UTC of a filter's date without zone")

    # Returns (contract 3)
    create: Create = Field(default="singular", description="the root key of a new return, or no POST: 404 or 405")
    created_status: Literal[200, 201] = 201
    status_words: dict[str, str] = Field(default={}, description='other wire codes: {"refunded": "Items_Refunded"}')
    updates_move_updated_at: bool = Field(default=True, description="false: an edit leaves updatedAt as it was")
    notify_by_default: bool = Field(default=True, description="a return made without notifyStatus mails the customer")
    quantity_checked: bool = Field(default=True, description="a new return asks no more than can come back")
    quantity_basis: Literal["shipped", "ordered"] = "shipped"
    open_returns_count: bool = Field(default=False, description="returns that are still open use up the quantity too")
    extra_fields: bool = Field(default=False, description="the fields that another client expects (contract 3)")

    # Orders (contract 4)
    credit_checked: bool = Field(default=True, description="a credit invoice credits no unit twice")

    # Webhooks (contract 5)
    max_webhooks: int = Field(default=10, ge=0)
    webhook_copies: int = Field(default=1, ge=0, le=3, description="how often each is delivered; 0: all are lost")
    webhook_signature: bool = Field(default=False, description="X-Signature: md5 of payload and secret")
