"""Tables and pure functions: the hub's words to the plugin's and back."""

import re
from typing import Any

from retour.connectors.contract import ReturnRequest
from retour.connectors.shops.magento2.config import Magento2Config
from retour.core.model import Party, Resolution, ShopSays

TEXT_LENGTH = 255
"""The plugin's short columns are varchar(255) (contract magento.md, A10, E5)."""

DECISIONS = {
    "accepted": Resolution.ACCEPT,
    "rejected": Resolution.REJECT,
    "repaired": Resolution.REPAIR,
    "exchanged": Resolution.EXCHANGE,
    "keeps": Resolution.KEEP,
    "cancelled": Resolution.CANCEL,
}
"""Contract magento.md, A7 and E13."""

SPELLINGS = {"accept": "accepted", "keep": "keeps", "canceled": "cancelled"}
"""The plugin's mass action "Create Credit Memo + Set as Accepted" stores `accept` (A7)."""

UNDECIDED = {"new", "complete"}
"""`complete` is only ever sent by the hub itself: settled by the marketplace (A7)."""

_OUTSIDE_BMP = re.compile("[\ud800-\udfff\U00010000-\U0010ffff]+")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]+")


def text(value: str | None, length: int = TEXT_LENGTH) -> str:
    """A text as the shop's columns can hold it: characters beyond the Unicode BMP, which become `????` there, as one
    replacement character, and cut (E5). Always a real text: null or a number crashes the plugin (A3)."""
    if not value:
        return ""
    clean = value.strip()
    if not (clean.isascii() and clean.isprintable()):
        clean = _CONTROL.sub(" ", _OUTSIDE_BMP.sub("\ufffd", clean)).strip()
    return clean if len(clean) <= length else clean[: length - 1] + "…"


def says(ref: str, word: str | None) -> ShopSays:
    """A status word as the shop's answer (A7, normalised as in part C, rule 4). No word is no decision."""
    shown = (word or "").strip()
    known = SPELLINGS.get(shown.lower(), shown.lower())
    resolution = DECISIONS.get(known)
    unclear = bool(shown) and resolution is None and known not in UNDECIDED
    return ShopSays(ref=ref, word=text(shown) or None, resolution=resolution, unclear=unclear)


def sent_status(request: ReturnRequest, config: Magento2Config) -> str:
    """`new`, or what a return that the marketplace has settled is sent as (part C, rule 2)."""
    return config.settled_status if request.status == "accepted" else "new"


def payload(request: ReturnRequest, key: str, config: Magento2Config) -> dict[str, Any]:
    """The hook's JSON document (A3). Every key that the plugin reads is there and every text is a real one; billing
    details stand as an object of their own beside the address, which the plugin keeps as it is."""
    customer = request.customer or Party()
    billing = request.billing
    return {
        "status": sent_status(request, config),
        "channel_name": text(request.marketplace) or "marketplace",
        "channel_id": text(request.line_ref),
        "channable_id": request.number,
        "item": {
            "id": text(request.shop_product),
            "order_id": _order_reference(request, config),
            "gtin": text(request.sku if config.item_gtin == "sku" else request.gtin) or None,
            "sku": text(request.sku),
            "title": text(request.title),
            "quantity": request.quantity,
            "price": str(request.unit_price.amount) if request.unit_price else "",
            "currency": request.unit_price.currency if request.unit_price else "",
            "reason": text(request.reason_text or (request.reason.value.replace("_", " ") if request.reason else "")),
            "comment": _comment(request, config),
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


def _order_reference(request: ReturnRequest, config: Magento2Config) -> str | None:
    match config.order_reference:
        case "hub_order_id":
            return str(request.number)
        case "marketplace_order":
            return text(request.order_ref) or None
        case _:
            return text(request.shop_order) or None


def _comment(request: ReturnRequest, config: Magento2Config) -> str:
    """With the addresses behind it, if wished; of a long comment the end gives way, not the addresses."""
    if not config.comment_details:
        return text(request.comment)
    details = "\n".join(
        f"{title}: {line}"
        for title, party in (("Delivery", request.customer), ("Billing", request.billing))
        if (line := text(_one_line(party), 120))
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
        "address1": text(_joined(party.street, party.house_number, party.house_number_addition)),
        "address2": text(party.extra),
        "city": text(party.city),
        "country_code": text(party.country),
        "zip_code": text(party.postcode),
    }


def _one_line(party: Party | None) -> str:
    if party is None:
        return ""
    parts = (
        party.company,
        _joined(party.first_name, party.last_name),
        _joined(party.street, party.house_number, party.house_number_addition),
        _joined(party.postcode, party.city),
        party.country,
        party.vat_number,
    )
    return ", ".join(part for part in parts if part)


def _joined(*parts: str | None) -> str:
    return " ".join(part for part in parts if part)
