"""What bol's words mean in the words of the house, both ways: tables and pure functions.

Facts: contract bol 2.3 (reasons), 2.4 (history), 4 (what each handling result does with the customer's money).
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final

from retour.connectors.contract import Receipt, ReceiptState, Unreadable
from retour.connectors.marketplaces.bol import wire
from retour.connectors.marketplaces.bol.config import BolConfig
from retour.connectors.shapes import Garbled, decode
from retour.core.capabilities import Granularity, MarketplaceCapabilities, Starts
from retour.core.model import Handler, Handling, Money, Order, OrderLine, Party, Reason, Resolution, Seen, SeenLine

BY_HAND: Final = "by_hand"
STILL_APPROVED: Final = "STILL_APPROVED"

MEANS: Final = MappingProxyType(
    {
        "RETURN_RECEIVED": Resolution.ACCEPT,
        STILL_APPROVED: Resolution.ACCEPT,
        "EXCHANGE_PRODUCT": Resolution.EXCHANGE,
        "REPAIR_PRODUCT": Resolution.REPAIR,
        "RETURN_DOES_NOT_MEET_CONDITIONS": Resolution.REJECT,
        "CUSTOMER_KEEPS_PRODUCT_PAID": Resolution.CANCEL,
    }
)
"""What the six writable handling results do. The trap is the last: it does not refund, so it is not our keep (4.1)."""

ENDS: Final = MappingProxyType(
    {"ACCEPTED": Resolution.ACCEPT, "REJECTED": Resolution.REJECT, "CANCELLED": Resolution.CANCEL}
)
"""How bol's processing results end a return (4.4). PENDING, and a word that is not known, end nothing."""

REVISABLE: Final = frozenset({Resolution.REJECT, Resolution.EXCHANGE, Resolution.REPAIR})
"""What bol lets become a refund after all, as STILL_APPROVED (contract bol 4)."""

_W, _D, _N = Reason.WRONG_SIZE_FIT, Reason.DEFECTIVE, Reason.NOT_AS_DESCRIBED
_C, _T = Reason.CHANGED_MIND, Reason.ORDERED_TOO_MANY

REASONS: Final = MappingProxyType(
    {
        "aanbevolen accessoire past niet": _W,
        "ander artikel ontvangen dan besteld": Reason.WRONG_ITEM_SENT,
        "andere kleur dan gedacht": _N,
        "anders": Reason.OTHER,
        "anders, namelijk": Reason.OTHER,
        "artikel cadeau ontvangen": _C,
        "artikel doet niet wat het belooft": _N,
        "artikel had ik toch niet nodig": _C,
        "artikel is beschadigd": _D,
        "artikel is defect": _D,
        "artikel is defect/werkt niet": _D,
        "artikel is incompleet": Reason.MISSING_PARTS,
        "artikel is te laat bezorgd": Reason.ARRIVED_LATE,
        "artikel werkt niet": _D,
        "artikel werkt niet op mijn apparatuur": _W,
        "dubbel besteld": _T,
        "elders goedkoper": _C,
        "gebruiksaanwijzing onduidelijk": Reason.OTHER,
        "geen reden": Reason.OTHER,
        "ik heb me bedacht": _C,
        "klacht over artikel": Reason.OTHER,
        "klacht over de bezorging": Reason.OTHER,
        "kwaliteit valt tegen": _N,
        "meerdere maten/afmetingen besteld": _T,
        "meerdere opties/artikelen besteld": _T,
        "niet naar verwachting": _N,
        "onduidelijke afbeelding": _N,
        "onduidelijke productinformatie": _N,
        "pasvorm valt tegen": _W,
        "te groot": _W,
        "te klein": _W,
        "verkeerd artikel ontvangen": Reason.WRONG_ITEM_SENT,
        "verkeerd besteld": _C,
        "verkeerde maat of afmeting": _W,
        "verkeerde maat of formaat": _W,
        "verpakking is beschadigd": Reason.DAMAGED_IN_TRANSIT,
    }
)
"""bol's words, detailed or main, in lower case (2.3). The detailed reason goes first: `anders-namelijk` is left out, so
that the main reason speaks there."""

