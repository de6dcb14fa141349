"""Our state in the platform's words: the bodies of its answers (contract 2, and the official specification)."""

from typing import Any

from retour.sandbox.bol.amsterdam import amsterdam
from retour.sandbox.bol.processes import Process
from retour.sandbox.bol.state import Customer, Order, OrderItem, Return, ReturnItem
from retour.sandbox.bol.switches import BolSwitches

Json = dict[str, Any]


def reduced_return(returned: Return, handled: bool, switches: BolSwitches) -> Json:
    """A row of the list: only the items that match the filter."""
    rows: list[Any] = [
        _garbled(_reduced_item(item, switches), switches.garbled_rows.get(item.rma_id))
        for item in returned.items
        if item.handled is handled
    ]
    return {**_head(returned), "returnItems": rows}


def single_return(returned: Return, switches: BolSwitches) -> Json:
    """One return with all its items, handled or not."""
    return {**_head(returned), "returnItems": [_item(item, switches) for item in returned.items]}


def process_status(process: Process, base_url: str) -> Json:
    """Live has no `links` on SUCCESS; the specification requires them, and has no `method` in a link."""
    shape: Json = {"processStatusId": process.process_status_id}
    if process.entity_id is not None:
        shape["entityId"] = process.entity_id
    shape |= {
        "eventType": process.event_type,
        "description": process.description,
        "status": process.status,
        "createTimestamp": amsterdam(process.created_at),
    }
    if process.error is not None:
        shape["errorMessage"] = process.error
    if process.status != "SUCCESS":
        href = f"{base_url}/shared/process-status/{process.process_status_id}"
        shape["links"] = [{"rel": "self", "href": href, "method": "GET"}]
    return shape


def order(order: Order) -> Json:
    """The billing address lives here, not in a return (contract 2.5)."""
    address = _address(order.customer)
    return {
        "orderId": order.order_id,
        "pickupPoint": False,
        "orderPlacedDateTime": amsterdam(order.placed_at),
        "shipmentDetails": {key: value for key, value in address.items() if key != "vatNumber"} | {"language": "nl"},
        "billingDetails": {key: value for key, value in address.items() if key != "deliveryPhoneNumber"},
        "orderItems": [_order_item(order, item) for item in order.items],
    }


def _head(returned: Return) -> Json:
    return {
        "returnId": returned.return_id,
        "registrationDateTime": amsterdam(returned.registered_at),
        "fulfilmentMethod": returned.fulfilment_method,
    }


def _reduced_item(item: ReturnItem, switches: BolSwitches) -> Json:
    shape: Json = {
        "rmaId": item.rma_id,
        "orderId": item.order.order_id,
        "ean": item.order_item.ean,
        "expectedQuantity": item.expected,
        "returnReason": _reason(item, switches),
        "handled": item.handled,
    }
    history = _history(item, switches)
    if (history or not switches.omit_absent) and not switches.omit_history_in_lists:
        shape["processingResults"] = history
    if switches.unknown_values:
        shape["returnChannel"] = {"kind": "LOCKER"}
    return shape


def _item(item: ReturnItem, switches: BolSwitches) -> Json:
    shape: Json = {
        "rmaId": item.rma_id,
        "orderId": item.order.order_id,
        "ean": item.order_item.ean,
        "title": item.order_item.title,
        "expectedQuantity": item.expected,
        "returnReason": _reason(item, switches),
        "handled": item.handled,
    }
    if item.track_and_trace:
        shape |= {"trackAndTrace": item.track_and_trace, "transporterName": item.transporter}
    history = _history(item, switches)
    if history or not switches.omit_absent:
        shape["processingResults"] = history
    shape["customerDetails"] = _customer(item.order.customer, switches)
    return shape


def _reason(item: ReturnItem, switches: BolSwitches) -> Json:
    main = "Een reden van morgen" if switches.unknown_values else item.reason.main
    shape: Json = {"mainReason": main}
    if item.reason.detailed or not switches.omit_absent:
        shape["detailedReason"] = item.reason.detailed
    if item.reason.comments or not switches.omit_absent:
        shape["customerComments"] = item.reason.comments
    return shape


def _history(item: ReturnItem, switches: BolSwitches) -> list[Json]:
    rows = [
        {
            "quantity": entry.quantity,
            "processingResult": entry.result,
            "handlingResult": entry.handling,
            "processingDateTime": amsterdam(entry.at),
        }
        for entry in item.history
    ]
    if switches.unknown_values:
        at = amsterdam(item.returned.registered_at)
        unknown = {"processingResult": "ON_HOLD", "handlingResult": "HANDED_TO_CHARITY", "processingDateTime": at}
        rows.append({"quantity": 1, **unknown})
    return rows[::-1] if switches.history_newest_first else rows


def _customer(customer: Customer, switches: BolSwitches) -> Json:
    if switches.sparse_customers:
        return {"zipCode": customer.zip_code, "countryCode": customer.country_code, "email": customer.email}
    address = _address(customer)
    return address | {"salutation": "MX"} if switches.unknown_values else address


def _address(customer: Customer) -> Json:
    shape = {
        "salutation": customer.salutation,
        "firstName": customer.first_name,
        "surname": customer.surname,
        "streetName": customer.street_name,
        "houseNumber": customer.house_number,
        "houseNumberExtension": customer.house_number_extension,
        "extraAddressInformation": customer.extra_address_information,
        "zipCode": customer.zip_code,
        "city": customer.city,
        "countryCode": customer.country_code,
        "email": customer.email,
        "deliveryPhoneNumber": customer.delivery_phone_number,
        "company": customer.company,
        "vatNumber": customer.vat_number,
    }
    return {key: value for key, value in shape.items() if value}


def _order_item(order: Order, item: OrderItem) -> Json:
    party = "RETAILER" if order.fulfilment_method == "FBR" else "BOL"
    offer = {"offerId": f"6ff736b5-cdd0-4150-8c67-{item.order_item_id:0>12}", "reference": item.sku}
    return {
        "orderItemId": item.order_item_id,
        "cancellationRequest": False,
        "fulfilment": {
            "method": order.fulfilment_method,
            "distributionParty": party,
            "latestDeliveryDate": f"{order.shipped_at:%Y-%m-%d}",
            "timeFrameType": "REGULAR",
        },
        "offer": offer if item.sku else {"offerId": offer["offerId"]},
        "product": {"ean": item.ean, "title": item.title},
        "quantity": item.quantity,
        "quantityShipped": item.quantity,
        "quantityCancelled": 0,
        "unitPrice": float(item.unit_price),
        "totalPrice": float(item.unit_price * item.quantity),
        "discounts": [],
        "commission": round(float(item.unit_price * item.quantity) * 0.15, 2),
        "additionalServices": [],
        "latestChangedDateTime": amsterdam(order.shipped_at),
    }


def _garbled(row: Json, how: str | None) -> object:
    """A row as it should never be (one unreadable row must hide no other)."""
    match how:
        case None:
            return row
        case "no_rma_id":
            return {key: value for key, value in row.items() if key != "rmaId"}
        case "wrong_type":
            return row | {"expectedQuantity": "twee", "returnReason": None}
        case _:
            return "?"
