"""`GET /v3/orders/{id}` and `POST /v3/orders/{id}/refund` (contract 5.4, 7)."""

from decimal import Decimal
from typing import TYPE_CHECKING

from aiohttp import web

from retour.sandbox.walmart.gate import Answer, Gate, Json, Need, body_of
from retour.sandbox.walmart.refusals import invalid, not_found
from retour.sandbox.walmart.state import Order, OrderLine

if TYPE_CHECKING:
    from retour.sandbox.walmart.simulator import WalmartSimulator

CONTENT = "INVALID_REQUEST_CONTENT"
REASONS = (
    "BillingError",
    "TaxExemptCustomer",
    "ItemNotAsAdvertised",
    "IncorrectItemReceived",
    "CancelledYetShipped",
    "ItemNotReceivedByCustomer",
    "IncorrectShippingPrice",
    "DamagedItem",
    "DefectiveItem",
    "CustomerChangedMind",
    "CustomerReceivedItemLate",
    "Missing Parts / Instructions",
    "Finance -> Goodwill",
    "Finance -> Rollback",
    "Buyer canceled",
    "Customer returned item",
    "General adjustment",
    "Merchandise not received",
    "Quality -> Missing Parts / Instructions",
    "Shipping & Delivery -> Damaged",
    "Shipping & Delivery -> Shipping Price Discrepancy",
    "Others",
)
Amounts = dict[str, Decimal]
"""By charge type, positive."""


class OrdersApi:
    """Orders tell who the customer is; refunding them knows nothing of returns."""

    def __init__(self, simulator: "WalmartSimulator") -> None:
        self._simulator = simulator

    def routes(self, gate: Gate) -> list[web.AbstractRouteDef]:
        path = "/v3/orders/{purchase_order_id}"
        need = Need("orders", writes=True)
        return [
            web.get(path, gate.open(self.get_order, need=Need("orders"))),
            web.post(f"{path}/refund", gate.open(self.refund, need=need, bucket="order-refund")),
        ]

    async def get_order(self, request: web.Request) -> Answer:
        return self._answer(self._order(request))

    async def refund(self, request: web.Request) -> Answer:
        order = self._order(request)
        asked = (await body_of(request)).get("orderRefund")
        if not isinstance(asked, dict) or asked.get("purchaseOrderId") != order.purchase_order_id:
            raise invalid(CONTENT, "orderRefund with the purchaseOrderId of the order is required.", "orderRefund")
        lines = asked.get("orderLines")
        parts = lines.get("orderLine") if isinstance(lines, dict) else None
        if not isinstance(parts, list) or not parts or not all(isinstance(part, dict) for part in parts):
            raise invalid(CONTENT, "orderLines.orderLine is required.", "orderLine")
        if len({part.get("isFullRefund") is True for part in parts}) > 1:
            raise invalid(CONTENT, "Full and partial refunds may not be mixed.", "isFullRefund")
        wanted = [(line := _line(order, part), _amounts(line, part)) for part in parts]
        for line, amounts in wanted:
            for charge_type, amount in amounts.items():
                before = line.refunded.get(charge_type, Decimal(0)) if self._adds_up else Decimal(0)
                if before + amount > line.charged(charge_type):
                    raise invalid(CONTENT, f"Line {line.number}: more than was charged.", "chargeAmount")
        for (line, amounts), part in zip(wanted, parts, strict=True):
            self._carry_out(order, line, amounts, full=part.get("isFullRefund") is True)
        return self._answer(order)

    @property
    def _adds_up(self) -> bool:
        return self._simulator.switches.order_refunds_add_up

    def _carry_out(self, order: Order, line: OrderLine, amounts: Amounts, *, full: bool) -> None:
        for charge_type, amount in amounts.items():
            line.refunded[charge_type] = line.refunded.get(charge_type, Decimal(0)) + amount
        self._simulator.journal.write(
            "refund",
            order.purchase_order_id,
            line.quantity if full else 0,  # an amount belongs to no unit
            line=line.number,
            amount=str(sum(amounts.values())),
            currency="USD",
            source="order_api",
            purchase_order_id=order.purchase_order_id,
            sku=line.sku,
        )

    def _order(self, request: web.Request) -> Order:
        order = self._simulator.seller.orders.get(request.match_info["purchase_order_id"])
        if order is None:
            raise not_found("The purchase order is not found.")
        return order

    def _answer(self, order: Order) -> Answer:
        body = order_shape(order)
        wrapped = self._simulator.switches.order_wrapper
        return Answer({"order": body} if wrapped else body, xml="list" if wrapped else "order")


