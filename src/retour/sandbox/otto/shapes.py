"""How returns, orders and return shipments look on the wire (contract 3, 5)."""

from datetime import datetime
from typing import Any

from retour.sandbox.otto.state import Order, Shipment, Unit
from retour.sandbox.otto.switches import Flaw

Json = dict[str, Any]


def moment(at: datetime) -> str:
    """UTC, with milliseconds and Z."""
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03}Z"


def returned(unit: Unit, flaw: Flaw | None = None) -> Any:
    """A row of `GET /v3/returns`, spoiled when it is to be."""
    row: Json = {
        "positionItemId": unit.position_item_id,
        "salesOrderId": unit.order.sales_order_id,
        "status": unit.return_status,
        "occurredTime": moment(unit.changed_at) if unit.changed_at else None,
        "details": _details(unit),
    }
    match flaw:
        case "not_an_object":
            return unit.position_item_id
        case "no_id":
            del row["positionItemId"]
        case "no_order_id":
            del row["salesOrderId"]
        case "wrong_type":
            row["details"] = "none"
        case "unknown_values":
            row |= {"status": "PARKED", "parkingSpace": 17}
        case "bad_time":
            row["occurredTime"] = "last Tuesday"
        case "bare":
            return {"positionItemId": unit.position_item_id, "status": unit.return_status}
    return row


def _details(unit: Unit) -> Json:
    match unit.return_status:
        case "ANNOUNCED" if unit.shipment:
            key = {"trackingNumbers": [unit.shipment.tracking_number], "carrier": unit.shipment.carrier}
            return {"returnTrackingKey": key}
        case "ACCEPTED" | "REJECTED":
            return _filled({"condition": unit.condition, "reason": unit.reason})
        case "MISDIRECTED":
            return {"orderNumber": unit.order.order_number, "ottoWarehouseID": "HAM-2"}
    return {}


def order(order: Order) -> Json:
    """INFERRED from OTTO's orders V4."""
    customer = order.customer
    address = {
        "salutation": customer.salutation,
        "firstName": customer.first_name,
        "lastName": customer.last_name,
        "street": customer.street,
        "houseNumber": customer.house_number,
        "zipCode": customer.zip_code,
        "city": customer.city,
        "countryCode": customer.country_code,
    }
    return {
        "salesOrderId": order.sales_order_id,
        "orderNumber": order.order_number,
        "orderDate": moment(order.ordered_at),
        "lastModifiedDate": moment(order.modified_at),
        "deliveryAddress": address,
        "invoiceAddress": address,
        "positionItems": [_position_item(unit) for unit in order.units],
    }


def _position_item(unit: Unit) -> Json:
    tracking = {"carrier": "HERMES", "trackingNumber": f"OUT-{unit.order.order_number}"}
    return _filled(
        {
            "positionItemId": unit.position_item_id,
            "fulfillmentStatus": unit.fulfillment,
            "itemValueGrossPrice": {"amount": float(unit.price), "currency": "EUR"},
            "product": {
                "sku": unit.sku,
                "ean": unit.ean,
                "productTitle": unit.title,
                "articleNumber": f"{unit.ean[-8:]}-0",
                "vatRate": 19.0,
            },
            "sentDate": moment(unit.sent_at) if unit.sent_at else None,
            "returnedDate": moment(unit.returned_at) if unit.returned_at else None,
            "trackingInfo": tracking if unit.sent_at else None,
        }
    )


def shipment(shipment: Shipment) -> Json:
    return {
        "returnShipmentId": shipment.shipment_id,
        "createdAt": moment(shipment.created_at),
        "trackingKey": {"carrier": shipment.carrier, "trackingNumber": shipment.tracking_number},
        "returnPositionItems": [
            {"salesOrderId": unit.order.sales_order_id, "salesOrderPositionItemId": unit.position_item_id}
            for unit in shipment.units
        ],
        "states": [{"state": state, "occurredOn": moment(at)} for state, at in shipment.states],
    }


def _filled(row: Json) -> Json:
    """Without what is not there."""
    return {name: value for name, value in row.items() if value is not None}
