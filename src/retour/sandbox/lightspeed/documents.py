"""The shapes that go over the wire (contract 3, 4, 5). What is absent is `false`, not null."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from retour.sandbox.lightspeed.orders import Address, Invoice, Metafield, Order, OrderLine
from retour.sandbox.lightspeed.returns import Flaw, ReturnRow
from retour.sandbox.lightspeed.switches import LightspeedSwitches

Document = dict[str, Any]

_COUNTRIES: Final = {"nl": (150, "nld", "Netherlands"), "be": (20, "bel", "Belgium"), "de": (57, "deu", "Germany")}
_LANGUAGES: Final = {"nl": (1, "Nederlands"), "de": (2, "Deutsch"), "en": (3, "English"), "fr": (4, "Français")}


@dataclass(frozen=True, slots=True)
class Links:
    """Where a document points to: the origin of the request, and its language."""

    origin: str
    language: str

    def resource(self, url: str, number: int | None = None) -> Document:
        """A relation. A collection has the id `false`."""
        path, _, query = url.partition("?")
        link = f"{self.origin}/{self.language}/{path}.json" + (f"?{query}" if query else "")
        return {"resource": {"id": number or False, "url": url, "link": link}}


def return_document(row: ReturnRow, switches: LightspeedSwitches, links: Links) -> Any:
    """The return as it is answered: `numProducts` is not to be relied on, prices are strings."""
    customer_id = row.order.buyer.customer_id
    total = sum((line.price * quantity for line, quantity in row.lines), Decimal(0))
    without_tax = sum((_without_tax(line) * quantity for line, quantity in row.lines), Decimal(0))
    document: Document = {
        "id": row.id,
        "createdAt": moment(row.created_at),
        "updatedAt": moment(row.updated_at),
        "customerId": customer_id or False,
        "orderId": row.order.id,
        "status": switches.status_words.get(row.status, row.status),
        "numProducts": 0,
        "priceExcl": f"{without_tax:.2f}",
        "priceIncl": f"{total:.2f}",
        "isStockAdjusted": row.stock_adjusted,
        "returnReason": row.reason,
        "returnAction": row.action,
        "customerComment": row.customer_comment,
        "staffNote": row.staff_note,
        "mailMessage": row.mail_message,
        "notifyStatus": row.notify,
        "orderProducts": [{"id": line.id, "quantity": quantity} for line, quantity in row.lines],
    }
    if switches.extra_fields:
        document |= {
            "number": row.id,
            "reason": row.reason,
            "remark": row.customer_comment,
            "firstname": row.order.buyer.firstname,
            "order": links.resource(f"orders/{row.order.id}", row.order.id),
            "customer": links.resource(f"customers/{customer_id}", customer_id) if customer_id else False,
        }
    return document if row.flaw is None else _spoiled(document, row.flaw)


def _spoiled(document: Document, flaw: Flaw) -> Any:
    match flaw:
        case "no_id":
            del document["id"]
        case "text_id":
            document["id"] = "unknown"
        case "no_status":
            del document["status"]
        case "number_status":
            document["status"] = 3
        case "lines_false":
            document["orderProducts"] = False
        case "false":
            return False
    return document


def order_document(order: Order, links: Links) -> Document:
    buyer, url = order.buyer, f"orders/{order.id}"
    without_tax = sum((_without_tax(line) * line.ordered for line in order.lines), order.shipment_price)
    return {
        "id": order.id,
        "createdAt": moment(order.created_at),
        "updatedAt": moment(order.updated_at),
        "number": order.number,
        "status": order.status,
        "customStatusId": None,
        "channel": "main",
        "priceExcl": _number(without_tax),
        "priceIncl": _number(order.total),
        "gender": False,
        "birthDate": False,
        "email": buyer.email,
        "firstname": buyer.firstname,
        "middlename": "",
        "lastname": buyer.lastname,
        "phone": buyer.phone,
        "mobile": "",
        "isCompany": bool(buyer.company),
        "companyName": buyer.company,
        "companyVatNumber": buyer.vat_number,
        **_address("addressBilling", buyer.billing),
        "addressShippingCompany": False,
        **_address("addressShipping", buyer.shipping),
        "paymentStatus": order.payment_status,
        "shipmentStatus": order.shipment_status,
        "shipmentPriceIncl": _number(order.shipment_price),
        "comment": order.comment,
        "memo": order.memo,
        "language": language_document(links.language),
        "customer": _customer(order, links),
        "invoices": links.resource(f"{url}/invoices"),
        "products": links.resource(f"{url}/products"),
        "metafields": links.resource(f"{url}/metafields"),
        "events": links.resource(f"orders/events?order={order.id}"),
        "quote": False,
    }


def _address(prefix: str, address: Address) -> Document:
    number, code3, title = _COUNTRIES.get(address.country.lower(), (999, "", address.country))
    return {
        f"{prefix}Name": address.name,
        f"{prefix}Street": address.street,
        f"{prefix}Street2": "",
        f"{prefix}Number": address.number,
        f"{prefix}Extension": address.extension,
        f"{prefix}Zipcode": address.zipcode,
        f"{prefix}City": address.city,
        f"{prefix}Region": "",
        f"{prefix}RegionData": False,
        f"{prefix}Country": {"id": number, "code": address.country.lower(), "code3": code3, "title": title},
    }


def _customer(order: Order, links: Links) -> Any:
    number = order.buyer.customer_id
    return links.resource(f"customers/{number}", number) if number else False


def line_document(line: OrderLine, returned: int, links: Links) -> Document:
    return {
        "id": line.id,
        "supplierTitle": "",
        "brandTitle": "",
        "productTitle": line.title,
        "variantTitle": line.variant,
        "taxRate": float(line.tax_rate),
        "quantityOrdered": line.ordered,
        "quantityInvoiced": line.ordered,
        "quantityShipped": line.shipped,
        "quantityRefunded": line.refunded,
        "quantityReturned": returned,
        "articleCode": line.article_code,
        "ean": line.ean,
        "sku": line.sku,
        "priceExcl": _number(_without_tax(line)),
        "priceIncl": _number(line.price),
        "customFields": False,
        "product": links.resource(f"products/{line.product_id}", line.product_id),
        "variant": False,
    }


def metafield_document(metafield: Metafield) -> Document:
    return {
        "id": metafield.id,
        "createdAt": moment(metafield.created_at),
        "updatedAt": moment(metafield.updated_at),
        "key": metafield.key,
        "value": metafield.value,
    }


def invoice_document(invoice: Invoice, links: Links) -> Document:
    order, url = invoice.order, f"invoices/{invoice.id}"

    def other(related: Invoice | None) -> Any:
        return links.resource(f"invoices/{related.id}", related.id) if related else False

    return {
        "id": invoice.id,
        "createdAt": moment(invoice.created_at),
        "updatedAt": moment(invoice.updated_at),
        "number": invoice.number,
        "status": invoice.status,
        "isVatShifted": False,
        "priceExcl": _number(sum((_without_tax(line) * n for line, n in invoice.items), invoice.shipment)),
        "priceIncl": _number(invoice.total),
        "doNotifyNew": False,
        "doNotifyPaid": False,
        "invoice": other(invoice.parent),
        "isCreditNote": invoice.parent is not None,
        "creditNote": other(invoice.credited_by),
        "order": links.resource(f"orders/{order.id}", order.id),
        "customer": _customer(order, links),
        "items": links.resource(f"{url}/items"),
        "metafields": links.resource(f"{url}/metafields"),
        "events": links.resource(f"orders/events?invoice={invoice.id}"),
    }


def item_documents(invoice: Invoice) -> list[Document]:
    return [
        {
            "id": invoice.id * 100 + place,
            "type": "product",
            "title": line.title,
            "variant": line.variant,
            "orderProductId": line.id,
            "articleCode": line.article_code,
            "ean": line.ean,
            "sku": line.sku,
            "taxRate": float(line.tax_rate),
            "priceExcl": _number(_without_tax(line)),
            "priceIncl": _number(line.price),
            "quantity": quantity,
        }
        for place, (line, quantity) in enumerate(invoice.items, start=1)
    ]


def language_document(code: str) -> Document:
    number, title = _LANGUAGES.get(code, (99, code))
    return {"id": number, "code": code, "locale": f"{code}_{code.upper()}", "title": title}


def moment(at: datetime) -> str:
    """2019-09-18T17:46:09+00:00."""
    return at.replace(microsecond=0).isoformat()


def _without_tax(line: OrderLine) -> Decimal:
    return (line.price / (1 + line.tax_rate)).quantize(Decimal("0.01"))


def _number(amount: Decimal) -> float:
    """Orders and invoices have prices as numbers."""
    return float(amount)
