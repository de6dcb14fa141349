"""Both versions of the Orders API, as far as a refund needs them, and restricted data tokens (contract 1.2, 5)."""

import base64
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from aiohttp import web

from retour.sandbox.amazon.gate import Answer, Call, Gate, iso, json_of
from retour.sandbox.amazon.problems import Invalid, NotFound
from retour.sandbox.amazon.state import Order, OrderItem

if TYPE_CHECKING:
    from retour.sandbox.amazon.simulator import AmazonSimulator

INCLUDED = frozenset(
    (
        "BUYER", "RECIPIENT", "PROCEEDS", "EXPENSE", "PROMOTION", "CANCELLATION", "FULFILLMENT", "PACKAGES", "TAX",
        "PAYMENT", "FULFILLMENT_ORDERS",
    )
)  # fmt: skip


class OrdersApi:
    def __init__(self, simulator: "AmazonSimulator") -> None:
        self._simulator = simulator

    def routes(self, gate: Gate) -> list[web.AbstractRouteDef]:
        v0 = "/orders/v0/orders/{order_id}"
        restrict = gate.open("createRestrictedDataToken", self.restrict, "orders")
        return [
            web.post("/tokens/2021-03-01/restrictedDataToken", restrict),
            web.get("/orders/2026-01-01/orders/{order_id}", gate.open("getOrder", self.get, "orders")),
            web.get(v0, gate.open("getOrderV0", self.get_v0, "orders")),
            web.get(f"{v0}/orderItems", gate.open("getOrderItemsV0", self.items_v0, "orders")),
        ]

    async def restrict(self, call: Call) -> Answer:
        resources = (await json_of(call.request)).get("restrictedResources")
        if not isinstance(resources, list) or not 1 <= len(resources) <= 50:
            raise Invalid("restrictedResources must hold 1 to 50 resources.")
        if not all(isinstance(one, dict) and isinstance(one.get("path"), str) for one in resources):
            raise Invalid("A restricted resource needs a path.")
        if not self._simulator.switches.personal_data_role:
            raise Invalid("The application has no access to restricted data.")
        token, seconds = self._simulator.tokens.restrict(call.seller, tuple(one["path"] for one in resources))
        return Answer({"restrictedDataToken": token, "expiresIn": seconds})

    async def get(self, call: Call) -> Answer:
        order = self._order(call)
        included = frozenset(filter(None, call.request.query.get("includedData", "").split(",")))
        if not included <= INCLUDED:
            raise Invalid("includedData holds an unknown value.")
        return Answer({"order": self._as_2026(order, included)})

    async def get_v0(self, call: Call) -> Answer:
        order = self._order(call)
        body: dict[str, Any] = {
            "AmazonOrderId": order.order_id,
            "PurchaseDate": iso(order.placed_at),
            "LastUpdateDate": iso(order.placed_at),
            "OrderStatus": "Shipped" if order.shipped else "Unshipped",
            "FulfillmentChannel": "AFN" if order.fulfilled_by == "AMAZON" else "MFN",
            "SalesChannel": order.marketplace.name,
            "MarketplaceId": order.marketplace.marketplace_id,
            "OrderTotal": _money_v0(order, order.total),
            "IsPrime": order.prime,
            "IsReplacementOrder": order.original is not None,
        }
        if order.original:
            body["ReplacedOrderId"] = order.original[1]
        if call.grant.paths:
            buyer = order.buyer
            body["BuyerInfo"] = {"BuyerEmail": buyer.email, "BuyerName": buyer.name}
            body["ShippingAddress"] = {
                "Name": buyer.name,
                "AddressLine1": buyer.street,
                "City": buyer.city,
                "PostalCode": buyer.postal_code,
                "CountryCode": buyer.country,
            }
        return Answer({"payload": body})

    async def items_v0(self, call: Call) -> Answer:
        order = self._order(call)
        size = self._simulator.switches.order_items_per_page
        token = call.request.query.get("NextToken")
        try:
            offset = int(base64.urlsafe_b64decode(token)) if token else 0
        except ValueError:
            raise Invalid("NextToken is invalid.") from None
        rows = [_item_v0(order, item) for item in order.items[offset : offset + size]]
        payload: dict[str, Any] = {"AmazonOrderId": order.order_id, "OrderItems": rows}
        if offset + size < len(order.items):
            payload["NextToken"] = base64.urlsafe_b64encode(str(offset + size).encode()).decode()
        return Answer({"payload": payload})

    def _order(self, call: Call) -> Order:
        order = self._simulator.order_of(call.seller, call.request.match_info["order_id"])
        if order is None:
            raise NotFound("The order")
        return order

    def _as_2026(self, order: Order, included: frozenset[str]) -> dict[str, Any]:
        switches = self._simulator.switches
        body: dict[str, Any] = {
            "orderId": order.order_id,
            "createdTime": iso(order.placed_at),
            "lastUpdatedTime": iso(order.placed_at),
            "salesChannel": {
                "channelName": "AMAZON",
                "marketplaceId": order.marketplace.marketplace_id,
                "marketplaceName": order.marketplace.name,
            },
            "orderItems": [self._item_2026(order, item, included) for item in order.items],
        }
        associated = [order.original] if order.original else []
        if switches.original_names_replacement:
            associated += order.replacements
        if associated:
            body["associatedOrders"] = [{"orderId": other, "associationType": kind} for kind, other in associated]
        if "PROCEEDS" in included:
            body["proceeds"] = {"grandTotal": _money(order, order.total)}
        if "FULFILLMENT" in included:
            status = "SHIPPED" if order.shipped else "UNSHIPPED"
            body["fulfillment"] = {"fulfillmentStatus": status, "fulfilledBy": order.fulfilled_by}
        buyer = order.buyer
        if "BUYER" in included and switches.personal_data_role:
            body["buyer"] = {"buyerName": buyer.name, "buyerEmail": buyer.email}
        if "RECIPIENT" in included and switches.personal_data_role:
            body["recipient"] = {
                "deliveryAddress": {
                    "name": buyer.name,
                    "addressLine1": buyer.street,
                    "city": buyer.city,
                    "postalCode": buyer.postal_code,
                    "countryCode": buyer.country,
                    "phone": buyer.phone,
                }
            }
        return body

    def _item_2026(self, order: Order, item: OrderItem, included: frozenset[str]) -> dict[str, Any]:
        body: dict[str, Any] = {
            "orderItemId": item.order_item_id,
            "quantityOrdered": item.quantity,
            "product": {
                "asin": item.asin,
                "title": item.title,
                "sellerSku": item.sku,
                "price": {"unitPrice": _money(order, item.unit_price)},
            },
        }
        if "PROCEEDS" in included:
            body["proceeds"] = self._proceeds(order, item)
        if "FULFILLMENT" in included:
            shipped = item.quantity if order.shipped else 0
            body["fulfillment"] = {"quantityFulfilled": shipped, "quantityUnfulfilled": item.quantity - shipped}
        return body

    def _proceeds(self, order: Order, item: OrderItem) -> dict[str, Any]:
        """What was paid, whatever was refunded since."""
        switches = self._simulator.switches
        inside = order.marketplace.tax_inclusive
        apart = not inside or switches.tax_apart
        price = item.price - item.tax if inside and apart else item.price
        parts = {"ITEM": price, "SHIPPING": item.shipping, "GIFT_WRAP": item.gift_wrap}
        parts |= {"TAX": item.tax if apart else Decimal(0)}
        breakdowns: list[dict[str, Any]] = []
        for kind, amount in parts.items():
            if amount or kind == "ITEM":
                breakdowns.append({"type": kind, "subtotal": _money(order, amount)})
            if amount and kind == "TAX":
                breakdowns[-1]["detailedBreakdowns"] = [{"subtype": "ITEM", "value": _money(order, amount)}]
        if item.discount:
            discount = _money(order, -item.discount if switches.discount_negative else item.discount)
            detail = [{"subtype": "ITEM", "value": discount}]
            breakdowns.append({"type": "DISCOUNT", "subtotal": discount, "detailedBreakdowns": detail})
        total = sum(parts.values(), Decimal(0)) - item.discount
        return {"proceedsTotal": _money(order, total), "breakdowns": breakdowns}


def _money(order: Order, amount: Decimal) -> dict[str, str]:
    return {"amount": str(order.marketplace.money(amount)), "currencyCode": order.marketplace.currency}


def _money_v0(order: Order, amount: Decimal) -> dict[str, str]:
    return {"CurrencyCode": order.marketplace.currency, "Amount": str(order.marketplace.money(amount))}


def _item_v0(order: Order, item: OrderItem) -> dict[str, Any]:
    """`ItemPrice` is the line's, not the unit's."""
    body: dict[str, Any] = {
        "ASIN": item.asin,
        "SellerSKU": item.sku,
        "OrderItemId": item.order_item_id,
        "Title": item.title,
        "QuantityOrdered": item.quantity,
        "QuantityShipped": item.quantity if order.shipped else 0,
        "ItemPrice": _money_v0(order, item.price),
        "ItemTax": _money_v0(order, item.tax),
        "PromotionDiscount": _money_v0(order, item.discount),
    }
    if item.shipping:
        body |= {"ShippingPrice": _money_v0(order, item.shipping), "ShippingTax": _money_v0(order, Decimal(0))}
    if item.discount:
        body["PromotionIds"] = ["SANDBOX-PROMOTION"]
    return body