REASON_PAIRS: Final = MappingProxyType(
    {("klacht over de bezorging", "artikel is beschadigd"): Reason.DAMAGED_IN_TRANSIT}
)
"""Where the same detail means something else under this main reason."""

RECEIPTS: Final = MappingProxyType(
    {
        "PENDING": ReceiptState.PENDING,
        "SUCCESS": ReceiptState.DONE,
        "FAILURE": ReceiptState.REFUSED,
        "TIMEOUT": ReceiptState.LOST,
    }
)

GENDERS: Final = MappingProxyType({"MALE": "male", "FEMALE": "female"})


WHAT_TO_DO: Final = MappingProxyType(
    {
        Resolution.KEEP: "In bol's seller account, handle the return so that the customer is refunded.",
        Resolution.CANCEL: "In bol's seller account, cancel the return: the customer keeps and pays the product.",
    }
)
"""What a person does for a decision that the settings say is told by hand."""


def told_as(config: BolConfig) -> dict[Resolution, str]:
    """The handling result that tells each decision; what is told by hand is left out."""
    words = {
        Resolution.ACCEPT: "RETURN_RECEIVED",
        Resolution.REJECT: "RETURN_DOES_NOT_MEET_CONDITIONS",
        Resolution.REPAIR: "REPAIR_PRODUCT",
        Resolution.EXCHANGE: "EXCHANGE_PRODUCT",
        Resolution.KEEP: config.keep_as,
        Resolution.CANCEL: config.cancel_as,
    }
    return {resolution: word for resolution, word in words.items() if word != BY_HAND}


def handling_result(config: BolConfig, resolution: Resolution, changes: Resolution | None) -> str | None:
    """The word for a decision; a refund of what was told otherwise has its own. None: it cannot be told."""
    word = told_as(config).get(resolution)
    return STILL_APPROVED if word and resolution.refunds and changes in REVISABLE else word


def capabilities(config: BolConfig) -> MarketplaceCapabilities:
    """What bol can be told under these settings. No deadline: each counts from a moment that bol does not tell."""
    words = told_as(config)
    refunds = frozenset(resolution for resolution in words if resolution.refunds)
    return MarketplaceCapabilities(
        tells={resolution: MEANS[word] for resolution, word in words.items()},
        granularity=Granularity.QUANTITY,
        asynchronous=True,
        serial=True,
        details_by_look=True,
        finds=True,
        proves_absence=True,
        orders=True,
        starts=frozenset(Starts),
        changes=dict.fromkeys(REVISABLE, refunds),
        by_hand={resolution: todo for resolution, todo in WHAT_TO_DO.items() if resolution not in words},
    )


def handling(result: wire.Result) -> Handling:
    """One entry of an item's history."""
    end = ENDS.get(result.processing_result or "")
    resolution = MEANS.get(result.handling_result or "", end) if end else None
    if resolution is Resolution.ACCEPT and end is not Resolution.ACCEPT:
        resolution = end  # a refund that bol itself calls refused or cancelled is none (4.2)
    return Handling(
        quantity=result.quantity,
        resolution=resolution,
        raw=f"{result.processing_result or '-'}/{result.handling_result or '-'}",
        at=result.processing_date_time,
        revises=result.handling_result == STILL_APPROVED,
    )


def history(item: wire.Item) -> tuple[Handling, ...]:
    """Oldest first: bol does not promise an order. What has no time yet comes last."""
    last = datetime.max.replace(tzinfo=UTC)
    return tuple(sorted(map(handling, item.processing_results or ()), key=lambda entry: entry.at or last))


def reason(words: wire.Reason) -> Reason | None:
    main, detail = _plain(words.main_reason), _plain(words.detailed_reason)
    return REASON_PAIRS.get((main, detail)) or REASONS.get(detail) or REASONS.get(main)


def _plain(words: str | None) -> str:
    return " ".join((words or "").split()).rstrip(":").casefold()


