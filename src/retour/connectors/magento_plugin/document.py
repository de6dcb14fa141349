"""The JSON document of a return request (contract magento.md, A3)."""

from typing import Any

from retour.connectors.contract import ReturnRequest
from retour.connectors.magento_plugin.texts import TEXT_LENGTH, text
from retour.connectors.written import joined, one_line
from retour.core.model import Party


def document(
    request: ReturnRequest,
    key: str,
    *,
    status: str,
    channel_id: str,
    order_id: str | None,
    gtin: str | None,
    comment_details: bool,
) -> dict[str, Any]:
    """Every key that the plugin reads is there and every text is a real one; billing details stand as an object of
    their own beside the address, which the plugin keeps as it is. `comment_details`: the addresses stand below the
    comment too."""
    customer = request.customer or Party()
    billing = request.billing
    return {
        "status": status,
        "channel_name": text(request.marketplace) or "marketplace",
        "channel_id": channel_id,
        "channable_id": request.number,
        "item": {
            "id": text(request.shop_product),
            "order_id": order_id,
            "gtin": text(gtin) or None,
            "sku": text(request.sku),
            "title": text(request.title),
            "quantity": request.quantity,
            "price": str(request.unit_price.amount) if request.unit_price else "",
            "currency": request.unit_price.currency if request.unit_price else "",
            "reason": text(request.reason_text or (request.reason.value.replace("_", " ") if request.reason else "")),
            "comment": _comment(request) if comment_details else text(request.comment),
            "key": text(key),
        },
        "customer": {
            "gender": text(customer.gender) or "unknown",
            "first_name": text(customer.first_name),
            "last_name": text(customer.last_name),
            "email": text(customer.email or (billing.email if billing else None)),
            "phone": text(customer.phone or (billing.phone if billing else None)),
            "company": text(customer.company or (billing.company if billing else None)),
            "vat_number": text(customer.vat_number or (billing.vat_number if billing else None)),
        },
        "address": {**_address(customer), "billing": _address(billing) if billing else None},
        "meta": {
            "channel_return_id": text(request.ref),
            "channel_order_id": text(request.order_ref),
            "channel_order_id_internal": "",
            "platform_order_id": text(request.shop_order),
        },
    }


def _comment(request: ReturnRequest) -> str:
    """With the addresses behind it; of a long comment the end gives way, not the addresses."""
    details = "\n".join(
        f"{title}: {line}"
        for title, party in (("Delivery", request.customer), ("Billing", request.billing))
        if (line := text(", ".join(one_line(party)), 120))
    )
    room = TEXT_LENGTH - len(details) - 1
    return text(f"{text(request.comment, room)}\n{details}") if details else text(request.comment)


def _address(party: Party) -> dict[str, str]:
    """The keys of the plugin's own simulator (A3), and what else is known."""
    return {
        "first_name": text(party.first_name),
        "last_name": text(party.last_name),
        "company": text(party.company),
        "vat_number": text(party.vat_number),
        "email": text(party.email),
        "phone": text(party.phone),
        "street": text(party.street),
        "house_number": text(party.house_number),
        "house_number_addition": text(party.house_number_addition),
        "address1": text(joined(party.street, party.house_number, party.house_number_addition)),
        "address2": text(party.extra),
        "city": text(party.city),
        "country_code": text(party.country),
        "zip_code": text(party.postcode),
    }
