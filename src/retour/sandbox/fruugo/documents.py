"""An order as Fruugo writes it: one structure, as XML and as JSON (contract 2.3, 4)."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final
from xml.sax.saxutils import escape

from retour.sandbox.fruugo import eastern
from retour.sandbox.fruugo.state import Line, Order
from retour.sandbox.fruugo.switches import FruugoSwitches

NAMESPACE: Final = "https://www.fruugo.com/orders/schema"

_NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Many:
    """A list: in XML each row is an element of this name."""

    name: str
    rows: Sequence[Document]


def order(source: Order, switches: FruugoSwitches, *, v2: bool = True) -> Document:
    """The whole order; without `v2` the older, smaller field set."""
    customer = source.customer
    shipping_vat = _vat(source.shipping_cost, Decimal(21))
    document: Document = {
        "customerOrderId": source.customer_order_id,
        "orderId": source.order_id,
        "orderDate": eastern.write(source.placed_at),
        "orderReleaseDate": eastern.write(source.released_at),
        "orderStatus": source.status,
        "customerLanguageCode": customer.language_code,
        "shippingAddress": {
            "firstName": customer.first_name,
            "lastName": customer.last_name,
            "streetAddress": customer.street_address,
            "city": customer.city,
            "province": customer.province,
            "postalCode": customer.postal_code,
            "countryCode": customer.country_code,
            "phoneNumber": customer.phone_number,
            "emailAddress": customer.email_address,
        },
        "shippingMethod": "1",
        "shippingCostInclVAT": source.shipping_cost,
        "shippingCostVAT": shipping_vat,
        "orderLines": Many("orderLine", [_line(line, switches, v2=v2) for line in source.lines]),
        "shipments": Many(
            "shipment",
            [
                {
                    "shipmentId": shipment.shipment_id,
                    "shippingDate": eastern.write(shipment.at),
                    "shipmentLines": Many(
                        "shipmentLine",
                        [
                            {
                                "fruugoProductId": line.fruugo_product_id,
                                "fruugoSkuId": line.fruugo_sku_id,
                                "skuName": line.title,
                                "quantity": quantity,
                            }
                            for line, quantity in shipment.lines
                        ],
                    ),
                }
                for shipment in source.shipments
            ],
        ),
    }
    if v2:
        document |= {"fruugoTax": False, "fruugoTaxID": "", "fruugoEORI": ""}
    return document


def garble(document: Document, flaw: str) -> Document:
    """The same order with something wrong: a client keeps what it cannot read, and reads all the others."""
    line: Document = document["orderLines"].rows[0]
    match flaw:
        case "no_order_id":
            del document["orderId"]
        case "no_fruugo_sku_id":
            del line["fruugoSkuId"]
        case "no_counter":
            del line["returnAnnouncedItems"]
        case "empty_counter":
            line["returnedItems"] = ""
        case "bad_counter":
            line["returnAnnouncedItems"] = "several"
        case "negative_counter":
            line["returnAnnouncedItems"] = -1
        case "bad_date":
            document["orderDate"] = "yesterday"
        case "unknown_status":
            document["orderStatus"] = "ARCHIVED"
        case "unknown_fields":
            document["giftWrap"] = {"ribbon": True}
            line["repairedItems"] = 1
        case "not_an_object":
            return {}
    return document


def xml(documents: Sequence[Document], merchant_id: str, switches: FruugoSwitches) -> str:
    """A whole answer to a download."""
    inside = "".join(_element("order", document, _colon(switches)) for document in documents)
    return _root("orders", f' merchantId="{merchant_id}"', inside, switches)


def xml_of_one(document: Document, merchant_id: str, switches: FruugoSwitches) -> str:
    """A whole answer to a POST."""
    if switches.post_root == "orders":
        return xml([document], merchant_id, switches)
    return _root("order", "", _children(document, _colon(switches)), switches)


def plain(document: Document, switches: FruugoSwitches) -> Document | None:
    """For JSON: lists are plain lists, amounts are numbers."""
    if not document:
        return None
    result: Document = json.loads(json.dumps(document, default=_json))
    if switches.numeric_order_ids and "orderId" in result:
        result["orderId"] = int(result["orderId"])
    return result


def _line(line: Line, switches: FruugoSwitches, *, v2: bool) -> Document:
    total = line.unit_price * line.quantity
    document: Document = {
        "productId": line.product_id,
        "skuId": line.sku_id,
        "fruugoProductId": line.fruugo_product_id,
        "fruugoSkuId": line.fruugo_sku_id,
        "skuName": line.title,
        "attributes": "",
        "currencyCode": "EUR",
        "itemPriceInclVat": line.unit_price,
        "itemVat": _vat(line.unit_price, line.vat_percentage),
        "totalPriceInclVat": total,
        "totalVat": _vat(total, line.vat_percentage),
        "vatPercentage": line.vat_percentage,
    }
    if v2:
        document["customer"] = _customer_prices(line)
    still = line.announced + line.returned if switches.shipped_keeps_counting else 0
    return document | {
        "totalNumberOfItems": line.quantity,
        "pendingItems": line.pending,
        "confirmedItems": line.confirmed,
        "shippedItems": line.shipped + still,
        "cancelledItems": line.cancelled,
        "returnAnnouncedItems": line.announced,
        "returnedItems": line.returned,
        "itemsWithException": line.exception,
    }


def _customer_prices(line: Line) -> Document:
    """In the customer's currency, which need not be the seller's."""
    customer = line.order.customer
    price = _cents(line.unit_price * customer.rate)
    vat = _vat(price, line.vat_percentage)
    return {
        "customerItemPriceExcVat": price - vat,
        "customerItemVat": vat,
        "totalCustomerPriceExcVat": (price - vat) * line.quantity,
        "totalCustomerVat": vat * line.quantity,
        "customerCurrency": customer.currency,
    }


def _vat(included_in: Decimal, percentage: Decimal) -> Decimal:
    return _cents(included_in * percentage / (100 + percentage))


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"))


def _colon(switches: FruugoSwitches) -> str:
    return f"{switches.prefix}:" if switches.prefix else ""


def _root(name: str, attributes: str, inside: str, switches: FruugoSwitches) -> str:
    colon = _colon(switches)
    declared = f"xmlns:{switches.prefix}" if switches.prefix else "xmlns"
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f'<{colon}{name} {declared}="{NAMESPACE}"{attributes}>{inside}</{colon}{name}>'
    )


def _children(document: Document, colon: str) -> str:
    return "".join(_element(name, value, colon) for name, value in document.items())


def _element(name: str, value: Any, colon: str) -> str:
    match value:
        case Many():
            inside = "".join(_element(value.name, row, colon) for row in value.rows)
        case dict():
            inside = _children(value, colon)
        case bool():
            inside = "true" if value else "false"
        case _:
            inside = escape(_NOT_XML.sub("", str(value)))
    return f"<{colon}{name}>{inside}</{colon}{name}>" if inside else f"<{colon}{name}/>"


def _json(value: Any) -> Any:
    return list(value.rows) if isinstance(value, Many) else float(value)
