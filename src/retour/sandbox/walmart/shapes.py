"""Returns in the platform's words: the rows of the list (contract 4.3, 5)."""

from datetime import datetime, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any

from retour.sandbox.walmart.state import Event, Refund, Return, ReturnLine
from retour.sandbox.walmart.switches import WalmartSwitches

Json = dict[str, Any]
RETURN_WITHIN = timedelta(days=30)
_DESCRIPTIONS = {
    "RETURN_INITIATED": "Return initiated for MARKET_PLACE",
    "RETURN_IN_TRANSIT": "A MARKET_PLACE Return in Transit",
    "DELIVERED_AT_RETURN_CENTER": "Return delivered at the return center",
    "REFUND_INITIATED": "Refund initiated",
    "REFUND_ISSUED": "Refund issued",
    "RETURN_CANCELLED": "Return cancelled",
    "INTRANSIT_AFTER_INVOICE": "Return in transit after refund",
    "DELIVERED_AFTER_INVOICE": "Return delivered after refund",
}
_REFUND_STATUS = {"initiated": "REFUND_INITIATED", "issued": "REFUND_COMPLETED"}


def utc(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def usd(amount: Decimal) -> Json:
    return {"currencyAmount": float(amount), "currencyUnit": "USD"}


def status(line: ReturnLine, switches: WalmartSwitches) -> str:
    """INITIATED, DELIVERED or COMPLETED; the last does not mean refunded (contract 5.1)."""
    if line.cancellation or line.all_shown or (line.shown and switches.part_completes_line):
        return "COMPLETED"
    return "DELIVERED" if line.delivered else "INITIATED"


def row(returned: Return, switches: WalmartSwitches, *, replacement_info: bool) -> Any:
    """One return; whatever is wrong with its row was asked for."""
    total = sum((_total(line) for line in returned.lines), Decimal(0))
    shape: Json = {
        "returnOrderId": returned.return_order_id,
        "customerEmailId": returned.customer.email,
        "customerName": {"firstName": returned.customer.first_name, "lastName": returned.customer.last_name},
        "customerOrderId": returned.customer_order_id,
        "returnOrderDate": utc(returned.opened_at),
        "returnByDate": utc(returned.opened_at + RETURN_WITHIN),
        "refundMode": "POST_DELIVERY",
        "totalRefundAmount": usd(total),
        "returnLineGroups": _groups(returned),
        "returnOrderLines": [_line(line, switches, replacement_info=replacement_info) for line in returned.lines],
        "returnChannel": {"channelName": returned.channel},
    }
    if replacement_info:
        shape["returnType"] = returned.kind
        if returned.replacement_customer_order_id:
            shape["replacementCustomerOrderId"] = returned.replacement_customer_order_id
    return _garbled(shape, switches.garbled_rows.get(returned.return_order_id))


def quantity(units: int, unit: str | None) -> Json:
    """A double: 2 goes out as 2.0. The unit may be missing."""
    value: Json = {"measurementValue": float(units)}
    return {"unitOfMeasure": unit, **value} if unit else value


def _total(line: ReturnLine) -> Decimal:
    return (line.order_line.unit_price + line.order_line.unit_tax) * line.quantity


def _groups(returned: Return) -> list[Json]:
    """Labels belong to groups of lines; a group may have several, and a label several carriers."""
    lines = sorted(returned.lines, key=lambda line: line.group)
    return [_group(returned, number, list(members)) for number, members in groupby(lines, lambda line: line.group)]


def _group(returned: Return, number: int, lines: list[ReturnLine]) -> Json:
    expected = any(line.return_expected for line in lines)
    labels = range(returned.labels_per_group if expected else 0)
    return {
        "groupNo": number,
        "returnLines": [{"returnOrderLineNumber": line.number} for line in lines],
        "labels": [_label(returned, number, label) for label in labels],
        "returnExpectedFlag": expected,
    }


def _label(returned: Return, group: int, label: int) -> Json:
    carriers = range(returned.carriers_per_label)
    return {
        "labelImageURL": f"https://labels.example.org/{returned.return_order_id}/{group}-{label + 1}.png",
        "carrierInfoList": [
            {
                "carrierId": str(11 + carrier),
                "carrierName": "FEDEX" if carrier == 0 else "USPS",
                "serviceType": "FedEx Ground" if carrier == 0 else "Ground Advantage",
                "trackingNo": tracking_number(returned, group, label, carrier),
            }
            for carrier in carriers
        ],
    }


def tracking_number(returned: Return, group: int = 1, label: int = 0, carrier: int = 0) -> str:
    return f"7856{returned.number % 1_000_000:06}{group % 10}{label % 10}{carrier % 10}"


def _line(line: ReturnLine, switches: WalmartSwitches, *, replacement_info: bool) -> Json:
    ordered, unit = line.order_line, switches.unit_of_measure
    counted = line.shown if switches.refunded_quantity == "initiated" else _issued(line)
    shape: Json = {
        "returnOrderLineNumber": line.number,
        "salesOrderLineNumber": ordered.number,
        "purchaseOrderId": line.order.purchase_order_id,
        "purchaseOrderLineNumber": ordered.number,
        "returnReason": line.reason,
        "item": {
            "sku": ordered.sku,
            "condition": "New",
            "productName": ordered.title,
            "itemWeight": {"unitOfMeasure": "POUND", "measurementValue": 1.0},
        },
        "charges": [_charge(line)],
        "unitPrice": usd(ordered.unit_price),
        "chargeTotals": [
            {"name": "lineUnitPrice", "value": usd(ordered.unit_price)},
            {"name": "lineProductTaxes", "value": usd(ordered.unit_tax * line.quantity)},
            {"name": "lineTotal", "value": usd(_total(line))},
        ],
        "cancellableQty": 0 if line.shipped else line.left,
        "quantity": quantity(line.quantity, unit),
        "returnExpectedFlag": line.return_expected,
        "isFastReplacement": False,
        "isKeepIt": line.keep_it,
        "lastItem": line is line.returned.lines[-1],
        "refundedQty": float(sum(refund.quantity for refund in counted)),
        "rechargeableQty": 0.0,
        "returnTrackingDetail": _events(line, switches),
        "status": status(line, switches),
        "statusTime": utc(line.events[-1].at),
        "currentDeliveryStatus": "DELIVERED" if line.delivered else "IN_TRANSIT" if line.shipped else "NOT_SHIPPED",
        "currentTrackingStatuses": _tracking(line, unit),
    }
    if line.order.seller_order_id:
        shape["sellerOrderId"] = line.order.seller_order_id
    if ordered.exception_type:
        shape |= {"exceptionItemType": ordered.exception_type, "isReturnForException": True}
    if replacement_info and line.cancellation:
        shape["returnCancellationReason"] = line.cancellation
    return shape | _refunds(line)


def _issued(line: ReturnLine) -> list[Refund]:
    return [refund for refund in line.refunds if refund.stage == "issued"]


def _refunds(line: ReturnLine) -> Json:
    """`refundChannels` without units, as in the official example."""
    if not line.shown:
        return {}
    last = line.shown[-1]
    channels = [
        {"refundChannelName": refund.channel, "quantity": quantity(refund.quantity, None)} for refund in line.shown
    ]
    return {
        "currentRefundStatus": _REFUND_STATUS[last.stage],
        "refundChannel": last.channel,
        "refundChannels": channels,
    }


def _tracking(line: ReturnLine, unit: str | None) -> list[Json]:
    """Where each unit stands; the refund of units that are not refunded has no status."""
    rows = [
        {
            "status": "COMPLETED",
            "statusTime": utc(refund.at),
            "currentRefundStatus": _REFUND_STATUS[refund.stage],
            "quantity": quantity(refund.quantity, unit),
        }
        for refund in line.shown
    ]
    at = utc(line.events[-1].at)
    if line.cancelled:
        rows.append({"status": "COMPLETED", "statusTime": at, "quantity": quantity(line.cancelled, unit)})
    rest = line.quantity - line.cancelled - sum(refund.quantity for refund in line.shown)
    if rest > 0:
        where = "DELIVERED" if line.delivered else "INITIATED"
        rows.append({"status": where, "statusTime": at, "quantity": quantity(rest, unit)})
    return rows


def _charge(line: ReturnLine) -> Json:
    return {
        "chargeCategory": "PRODUCT",
        "chargeName": "ItemPrice",
        "chargePerUnit": usd(line.order_line.unit_price),
        "isDiscount": False,
        "isBillable": True,
        "tax": [{"taxName": "Tax1", "excessTax": usd(Decimal(0)), "taxPerUnit": usd(line.order_line.unit_tax)}],
        "excessCharge": usd(Decimal(0)),
        "references": [{"name": "isAdjustment", "value": "false"}],
    }


def _events(line: ReturnLine, switches: WalmartSwitches) -> list[Json]:
    rows = [_event(line, number, event) for number, event in enumerate(line.events)]
    return rows[::-1] if switches.events_newest_first else rows


def _event(line: ReturnLine, number: int, event: Event) -> Json:
    references = [{"name": "ReturnDate", "value": utc(line.returned.opened_at)}]
    if event.tag == "RETURN_INITIATED" and line.return_expected:
        tracking = tracking_number(line.returned, line.group)
        link = f"https://tracking.example.org/?tracknumbers={tracking}"
        references.append({"name": "FedexTrackingLink", "value": link})
    return {
        "sequenceNo": number,
        "eventTag": event.tag,
        "eventDescription": _DESCRIPTIONS[event.tag],
        "eventTime": utc(event.at),
        "references": references,
    }


def _garbled(shape: Json, flaw: str | None) -> Any:
    """A row as it should never be (one unreadable row must hide no other), and two that are only unusual."""
    lines: list[Json] = shape["returnOrderLines"]
    match flaw:
        case "no_id":
            del shape["returnOrderId"]
        case "no_lines":
            del shape["returnOrderLines"]
        case "no_line_number":
            del lines[0]["returnOrderLineNumber"]
        case "wrong_type":
            lines[0] |= {"quantity": "two", "item": ["sku"]}
        case "bad_date":
            shape["returnOrderDate"] = "yesterday"
        case "not_an_object":
            return "?"
        case "unknown_values":
            shape |= {"returnChannel": {"channelName": "LOCKER"}, "refundMode": "NEVER_SEEN", "newField": [{}]}
            lines[0] |= {"returnReason": "A_REASON_OF_TOMORROW", "currentDeliveryStatus": "ON_THE_MOON"}
        case "bare":
            kept = {"returnOrderId", "customerOrderId", "returnOrderDate", "returnOrderLines", "returnType"}
            of_line = {"returnOrderLineNumber", "purchaseOrderId", "purchaseOrderLineNumber", "quantity", "status"}
            shape = {key: value for key, value in shape.items() if key in kept}
            shape["returnOrderLines"] = [{key: line[key] for key in line if key in of_line} for line in lines]
        case _:
            pass
    return shape
