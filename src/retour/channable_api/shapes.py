"""Rows as the API shows them (contract channable-api.md, 3), key by key. What is not known is null or empty, as it is
there."""

from typing import Any

from retour.channable_api.statuses import Status, log_of, shown, status_of
from retour.connectors.shops.channable.config import ChannableConfig
from retour.core.model import Party
from retour.store.offered import Offer
from retour.store.trials import Trial

Shape = dict[str, Any]
PLATFORM = "channable"
"""The shop platform of every row: a shop that works over an API."""
_GENDERS = {"male", "female"}
_ANONYMOUS_ADDRESS = ("city", "country_code", "company", "region_code")


def row(of: Offer | Trial, terms: ChannableConfig) -> Shape:
    """A row with all that is known."""
    return _trial(of) if isinstance(of, Trial) else _offer(of, terms)


def anonymous(of: Offer | Trial, terms: ChannableConfig) -> Shape:
    """The row without personal data (contract channable-api.md, 3.3)."""
    known = row(of, terms)
    data = known["data"]
    del known["obfuscated"]
    known["data"] = {
        "item": {name: value for name, value in data["item"].items() if name != "comment"},
        "customer": {"gender": data["customer"]["gender"]},
        "address": {name: data["address"][name] for name in _ANONYMOUS_ADDRESS},
        "meta": data["meta"],
    }
    return known


def platform_order(of: Offer, terms: ChannableConfig) -> str | None:
    """The order's number in the API, where it has one."""
    if of.order is None:
        return None
    return str(of.order.own) if terms.order_numbers == "hub" else of.order.shop


def _offer(of: Offer, terms: ChannableConfig) -> Shape:
    item = of.line.item
    customer = of.customer or Party()
    reason = item.reason.value.replace("_", " ") if item.reason else None
    data: Shape = {
        "item": {
            "id": item.sku or "",
            "gtin": item.gtin,
            "title": item.title,
            "quantity": item.quantity,
            "reason": item.reason_text or reason,
            "comment": item.comment,
            "delivery_period": "",
        },
        "customer": _customer(customer),
        "address": _address(customer),
        "meta": _meta(item.order_ref, of.ref, platform_order(of, terms), trial=False),
    }
    if terms.invoice_address:
        data["billing"] = _address(of.billing) if of.billing else None
    return {
        "id": of.number,
        "project_id": of.project_id,
        "status": status_of(of),
        "channel_name": terms.channel_names.get(of.connector, of.connector),
        "channel_id": item.ref,
        "platform_name": PLATFORM,
        "platform_id": None,
        "error": of.failed,
        "obfuscated": False,
        "log": log_of(of),
        "created": shown(of.offered_at),
        "modified": shown(of.changed_at),
        "retrieved_at": shown(of.seen_at),
        "data": data,
    }


def _trial(of: Trial) -> Shape:
    """Its customer is made up, like all of it but the product."""
    customer = Party(
        first_name="Noor",
        last_name="Example",
        gender="unknown",
        email="noor@example.org",
        street="Kanaalweg",
        house_number="12",
        house_number_addition="B",
        postcode="3526 KL",
        city="Utrecht",
        country="NL",
    )
    return {
        "id": of.number,
        "project_id": of.project_id,
        "status": Status(of.status),
        "channel_name": of.channel,
        "channel_id": f"TEST-{of.number}",
        "platform_name": PLATFORM,
        "platform_id": None,
        "error": False,
        "obfuscated": False,
        "log": [{"created": shown(of.made_at), "message": "A test return"}],
        "created": shown(of.made_at),
        "modified": shown(of.changed_at),
        "retrieved_at": shown(of.made_at),
        "data": {
            "item": {
                "id": of.sku or "",
                "gtin": of.gtin,
                "title": of.title,
                "quantity": 1,
                "reason": "Test return",
                "comment": "This return is made up.",
                "delivery_period": "",
            },
            "customer": _customer(customer),
            "address": _address(customer),
            "meta": _meta(of.order_ref, f"TEST-{of.number}", of.order_number, trial=True),
        },
    }


def _meta(order_ref: str, return_ref: str, platform_order_id: str | None, *, trial: bool) -> Shape:
    return {
        "channel_order_id": order_ref,
        "channel_order_id_internal": "",
        "channel_return_id": return_ref,
        "platform_order_id": platform_order_id,
        "is_test_return": trial,
        "is_demo_return": False,
    }


def _customer(party: Party) -> Shape:
    gender = (party.gender or "").lower()
    return {
        "gender": gender if gender in _GENDERS else "unknown",
        "first_name": party.first_name or "",
        "last_name": party.last_name or "",
        "email": party.email or "",
    }


def _address(party: Party) -> Shape:
    """Both of the contract's styles: street and house number apart, and in one line."""
    whole = (party.street, party.house_number, party.house_number_addition)
    return {
        "first_name": party.first_name or "",
        "last_name": party.last_name or "",
        "company": party.company or "",
        "email": party.email or "",
        "street": party.street or "",
        "house_number": party.house_number or "",
        "house_number_ext": party.house_number_addition or "",
        "address_supplement": party.extra or "",
        "address1": " ".join(part for part in whole if part),
        "zip_code": party.postcode or "",
        "city": party.city or "",
        "region_code": "",
        "country_code": party.country or "",
    }
