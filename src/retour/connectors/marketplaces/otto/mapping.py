"""What OTTO's words mean in the words of the house, both ways: tables and pure functions.

Facts: contract otto 3 (statuses, orders), 4 (reasons), 6 (decisions).
"""

import re
from types import MappingProxyType
from typing import Final, get_args

from retour.connectors.errors import Refused
from retour.connectors.marketplaces.otto import wire
from retour.connectors.marketplaces.otto.config import Acceptance, OttoConfig, Rejection
from retour.core.capabilities import Granularity, MarketplaceCapabilities, ReasonChoice, Starts
from retour.core.model import Money, OrderLine, Party, Resolution

ANNOUNCED: Final = "ANNOUNCED"
MISDIRECTED: Final = "MISDIRECTED"
ACCEPTED: Final = "ACCEPTED"
REJECTED: Final = "REJECTED"

SENT: Final = "SENT"
RETURNED: Final = "RETURNED"

ACCEPTANCE: Final = "acceptance"
REJECTION: Final = "rejection"

TOGETHER: Final = 200
"""Items in one request (contract 4)."""

BY_HAND: Final = "by_hand"
EXCHANGE: Final = "EXCHANGE"

ACCEPTANCES: Final = MappingProxyType(
    {
        "RETURN_RECEIVED": "The return arrived",
        "STATUS_SENT_BY_ACCIDENT": "It was never sent, though reported as sent",
        "CANCEL_REQUEST_BY_CUSTOMER": "The customer cancelled",
        "REFUND_AFTER_AFFIDAVIT": "Refund after the customer's affidavit",
        "COMPLAINT": "Complaint; the customer may keep it",
        "SHIPMENT_LOST": "Lost on the way to the customer",
        "RETURN_LOST": "Lost on the way back",
        "UNDELIVERABLE": "It could not be delivered",
    }
)

REJECTIONS: Final = MappingProxyType(
    {
        "THIRD_PARTY_ITEM": "The product is another seller's",
        "WRONG_ITEM": "Another product came back",
        "EXCHANGE": "It is exchanged",
        "DAMAGE_TO_THE_HYGIENE_SEAL": "The hygiene seal is broken",
        "ITEM_DAMAGED": "The customer damaged it",
        "RETURN_PERIOD_EXCEEDED": "It came back too late",
        "ITEM_NOT_IN_THE_PARCEL": "The parcel did not hold it",
    }
)

COUNTRIES: Final = MappingProxyType(
    {
        "DEU": "DE",
        "AUT": "AT",
        "CHE": "CH",
        "NLD": "NL",
        "BEL": "BE",
        "LUX": "LU",
        "FRA": "FR",
        "DNK": "DK",
        "POL": "PL",
        "CZE": "CZ",
    }
)
"""OTTO's codes have three letters; one that is not here stays as it is."""

GENDERS: Final = MappingProxyType({"MALE": "male", "FEMALE": "female"})

_CONNECT: Final = "in OTTO Partner Connect"

WHAT_TO_DO: Final = MappingProxyType(
    {
        Resolution.KEEP: f"Accept the return {_CONNECT}, so that the customer is refunded.",
        Resolution.EXCHANGE: f"Agree on the exchange with the customer, and reject the return {_CONNECT} as EXCHANGE.",
        Resolution.REPAIR: "Agree on the repair with the customer: OTTO has no word for it, and refunds nothing.",
        Resolution.CANCEL: "Nothing need be told: OTTO has no word for it. The customer keeps and pays the product.",
    }
)

_PLACE: Final = re.compile(r"positionItems\D{1,2}(\d{1,6})\b")
"""Where an error points at an item, in any of the usual spellings. Not just any number: `/v3/returns` has one too."""


