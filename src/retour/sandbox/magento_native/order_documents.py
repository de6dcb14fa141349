"""Orders and credit memos as the REST API shows them, shaped after the 2.4.8 admin schema; no field without a value."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from retour.sandbox.magento.search import Column
from retour.sandbox.magento_native.crediting import CreditMemo
from retour.sandbox.magento_native.orders import Address, Comment, Order, OrderItem

ORDER_COLUMNS: Final[Mapping[str, Callable[[Order], Column]]] = {
    "entity_id": lambda order: order.entity_id,
    "increment_id": lambda order: order.increment_id,
    "ext_order_id": lambda order: order.ext_order_id,
    "store_id": lambda order: order.store_id,
    "customer_id": lambda order: order.customer_id,
    "status": lambda order: order.status,
    "state": lambda order: order.state,
    "created_at": lambda order: order.created_at,
    "updated_at": lambda order: order.updated_at,
    "customer_email": lambda order: order.billing.email,
    "customer_firstname": lambda order: order.billing.firstname,
    "customer_lastname": lambda order: order.billing.lastname,
    "grand_total": lambda order: order.grand_total,
}
"""Only top-level attributes can be searched."""

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
    billing = order.billing
    document: dict[str, Any] = _present(
        {
            "base_currency_code": order.currency,
            "base_grand_total": order.grand_total,
            "billing_address_id": order.entity_id * 2,
            "created_at": order.created_at,
            "customer_email": billing.email,
            "customer_firstname": billing.firstname,
            "customer_id": order.customer_id,
            "customer_is_guest": int(order.customer_id is None),
            "customer_lastname": billing.lastname,
            "customer_taxvat": billing.vat_id,
            "entity_id": order.entity_id,
            "ext_order_id": order.ext_order_id,
            "grand_total": order.grand_total,
            "increment_id": order.increment_id,
            "order_currency_code": order.currency,
            "shipping_amount": order.shipping_amount,
            "shipping_refunded": order.shipping_refunded or None,
            "state": order.state,
            "status": order.status,
            "store_id": order.store_id,
            "subtotal": order.subtotal,
            "total_item_count": len(order.items),
            "total_paid": order.grand_total,
            "total_qty_ordered": sum(item.qty_ordered for item in order.items if item.parent_item_id is None),
            "updated_at": order.updated_at,
            "items": [_item(order, item) for item in order.items],
            "billing_address": _billing(order, billing),
            "payment": {
                "account_status": "",
                "additional_information": [order.payment_method],
                "amount_ordered": order.grand_total,
                "cc_last4": "",
                "entity_id": order.entity_id,
                "method": order.payment_method,
                "parent_id": order.entity_id,
            },
            "status_histories": [history_document(order, comment) for comment in reversed(order.history)],
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
    return _present(
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


def _billing(order: Order, address: Address) -> dict[str, Any]:
    return _present(
        {
            "address_type": "billing",
            "city": address.city,
            "company": address.company,
            "country_id": address.country_id,
            "email": address.email,
            "entity_id": order.entity_id * 2,
            "firstname": address.firstname,
            "lastname": address.lastname,
            "parent_id": order.entity_id,
            "postcode": address.postcode,
            "street": list(address.street),
            "telephone": address.telephone,
            "vat_id": address.vat_id,
        }
    )


def _present(document: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if value is not None}
