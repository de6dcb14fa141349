"""Orders and credit memos as Magento's REST API shows them, shaped after the 2.4.8 admin schema."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from retour.sandbox.magento.documents import order_fields
from retour.sandbox.magento.search import Column
from retour.sandbox.magento2.creditmemo import REFUNDED, CreditMemo
from retour.sandbox.magento2.orders import Order, OrderItem

MEMO_COLUMNS: Final[Mapping[str, Callable[[CreditMemo], Column]]] = {
    "entity_id": lambda memo: memo.entity_id,
    "increment_id": lambda memo: memo.increment_id,
    "order_id": lambda memo: memo.order.entity_id,
    "store_id": lambda memo: memo.order.store_id,
    "state": lambda _: REFUNDED,
    "created_at": lambda memo: memo.created_at,
    "updated_at": lambda memo: memo.created_at,
    "grand_total": lambda memo: memo.grand_total,
}


def order_document(order: Order) -> dict[str, Any]:
    """`sales-data-order-interface`."""
    return {
        **order_fields(order),
        "customer_is_guest": 1,
        "items": [_item(order, item) for item in order.items],
        "status_histories": [],
        "total_item_count": len(order.items),
        "total_qty_ordered": sum(item.qty_ordered for item in order.items),
    }


def memo_document(memo: CreditMemo) -> dict[str, Any]:
    """`sales-data-creditmemo-interface`."""
    line = memo.item
    return {
        "adjustment": 0,
        "base_grand_total": memo.grand_total,
        "created_at": memo.created_at,
        "entity_id": memo.entity_id,
        "grand_total": memo.grand_total,
        "increment_id": memo.increment_id,
        "order_currency_code": memo.order.currency,
        "order_id": memo.order.entity_id,
        "shipping_amount": memo.shipping_amount,
        "state": REFUNDED,
        "store_id": memo.order.store_id,
        "subtotal": memo.subtotal,
        "updated_at": memo.created_at,
        "items": [
            {
                "base_cost": 0,
                "base_price": line.price,
                "entity_id": memo.entity_id,
                "name": line.product.name,
                "order_item_id": line.item_id,
                "parent_id": memo.entity_id,
                "price": line.price,
                "product_id": line.product.id,
                "qty": memo.qty,
                "row_total": memo.subtotal,
                "sku": line.product.sku,
            }
        ],
        "comments": [],
    }


def _item(order: Order, item: OrderItem) -> dict[str, Any]:
    return {
        "created_at": order.created_at,
        "item_id": item.item_id,
        "name": item.product.name,
        "order_id": order.entity_id,
        "price": item.price,
        "product_id": item.product.id,
        "product_type": "simple",
        "qty_canceled": 0,
        "qty_invoiced": item.qty_ordered,
        "qty_ordered": item.qty_ordered,
        "qty_refunded": item.qty_refunded,
        "qty_shipped": item.qty_ordered,
        "row_total": round(item.price * item.qty_ordered, 2),
        "sku": item.product.sku,
        "store_id": order.store_id,
        "updated_at": order.updated_at,
    }