def told_as(config: OttoConfig) -> dict[Resolution, Resolution]:
    """What can be told, and as what it reads back: OTTO only accepts (and refunds) or rejects."""
    told = {Resolution.ACCEPT: Resolution.ACCEPT, Resolution.REJECT: Resolution.REJECT}
    if config.keep_as != BY_HAND:
        told[Resolution.KEEP] = Resolution.ACCEPT
    if config.exchange_as_rejection:
        told[Resolution.EXCHANGE] = Resolution.REJECT
    return told


def capabilities(config: OttoConfig) -> MarketplaceCapabilities:
    """What OTTO can be told under these settings. No deadline: none is known."""
    told = told_as(config)
    refunds = frozenset(resolution for resolution in told if resolution.refunds)
    acceptances = tuple(ReasonChoice(code, words) for code, words in ACCEPTANCES.items())
    rejections = tuple(ReasonChoice(code, words) for code, words in REJECTIONS.items())
    return MarketplaceCapabilities(
        tells=told,
        granularity=Granularity.LINE,
        details_by_look=True,
        proves_absence=True,
        together=TOGETHER,
        orders=True,
        starts=frozenset({Starts.CUSTOMER, Starts.SELLER}),
        changes={resolution: refunds for resolution in Resolution if not resolution.refunds},
        by_hand={resolution: words for resolution, words in WHAT_TO_DO.items() if resolution not in told},
        reason_required=frozenset({Resolution.REJECT}) if config.reject_as == "chosen" else frozenset(),
        reasons=dict.fromkeys(refunds, acceptances) | {Resolution.REJECT: rejections},
    )


def report(config: OttoConfig, resolution: Resolution, code: str | None, words: str | None) -> tuple[str, str]:
    """The endpoint that tells a decision, and OTTO's reason. Raises Refused for what is not told."""
    if resolution not in told_as(config):
        raise Refused(f"By its settings, OTTO is not told {resolution}.")
    if resolution.refunds:
        chosen = config.accept_as if resolution is Resolution.ACCEPT else config.keep_as
        return ACCEPTANCE, _chosen(code, get_args(Acceptance)) or chosen
    if resolution is Resolution.EXCHANGE:
        return REJECTION, EXCHANGE
    spelled = "_".join((words or "").upper().replace("-", " ").replace("_", " ").split())
    reason = _chosen(code, get_args(Rejection)) or (spelled if spelled in REJECTIONS else None)
    if reason is None and config.reject_as == "chosen":
        raise Refused("OTTO takes a refusal only with one of its own reasons: choose one.")
    return REJECTION, reason or config.reject_as


def _chosen(code: str | None, codes: tuple[str, ...]) -> str | None:
    if code is not None and code not in codes:
        raise Refused(f"OTTO has no reason {code!r} for this decision.")
    return code


def place(path: str | None, items: int) -> int | None:
    """Which of so many items an error is about. None: it does not say so in a way that can be read."""
    found = _PLACE.search(path or "")
    number = int(found[1]) if found else items
    return number if number < items else None


def order_line(unit: wire.Unit) -> OrderLine:
    product = unit.product or wire.Product()
    return OrderLine(
        ref=unit.position_item_id,
        quantity=1,
        sku=product.sku or None,
        gtin=product.ean or None,
        title=product.product_title or None,
        unit_price=money(unit.item_value_gross_price),
        returnable=int(unit.fulfillment_status == SENT),
    )


def money(price: wire.Price | None) -> Money | None:
    return Money(price.amount, price.currency) if price else None


def party(address: wire.Address | None) -> Party | None:
    """A customer's name and address; None when nothing of them is there."""
    if address is None:
        return None
    found = Party(
        first_name=address.first_name or None,
        last_name=address.last_name or None,
        gender=GENDERS.get(address.salutation or ""),
        street=address.street or None,
        house_number=address.house_number or None,
        postcode=address.zip_code or None,
        city=address.city or None,
        country=COUNTRIES.get(address.country_code or "", address.country_code or None),
    )
    return None if found == Party() else found
