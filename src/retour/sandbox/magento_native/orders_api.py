"""`/V1/orders`, their comments, `/V1/creditmemos` and the two refunds (contract A1, A3)."""

from typing import Any

from aiohttp import web

from retour.sandbox.magento.php import to_int
from retour.sandbox.magento.problems import bad, gone, internal
from retour.sandbox.magento_native.crediting import Crediting, CreditMemo
from retour.sandbox.magento_native.gate import Call, Gate, empty_list
from retour.sandbox.magento_native.inputs import RefundInput, StatusHistoryInput
from retour.sandbox.magento_native.order_documents import (
    MEMO_COLUMNS,
    ORDER_COLUMNS,
    history_document,
    memo_document,
    order_document,
)
from retour.sandbox.magento_native.orders import Order
from retour.sandbox.magento_native.shop import Refused, Shop
from retour.sandbox.magento_native.switches import COMMENTS, MEMOS, ORDERS, REFUNDS


class OrdersApi:
    """The endpoints."""

    def __init__(self, shop: Shop, crediting: Crediting, gate: Gate) -> None:
        self._shop = shop
        self._crediting = crediting
        self._gate = gate

    def routes(self) -> list[web.AbstractRouteDef]:
        route = self._gate.route
        return [
            *route("GET", "/orders", ORDERS, self._orders),
            *route("GET", r"/orders/{id:\d+}", ORDERS, lambda call: order_document(self._order(call))),
            *route("GET", r"/orders/{id:\d+}/statuses", ORDERS, lambda call: self._order(call).status),
            *route("GET", r"/orders/{id:\d+}/comments", ORDERS, self._history),
            *route("POST", r"/orders/{id:\d+}/comments", COMMENTS, self._comment),
            *route("GET", "/creditmemos", MEMOS, self._memos),
            *route("GET", r"/creditmemo/{id:\d+}", MEMOS, lambda call: memo_document(self._memo(call))),
            *route("PUT", r"/creditmemo/{id:\d+}", REFUNDS, self._cancel),
            *route("POST", r"/order/{id:\d+}/refund", REFUNDS, self._refund),
            *route("POST", r"/invoice/{id:\d+}/refund", REFUNDS, self._refund),
        ]

    def _orders(self, call: Call) -> Any:
        orders = self._shop.orders

        def found(order: Order | None) -> list[Order]:
            return [order] if order is not None else []

        indexes = {
            "entity_id": lambda value: found(orders.get(to_int(value))),
            "increment_id": lambda value: found(orders.numbered(value)),
            "ext_order_id": orders.external,
        }
        return self._gate.listed(call, orders, ORDER_COLUMNS, order_document, indexes)

    def _history(self, call: Call) -> Any:
        order = self._order(call)
        return empty_list([history_document(order, comment) for comment in reversed(order.history)])

    def _comment(self, call: Call) -> bool:
        """A `status` in it changes the order's."""
        order, sent = self._order(call), call.read("statusHistory", StatusHistoryInput)
        if sent.parent_id not in (None, order.entity_id):
            raise bad('"%fieldName" is not that of the address.', {"fieldName": "parent_id"})
        self._shop.comment(
            order,
            sent.comment,
            sent.status,
            notified=bool(sent.is_customer_notified),
            visible=bool(sent.is_visible_on_front),
            by="api",
        )
        return True

    def _memos(self, call: Call) -> Any:
        def by_id(value: str) -> list[CreditMemo]:
            memo = self._crediting.get(to_int(value))
            return [memo] if memo is not None else []

        indexes = {"entity_id": by_id, "order_id": lambda value: self._crediting.of_order(to_int(value))}
        return self._gate.listed(call, self._crediting, MEMO_COLUMNS, memo_document, indexes)

    def _cancel(self, call: Call) -> bool:
        """PUT cancels, whatever its name suggests; what is paid out cannot be canceled."""
        memo = self._memo(call)
        try:
            self._crediting.cancel(memo, by="api")
        except Refused:
            raise internal() from None
        return True

    def _refund(self, call: Call) -> int:
        """Offline or online, the customer gets the money. An order's one invoice has the order's id."""
        order, sent = self._order(call), call.read_all(RefundInput)
        quantities: dict[int, int] | None = None
        if sent.items:
            quantities = {}
            for item in sent.items:
                if not item.qty.is_integer():
                    raise bad("You can't refund part of a unit of item %1.", [item.order_item_id])
                quantities[item.order_item_id] = quantities.get(item.order_item_id, 0) + int(item.qty)
        try:
            memo = self._crediting.book(
                order,
                quantities,
                shipping=sent.arguments.shipping_amount,
                adjustment_positive=sent.arguments.adjustment_positive or 0,
                adjustment_negative=sent.arguments.adjustment_negative or 0,
                restock=sent.arguments.extension_attributes.return_to_stock_items,
                comment=sent.comment.comment if sent.comment and sent.appendComment else None,
                notify=sent.notify,
                by="api",
            )
        except Refused as refused:
            raise bad(f"Creditmemo Document Validation Error(s):\n{refused}") from None
        return memo.entity_id

    def _order(self, call: Call) -> Order:
        order = self._shop.orders.get(call.number("id"))
        if order is None:
            raise gone()
        return order

    def _memo(self, call: Call) -> CreditMemo:
        memo = self._crediting.get(call.number("id"))
        if memo is None:
            raise gone()
        return memo
