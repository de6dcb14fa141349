"""Credit memos: an offline refund of order lines, and what the plugin reads of a return to make one (A8, A9)."""

from dataclasses import dataclass
from typing import Any, Final

from retour.sandbox.magento import php
from retour.sandbox.magento2.orders import Order, OrderBook, OrderItem
from retour.sandbox.magento2.returns import ReturnRow

REFUNDED: Final = 2
"""The state of a booked credit memo: 1 open, 2 refunded, 3 canceled."""


class MemoRefused(php.PhpException):
    """The plugin or Magento refuses a credit memo: logged on import, shown to the admin by hand."""


@dataclass(frozen=True, slots=True)
class CreditMemo:
    """One booked refund of one order line, and of the shipping costs not refunded before."""

    entity_id: int
    increment_id: str
    order: Order
    item: OrderItem
    qty: float
    shipping_amount: float
    created_at: str

    @property
    def subtotal(self) -> float:
        return round(self.item.price * self.qty, 2)

    @property
    def grand_total(self) -> float:
        return round(self.subtotal + self.shipping_amount, 2)


def sku_of(orders: OrderBook, item: dict[str, Any], ean_attribute: str) -> str | None:
    """The SKU a return is about, in the six steps of A8. A GTIN that is not text is a PHP Error (A3)."""
    gtin = item.get("gtin")
    if gtin is None:
        return _sku_by_id(orders, item.get("id"))
    if not isinstance(gtin, str):
        raise php.PhpError("GetSkuFromGtin::execute(): Argument #1 ($gtin) must be of type ?string")
    if ean_attribute == "sku":
        return gtin
    if ean_attribute != "id" and (product := orders.product_with_ean(gtin)) is not None:
        return product.sku
    return _sku_by_id(orders, gtin) or _sku_by_id(orders, item.get("id"))


def refundable(orders: OrderBook, row: ReturnRow, ean_attribute: str) -> tuple[Order, OrderItem, float]:
    """The order, its line and the quantity that a return's credit memo is for, or why there is none (A9)."""
    order = orders.get(row.magento_order_id) if row.magento_order_id else None
    if order is None:
        raise MemoRefused("Return not linked to an order.")
    item = row.item_fields()
    if item.get("gtin") is None and item.get("id") is None:
        raise MemoRefused("GTIN and product ID are both missing in return item data.")
    sku = sku_of(orders, item, ean_attribute)
    if not sku:
        raise MemoRefused("Unable to find SKU for GTIN.")
    line = order.item_of(sku)
    if line is None:
        raise MemoRefused("Unable to locate the order Item-ID for imported return.")
    quantity = item.get("quantity")
    if quantity is None:
        raise MemoRefused("Missing quantity for credit memo item.")
    if not php.is_numeric(quantity) or float(quantity) <= 0:
        raise MemoRefused("Invalid quantity value.")
    return order, line, float(quantity)


def book(number: int, order: Order, line: OrderItem, qty: float, now: str) -> CreditMemo:
    """Refunds a line offline; the whole not-yet-refunded shipping amount goes with the first memo (A9)."""
    if line.qty_refunded + qty > line.qty_ordered:
        raise MemoRefused(
            "Creditmemo Document Validation Error(s): The quantity to creditmemo must not be greater than the "
            f'unrefunded quantity for product SKU "{line.product.sku}".'
        )
    shipping = round(order.shipping_amount - order.shipping_refunded, 2)
    memo = CreditMemo(number, f"{number:09d}", order, line, qty, shipping, now)
    line.qty_refunded += qty
    order.shipping_refunded += shipping
    order.credit_memos.append(memo.increment_id)
    order.updated_at = now
    if all(item.qty_refunded >= item.qty_ordered for item in order.items):
        order.status = order.state = "closed"
    return memo


def _sku_by_id(orders: OrderBook, product_id: Any) -> str | None:
    if not php.is_numeric(product_id):
        return None
    product = orders.product(php.to_int(product_id))
    return product.sku if product else None
