"""What the control routes take."""

from pydantic import Field

from retour.sandbox.commands import Command
from retour.sandbox.magento.documents import Address
from retour.sandbox.magento_native.orders import Bought, OrderFlaw
from retour.sandbox.magento_native.rmas import RmaFlaw
from retour.sandbox.magento_native.switches import OptionAttribute


class OrderInput(Command):
    """An order."""

    lines: list[Bought] = Field(default_factory=lambda: [Bought()], min_length=1)
    increment_id: str | None = None
    ext_order_id: str | None = None
    billing: Address = Address()
    customer_id: int | None = None
    store_id: int = 1
    status: str = "complete"
    state: str = "complete"
    shipping: float = Field(default=0, ge=0)
    currency: str = "EUR"
    payment_method: str = "checkmo"


class BulkInput(Command):
    """Many orders."""

    count: int = Field(ge=1, le=1_000_000)
    prefix: str = "B"
    ext_prefix: str | None = None
    start: int = 1


class CommentInput(Command):
    """A comment of the staff's."""

    text: str
    status: str | None = None
    visible: bool = False
    notified: bool = False


class MemoInput(Command):
    """A credit memo of the staff's; no lines for all that is left."""

    lines: dict[str, int] | None = None
    shipping: float | None = Field(default=None, ge=0)
    adjustment_positive: float = Field(default=0, ge=0)
    adjustment_negative: float = Field(default=0, ge=0)
    restock: bool = False
    still_open: bool = False
    comment: str | None = None


class ReturnInput(Command):
    """A customer's return, made in the shop."""

    order_id: int
    lines: dict[str, int] = Field(min_length=1)
    reason: str = "Wrong Size"
    resolution: str = "Refund"
    comment: str = ""


class DecisionInput(Command):
    """One decision on all items that are open."""

    status: str
    resolution: str | None = None


class ItemDecisionInput(DecisionInput):
    """On one item, or on all that are open."""

    item_id: int | None = None
    quantity: int | None = None


class StepInput(ItemDecisionInput):
    """One save of one item."""

    item_id: int


class StatusInput(Command):
    """An order status of the merchant's own."""

    status: str
    states: list[str] = ["processing", "complete"]


class OptionInput(Command):
    """An option of an item's attribute."""

    attribute: OptionAttribute
    label: str


class OrderFlawInput(Command):
    """What is wrong with an order's row."""

    flaw: OrderFlaw | None


class RmaFlawInput(Command):
    """What is wrong with a return's row."""

    flaw: RmaFlaw | None