def _line(order: Order, part: Json) -> OrderLine:
    number = part.get("lineNumber")
    line = order.line(int(number)) if isinstance(number, str) and number.isdecimal() else None
    if line is None:
        raise invalid(CONTENT, "The order has no such line.", "lineNumber")
    if line.status != "Shipped":
        raise invalid(CONTENT, f"Line {line.number} is not shipped.", "lineNumber")
    return line


def _amounts(line: OrderLine, part: Json) -> Amounts:
    """What is to be refunded of a line: all that was charged, or the charges named."""
    if part.get("isFullRefund") is True:
        return {kind: amount for kind in ("PRODUCT", "SHIPPING") if (amount := line.charged(kind))}
    try:
        charges = [charge for refund in part["refunds"]["refund"] for charge in refund["refundCharges"]["refundCharge"]]
        amounts: Amounts = {}
        for charge in charges:
            kind, amount = _charge(charge)
            amounts[kind] = amounts.get(kind, Decimal(0)) + amount
    except (KeyError, TypeError):
        raise invalid(CONTENT, "refunds.refund.refundCharges.refundCharge is incomplete.", "refunds") from None
    if not amounts:
        raise invalid(CONTENT, "A refund needs a charge.", "refundCharge")
    return amounts


def _charge(refund_charge: Json) -> tuple[str, Decimal]:
    if refund_charge["refundReason"] not in REASONS:
        raise invalid(CONTENT, "The refund reason is not known.", "refundReason")
    charge = refund_charge["charge"]
    if charge["chargeType"] not in ("PRODUCT", "SHIPPING"):
        raise invalid(CONTENT, "chargeType must be PRODUCT or SHIPPING.", "chargeType")
    amount = _negative(charge["chargeAmount"])
    if charge.get("tax"):
        amount += _negative(charge["tax"]["taxAmount"], or_nothing=True)
    return charge["chargeType"], amount


def _negative(money: Json, *, or_nothing: bool = False) -> Decimal:
    """The magnitude of an amount, which must be below zero (contract 7)."""
    value, currency = money["amount"], money["currency"]
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if currency != "USD" or not number or value > 0 or (value == 0 and not or_nothing):
        raise invalid(CONTENT, "The amount must be negative, in USD.", "chargeAmount")
    return -Decimal(str(value))


def order_shape(order: Order) -> Json:
    """Line numbers and amounts are strings here, the date is milliseconds (contract 5.4)."""
    customer = order.customer
    return {
        "purchaseOrderId": order.purchase_order_id,
        "customerOrderId": order.customer_order_id,
        "customerEmailId": customer.email,
        "orderDate": int(order.placed_at.timestamp() * 1000),
        "shippingInfo": {
            "phone": customer.phone,
            "methodCode": "Standard",
            "postalAddress": {
                "name": f"{customer.first_name} {customer.last_name}",
                "address1": customer.address1,
                "address2": customer.address2 or None,
                "city": customer.city,
                "state": customer.state,
                "postalCode": customer.postal_code,
                "country": customer.country,
                "addressType": "RESIDENTIAL",
            },
        },
        "orderLines": {"orderLine": [_line_shape(order, line) for line in order.lines]},
        "shipNode": {"type": order.ship_node},
    }


def _line_shape(order: Order, line: OrderLine) -> Json:
    charges = [_charge_shape("PRODUCT", "ItemPrice", line.unit_price, line.unit_tax)]
    if line.shipping:
        charges.append(_charge_shape("SHIPPING", "Shipping", line.shipping, Decimal(0)))
    count = str(line.quantity)
    amount = {"unitOfMeasurement": "EACH", "amount": count}
    shape: Json = {
        "lineNumber": str(line.number),
        "item": {"productName": line.title, "sku": line.sku},
        "charges": {"charge": charges},
        "orderLineQuantity": amount,
        "orderLineStatuses": {"orderLineStatus": [{"status": line.status, "statusQuantity": dict(amount)}]},
    }
    return shape | {"sellerOrderId": order.seller_order_id} if order.seller_order_id else shape


def _charge_shape(kind: str, name: str, amount: Decimal, tax: Decimal) -> Json:
    shape: Json = {
        "chargeType": kind,
        "chargeName": name,
        "chargeAmount": {"currency": "USD", "amount": float(amount)},
    }
    if tax:
        shape["tax"] = {"taxName": "Tax1", "taxAmount": {"currency": "USD", "amount": float(tax)}}
    return shape