def line(item: wire.Item, handler: Handler) -> SeenLine:
    words = item.return_reason or wire.Reason()
    return SeenLine(
        ref=item.rma_id,
        order_ref=item.order_id,
        quantity=item.expected_quantity,
        awaits=handler is Handler.MERCHANT and not item.handled,
        handlings=history(item),
        gtin=item.ean or None,
        title=item.title or None,
        reason=reason(words),
        reason_text=": ".join(filter(None, (words.main_reason, words.detailed_reason))) or None,
        comment=words.customer_comments or None,
        tracking=item.track_and_trace or None,
        carrier=item.transporter_name or None,
    )


def party(person: wire.Person | None) -> Party | None:
    """A customer's names and address; None when nothing of them is there."""
    if person is None:
        return None
    found = Party(
        first_name=person.first_name or None,
        last_name=person.surname or None,
        company=person.company or None,
        gender=GENDERS.get(person.salutation or ""),
        street=person.street_name or None,
        house_number=person.house_number or None,
        house_number_addition=person.house_number_extension or None,
        extra=person.extra_address_information or None,
        postcode=person.zip_code or None,
        city=person.city or None,
        country=person.country_code or None,
        email=person.email or None,
        phone=person.delivery_phone_number or None,
        vat_number=person.vat_number or None,
    )
    return None if found == Party() else found


def seen(raw: Any, *, single: bool) -> tuple[Seen | None, tuple[Unreadable, ...]]:
    """A return and what of it could not be read. `single`: the form that shows all items; a list shows some."""
    try:
        head = decode(wire.Return, raw)
    except Garbled as why:
        return None, (_unreadable(_return_id(raw), f"A return cannot be read: {why}.", raw),)
    items, garbled = [], []
    for number, row in enumerate(head.return_items, 1):
        try:
            items.append(decode(wire.Item, row))
        except Garbled as why:
            garbled.append(_unreadable(head.return_id, f"Item {number} of the return cannot be read: {why}.", row))
    if not head.return_items:
        garbled.append(_unreadable(head.return_id, "The return holds no items.", raw))
    if not items:
        return None, tuple(garbled)
    handler = Handler.MERCHANT if head.fulfilment_method == "FBR" else Handler.MARKETPLACE
    found = Seen(
        ref=head.return_id,
        opened_at=head.registration_date_time,
        handler=handler,
        lines=tuple(line(item, handler) for item in items),
        complete=single and not garbled,
        customer=next(filter(None, (party(item.customer_details) for item in items)), None),
    )
    return found, tuple(garbled)


def _return_id(raw: Any) -> str | None:
    return decode(wire.Ref, raw).return_id if isinstance(raw, dict) else None


def _unreadable(ref: str | None, why: str, raw: Any) -> Unreadable:
    return Unreadable(ref=ref, why=why, raw=json.dumps(raw))


def order(found: wire.Order, came_back: Mapping[str, int]) -> Order:
    """The order behind a return; a line that cannot be read is left out. `came_back`: units by item that were reported
    here."""
    return Order(
        ref=found.order_id,
        lines=tuple(_order_line(item, came_back) for item in found.order_items or [] if item),
        billing=party(found.billing_details),
        shipping=party(found.shipment_details),
        placed_at=found.order_placed_date_time,
    )


def _order_line(item: wire.OrderItem, came_back: Mapping[str, int]) -> OrderLine:
    product = item.product or wire.Product()
    return OrderLine(
        ref=item.order_item_id,
        quantity=item.quantity,
        sku=(item.offer.reference if item.offer else None) or None,
        gtin=product.ean or None,
        title=product.title or None,
        unit_price=None if item.unit_price is None else Money(item.unit_price, "EUR"),
        returnable=_returnable(item, came_back.get(item.order_item_id or "", 0)),
    )


def _returnable(item: wire.OrderItem, came_back: int) -> int:
    """What bol's own warehouse has sent comes back there (4.2). bol does not tell which returns an item has."""
    if item.fulfilment and item.fulfilment.method == "FBB":
        return 0
    sent = item.quantity if item.quantity_shipped is None else item.quantity_shipped
    return max(0, sent - came_back)


def receipt(process: wire.Process) -> Receipt:
    """How far bol is. A status that is not known is no end."""
    return Receipt(
        state=RECEIPTS.get(process.status or "", ReceiptState.PENDING),
        ref=process.process_status_id,
        words=process.error_message or None,
    )
