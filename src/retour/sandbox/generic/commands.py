"""The bodies of the control routes."""

from decimal import Decimal
from typing import Literal

from pydantic import AwareDatetime, Field

from retour.sandbox.commands import Command
from retour.sandbox.generic.samples import reason
from retour.sandbox.generic.state import Order, Verdict
from retour.sandbox.generic.switches import Flaw
from retour.sandbox.generic.trade import Back, Product


class Ordered(Command):
    sku: str = "JEANS-BLUE-31"
    ean: str = "0000000000024"
    title: str = "Jeans, blauw, maat 31"
    price: Decimal = Field(default=Decimal("49.95"), ge=0, decimal_places=2)
    quantity: int = Field(default=1, ge=1, le=1000)

    def product(self) -> Product:
        return Product(self.sku, self.ean, self.title, self.price, self.quantity)


class PlaceOrder(Command):
    products: list[Ordered] = Field(default=[Ordered()], min_length=1)
    order_id: str = ""
    placed_at: AwareDatetime | None = None


class Returned(Command):
    sku: str = ""
    """Empty: the first line of the order."""
    quantity: int = Field(default=1, ge=1)
    reason_code: str = "too_small"
    comment: str = ""

    def back(self, order: Order) -> Back:
        """KeyError when the order has no such product."""
        line = next((line for line in order.lines if self.sku in ("", line.sku)), None)
        if line is None:
            raise KeyError(self.sku)
        return Back(line.order_line_id, self.quantity, reason(self.reason_code), self.comment)


class OpenReturn(Command):
    order_id: str
    lines: list[Returned] = Field(default=[Returned()], min_length=1)
    by_platform: bool = False
    created_at: AwareDatetime | None = None


class Staff(Command):
    decision: Verdict


class Garble(Command):
    return_id: str
    flaw: Flaw


class IssueKey(Command):
    key: str = ""
    seconds: float | None = Field(default=None, ge=0)


class Export(Command):
    scope: Literal["changed", "open", "all"] = "changed"
    name: str = Field(default="", pattern=r"^(returns_[A-Za-z0-9_-]+\.csv)?$")
