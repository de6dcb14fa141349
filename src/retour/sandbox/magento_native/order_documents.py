"""Orders and credit memos as the REST API shows them, shaped after the 2.4.8 admin schema; no field without a value."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from retour.sandbox.magento import documents
from retour.sandbox.magento.documents import present
from retour.sandbox.magento.search import Column
from retour.sandbox.magento_native.crediting import CreditMemo
from retour.sandbox.magento_native.orders import Comment, Order, OrderItem

ORDER_COLUMNS: Final[Mapping[str, Callable[[Order], Column]]] = {
    **documents.ORDER_COLUMNS,
    "customer_id": lambda order: order.customer_id,
}

MEMO_COLUMNS: Final[Mapping[str, Callable[[CreditMemo], Column]]] = {
    "entity_id": lambda memo: memo.entity_id,
    "increment_id": lambda memo: memo.increment_id,
    "order_id": lambda memo: memo.order.entity_id,
    "store_id": lambda memo: memo.order.store_id,
    "state": lambda memo: memo.state,
    "created_at": lambda memo: memo.created_at,
    "updated_at": lambda memo: memo.updated_at,
    "grand_total": lambda memo: memo.grand_total,
}


def order_document(order: Order) -> Any:
    """`sales-data-order-interface`, with its flaw if it has one."""
    document: dict[str, Any] = present(
        {
            **documents.order_fields(order),
            "customer_id": order.customer_id,
            "customer_is_guest": int(order.customer_id is None),
            "items": [_item(order, item) for item in order.items],
            "status_histories": [history_document(order, comment) for comment in reversed(order.history)],
            "total_item_count": len(order.items),
            "total_qty_ordered": sum(item.qty_ordered for item in order.items if item.parent_item_id is None),
        }
    )
    match order.flaw:
        case "no_id":
            del document["entity_id"]
        case "text_id":
            document["entity_id"] = str(order.entity_id)
        case "no_items":
            del document["items"]
        case "items_null":
            document["items"] = None
        case "quantity_text":
            for item in document["items"]:
                item["qty_ordered"] = f"{item['qty_ordered']:.4f}"
        case "unknown_status":
            document["status"] = "never_heard_of"
    return document


def history_document(order: Order, comment: Comment) -> dict[str, Any]:
    """`sales-data-order-status-history-interface`."""
    return {
        "comment": comment.comment,
        "created_at": comment.created_at,
        "entity_id": comment.entity_id,
        "entity_name": "order",
        "is_customer_notified": int(comment.notified),
        "is_visible_on_front": int(comment.visible),
        "parent_id": order.entity_id,
        "status": comment.status,
    }


def memo_document(memo: CreditMemo) -> dict[str, Any]:
    """`sales-data-creditmemo-interface`. Whether units went back to stock is not in it."""
    number = memo.entity_id
    comment = {
        "comment": memo.comment,
        "created_at": memo.created_at,
        "entity_id": number,
        "is_customer_notified": 0,
        "is_visible_on_front": 0,
        "parent_id": number,
    }
    return {
        "adjustment": round(memo.adjustment_positive - memo.adjustment_negative, 2),
        "adjustment_negative": memo.adjustment_negative,
        "adjustment_positive": memo.adjustment_positive,
        "base_grand_total": memo.grand_total,
        "created_at": memo.created_at,
        "entity_id": number,
        "grand_total": memo.grand_total,
        "increment_id": memo.increment_id,
        "invoice_id": memo.order.entity_id,
        "order_currency_code": memo.order.currency,
        "order_id": memo.order.entity_id,
        "shipping_amount": memo.shipping_amount,
        "state": memo.state,
        "store_id": memo.order.store_id,
        "subtotal": memo.subtotal,
        "updated_at": memo.updated_at,
        "items": [
            {
                "base_cost": 0,
                "base_price": item.price,
                "entity_id": number * 100 + place,
                "name": item.name,
                "order_item_id": item.item_id,
                "parent_id": number,
                "price": item.price,
                "qty": qty,
                "row_total": round(item.price * qty, 2),
                "sku": item.sku,
            }
            for place, (item, qty) in enumerate(memo.lines)
        ],
        "comments": [comment] if memo.comment else [],
    }


def _item(order: Order, item: OrderItem) -> dict[str, Any]:
    return present(
        {
            "created_at": order.created_at,
            "item_id": item.item_id,
            "name": item.name,
            "order_id": order.entity_id,
            "parent_item_id": item.parent_item_id,
            "price": item.price,
            "product_type": item.product_type,
            "qty_canceled": 0,
            "qty_invoiced": item.qty_ordered,
            "qty_ordered": item.qty_ordered,
            "qty_refunded": item.qty_refunded,
            "qty_shipped": item.qty_shipped,
            "row_total": round(item.price * item.qty_ordered, 2),
            "sku": item.sku,
            "store_id": order.store_id,
            "updated_at": order.updated_at,
        }
    )
