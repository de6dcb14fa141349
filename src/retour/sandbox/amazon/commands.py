"""What can be told to the simulator: the arguments of its methods and the bodies of its control routes."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from retour.sandbox.amazon.jobs import Planned
from retour.sandbox.amazon.marketplaces import MARKETPLACES
from retour.sandbox.amazon.state import EXTERNAL_STATUSES, Flaw, Fulfilment
from retour.sandbox.commands import Command

Quantity = Annotated[int, Field(ge=1, le=9999)]
Amount = Annotated[Decimal, Field(ge=0)]
OrderId = Annotated[str, Field(pattern=r"^\d{3}-\d{7}-\d{7}$")]
MarketplaceId = Annotated[str, Field(pattern=f"^({'|'.join(MARKETPLACES)})$")]

ExternalStatus = Annotated[str, Field(pattern=f"^({'|'.join(EXTERNAL_STATUSES)})$")]


class AddSeller(Command):
    seller_id: str = Field(min_length=1)
    refresh_token: str = Field(min_length=1)
    marketplace_ids: tuple[MarketplaceId, ...] = Field(min_length=1)
    client_id: str | None = None
    client_secret: str | None = None


class Product(Command):
    """One ordered product; what is left out is made up. The amounts but the price are of the whole line."""

    sku: str | None = None
    asin: str | None = None
    title: str | None = None
    order_item_id: str | None = None
    quantity: Quantity = 1
    unit_price: Amount | None = None
    discount: Amount = Decimal(0)
    tax: Amount = Decimal(0)
    shipping: Amount = Decimal(0)
    gift_wrap: Amount = Decimal(0)


class PlaceOrder(Command):
    items: list[Product] = Field(min_length=1)
    order_id: OrderId | None = None
    marketplace_id: MarketplaceId | None = Field(default=None, description="null: the seller's first")
    fulfilled_by: Fulfilment = "MERCHANT"
    shipped: bool = True
    prime: bool = False
    placed_at: AwareDatetime | None = None


class ReturnedProduct(Product):
    """What comes back: of a known order by order item id or SKU, else of an order that is made for it."""

    ordered: Quantity | None = Field(default=None, description="null: as many as come back")
    reason: str = "CR-UNWANTED_ITEM"
    comment: str = Field(default="", description="only FBA reports have it")
    resolution: str = "StandardRefund"


class OpenReturn(Command):
    items: list[ReturnedProduct] = Field(min_length=1)
    order_id: OrderId | None = Field(default=None, description="null: a new order")
    marketplace_id: MarketplaceId | None = None
    fulfilled_by: Fulfilment = Field(default="MERCHANT", description="of a new order; AMAZON is FBA")
    rma_id: str | None = None
    requested_at: AwareDatetime | None = None
    status: str | None = Field(default=None, description="null: Approved, or Pending without `auto_approve`")
    label: bool = True
    flaw: Flaw | None = None
    reported: bool = Field(default=True, description="false: no report shows it")
    external: bool = Field(default=False, description="External Fulfillment Returns shows it")


class OpenMany(Command):
    count: int = Field(ge=1, le=1_000_000)
    days: float = Field(default=30, gt=0)
    marketplace_id: MarketplaceId | None = None


class SetStatus(Command):
    status: str = Field(min_length=1)


class MoveExternal(Command):
    status: ExternalStatus


class Claim(Command):
    open: bool = True


class RefundReturn(Command):
    """By Amazon itself or by the seller's staff in Seller Central; no balance stands in the way."""

    source: Literal["amazon", "seller"] = "amazon"
    sku: str | None = Field(default=None, description="null: every line")
    quantity: Quantity | None = Field(default=None, description="null: what is open, or all")
    amount: Amount | None = Field(default=None, description="null: what so many units are worth")


class Garble(Command):
    flaw: Flaw | None


class Replace(Command):
    association: Literal["REPLACEMENT_ORIGINAL_ID", "EXCHANGE_ORIGINAL_ID"] = "REPLACEMENT_ORIGINAL_ID"


class PlanJobs(Planned):
    kind: Literal["report", "feed"]
    times: int = Field(default=1, ge=1, le=1000)

    def planned(self) -> list[Planned]:
        return [Planned.model_validate(self.model_dump(exclude={"kind", "times"}))] * self.times
