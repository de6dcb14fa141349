"""Orders and credit memos as Magento's REST API shows them, shaped after the 2.4.8 admin schema.

A field without a value is left out, as Magento does.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from retour.sandbox.magento.search import Column
from retour.sandbox.magento2.creditmemo import REFUNDED, CreditMemo
from retour.sandbox.magento2.orders import Address, Order, OrderItem

ORDER_COLUMNS: Final[Mapping[str, Callable[[Order], Column]]] = {
    "entity_id": lambda order: order.entity_id,
    "increment_id": lambda order: order.increment_id,
    "ext_order_id": lambda order: order.ext_order_id,
    "store_id": lambda order: order.store_id,
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
    "state": lambda _: REFUNDED,
    "created_at": lambda memo: memo.created_at,
    "updated_at": lambda memo: memo.created_at,
    "grand_total": lambda memo: memo.grand_total,
}


def order_document(order: Order) -> dict[str, Any]:
    """`sales-data-order-interface`."""
    billing = order.billing
    return _present(
        {
            "base_currency_code": order.currency,
            "base_grand_total": order.grand_total,
            "billing_address_id": order.entity_id * 2,
            "created_at": order.created_at,
            "customer_email": billing.email,
            "customer_firstname": billing.firstname,
            "customer_is_guest": 1,
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
            "total_qty_ordered": sum(item.qty_ordered for item in order.items),
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
            "status_histories": [],
        }
    )


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
