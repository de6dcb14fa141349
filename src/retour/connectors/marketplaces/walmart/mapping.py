"""What Walmart's words mean in the words of the house, both ways: tables and pure functions.

Facts: contract walmart 4.3 (fields), 5.4 (orders), 9 (what can be told).
"""

import json
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Final

from retour.connectors.contract import Unreadable
from retour.connectors.marketplaces.walmart import history, wire
from retour.connectors.shapes import Garbled, decode
from retour.core.capabilities import Deadline, Granularity, MarketplaceCapabilities, Since
from retour.core.model import Handler, Money, Order, OrderLine, Party, Reason, Resolution, Seen, SeenLine

REPLACEMENT: Final = "REPLACEMENT"
EACH: Final = "EACH"

TELLS: Final = MappingProxyType({Resolution.ACCEPT: Resolution.ACCEPT, Resolution.KEEP: Resolution.ACCEPT})
"""Walmart knows one decision, to refund, and does not ask where the product stays (contract walmart 9)."""

_BEWARE: Final = "48 hours after the parcel arrived, Walmart refunds the customer by itself and charges you."

WHAT_TO_DO: Final = MappingProxyType(
    {
        Resolution.REJECT: f"Walmart cannot be told a rejection: open a dispute in Seller Center. {_BEWARE}",
        Resolution.REPAIR: f"Walmart knows no repairs: agree it with the customer in Seller Center. {_BEWARE}",
        Resolution.EXCHANGE: (
            f"Walmart makes its replacements itself: agree an exchange with the customer in Seller Center. {_BEWARE}"
        ),
        Resolution.CANCEL: (
            "Only the customer and Walmart can cancel a return: ask for it in Seller Center. Retour sees when it is"
            f" cancelled. {_BEWARE}"
        ),
    }
)
"""What a person does for a decision that Walmart cannot be told."""

CAPABILITIES: Final = MarketplaceCapabilities(
    tells=TELLS,
    granularity=Granularity.QUANTITY,
    serial=True,
    changes={
        by_hand: frozenset(TELLS)
        for by_hand in (Resolution.REJECT, Resolution.REPAIR, Resolution.EXCHANGE, Resolution.CANCEL)
    },
    details_by_look=True,
    orders=True,
    by_hand=WHAT_TO_DO,
    deadlines=(
        Deadline(
            "refund",
            timedelta(hours=48),
            "Walmart refunds the customer by itself and charges you, except where it sent a replacement.",
            "Walmart's seller help (Marketplace Learn), returns to be refunded within 48 hours of delivery; 2025",
            since=Since.RECEIVED,
        ),
    ),
)
"""No absence is proven: Walmart may show a refund only minutes after it took it (contract walmart 6)."""

REASONS: Final = MappingProxyType(
    {
        "ARRIVED_LATE": Reason.ARRIVED_LATE,
        "BOUGHT_ANOTHER_SIZE_OR_COLOR": Reason.CHANGED_MIND,
        "BOUGHT_SOMEWHERE_ELSE": Reason.CHANGED_MIND,
        "DAMAGED": Reason.DAMAGED_IN_TRANSIT,
        "DEFECTIVE": Reason.DEFECTIVE,
        "DUPLICATE_ITEM": Reason.ORDERED_TOO_MANY,
        "INADEQUATE_QUALITY": Reason.NOT_AS_DESCRIBED,
        "INCORRECT_ITEM": Reason.WRONG_ITEM_SENT,
        "LOST_AFTER_DELIVERY": Reason.LOST,
        "LOST_IN_TRANSIT": Reason.LOST,
        "LOWER_PRICE": Reason.CHANGED_MIND,
        "MISSING_PARTS": Reason.MISSING_PARTS,
        "NOT_AS_DESCRIBED": Reason.NOT_AS_DESCRIBED,
        "NO_LONGER_WANTED": Reason.CHANGED_MIND,
        "POOR_FIT": Reason.WRONG_SIZE_FIT,
        "SHIPPING_BOX_DAMAGED": Reason.DAMAGED_IN_TRANSIT,
        "TRIED_TO_CANCEL": Reason.CHANGED_MIND,
        "WRONG_SIZE": Reason.WRONG_SIZE_FIT,
        "WRONG_SIZE/POOR_FIT": Reason.WRONG_SIZE_FIT,
    }
)
"""An open set (contract walmart 4.3). AUTO_RETURN and RETURN_TO_SENDER do not say why, so they stay words."""

COUNTRIES: Final = MappingProxyType({"USA": "US", "CAN": "CA", "MEX": "MX", "CHL": "CL", "PRI": "PR"})


def seen(
    raw: Any, *, single: bool, handler: Handler = Handler.MERCHANT, now: datetime | None = None
) -> tuple[Seen | None, tuple[Unreadable, ...]]:
    """A return and what of it could not be read. `single`: it was asked for; a list shows no less, but the order with
    the address is still to be fetched. `now`: Walmart's own time, for a return that does not tell when it was made."""
    try:
        head = decode(wire.Return, raw)
    except Garbled as why:
        return None, (_unreadable(ref_of(raw), f"A return cannot be read: {why}.", raw),)
    lines, garbled = [], []
    for number, row in enumerate(head.return_order_lines, 1):
        try:
            lines.append(line(head, decode(wire.Line, row)))
        except Garbled as why:
            garbled.append(
                _unreadable(head.return_order_id, f"Line {number} of the return cannot be read: {why}.", row)
            )
    if not head.return_order_lines:
        garbled.append(_unreadable(head.return_order_id, "The return has no lines.", raw))
    opened_at = head.return_order_date or now
    if opened_at is None:
        garbled.append(_unreadable(head.return_order_id, "The return does not tell when it was made.", raw))
    if not lines or opened_at is None:
        return None, tuple(garbled)
    found = Seen(
        ref=head.return_order_id,
        opened_at=opened_at,
        handler=handler,
        lines=tuple(lines),
        complete=single and not garbled,
        customer=_customer(head),
    )
    return found, tuple(garbled)


def line(head: wire.Return, row: wire.Line) -> SeenLine:
    """One line of a return. Its parcel is its group's (contract walmart 4.3)."""
    became = history.units(row, replacement=head.return_type == REPLACEMENT)
    item, parcel = row.item or wire.Item(), _parcel(head, row.return_order_line_number)
    return SeenLine(
        ref=row.return_order_line_number,
        order_ref=row.purchase_order_id or head.customer_order_id or "",
        quantity=row.quantity.measurement_value,
        awaits=became.left + became.unclear > 0,
        handlings=history.handlings(row, became),
        order_line_ref=row.purchase_order_line_number,
        sku=item.sku or None,
        title=item.product_name or None,
        unit_price=Money(row.unit_price.currency_amount, row.unit_price.currency_unit) if row.unit_price else None,
        reason=REASONS.get((row.return_reason or "").upper()),
        reason_text=row.return_reason or None,
        comment=_replaced(head),
        tracking=parcel.tracking_no or None,
        carrier=parcel.carrier_name or None,
        received_at=history.received_at(row),
    )


def obstacle(head: wire.Return, row: wire.Line, quantity: int) -> str | None:
    """Why so many units must not be refunded, as a sentence for the merchant; None: they can be."""
    excepted = row.is_return_for_exception
    if excepted if excepted is not None else bool(row.exception_item_type):
        kind, order_ref = row.exception_item_type or "an exception", row.purchase_order_id or head.customer_order_id
        return f"Walmart calls this item {kind}: it is refunded from its order {order_ref}, by hand in Seller Center."
    if head.customer_order_id is None:
        return "Walmart does not tell the customer's order of this return, without which it cannot be refunded."
    became = history.units(row, replacement=head.return_type == REPLACEMENT)
    if quantity <= became.left:
        return None
    shown = history.handlings(row, became)
    words = ", ".join(dict.fromkeys(entry.raw for entry in shown)) or "-"
    if became.unclear:
        return f"Walmart says {words} and does not tell of how many units: look in Seller Center."
    ended = became.refunded + became.cancelled + became.replaced
    return f"Walmart shows {ended} of {row.quantity.measurement_value} as ended already ({words})."


def refund(head: wire.Return, row: wire.Line, quantity: int) -> dict[str, Any]:
    """The body of a refund (contract walmart 6): units in the line's own measure, never an amount."""
    measure = {"unitOfMeasure": row.quantity.unit_of_measure or EACH, "measurementValue": quantity}
    refunded = {"returnOrderLineNumber": int(row.return_order_line_number), "quantity": measure}
    return {"customerOrderId": head.customer_order_id, "refundLines": [refunded]}


def order(found: wire.Order) -> Order:
    """The order behind a line. Walmart tells one address, the delivery's, and it is all there is for an invoice. A line
    that cannot be read is left out."""
    lines = [one for one in (found.order_lines.order_line if found.order_lines else None) or [] if one]
    address = _party(found)
    sellers = (one.seller_order_id for one in lines)
    return Order(
        ref=found.purchase_order_id,
        lines=tuple(_order_line(one) for one in lines),
        billing=address,
        shipping=address,
        placed_at=found.order_date,
        numbers=tuple(dict.fromkeys(filter(None, (found.customer_order_id, *sellers)))),
    )


def ref_of(raw: Any) -> str | None:
    """The number of a return that may not be readable otherwise."""
    return decode(wire.Ref, raw).return_order_id if isinstance(raw, dict) else None


def _order_line(row: wire.OrderLine) -> OrderLine:
    item = row.item or wire.Item()
    return OrderLine(
        ref=row.line_number,
        quantity=row.order_line_quantity.amount,
        sku=item.sku or None,
        title=item.product_name or None,
    )


def _customer(head: wire.Return) -> Party | None:
    name = head.customer_name or wire.Name()
    found = Party(
        first_name=name.first_name or None, last_name=name.last_name or None, email=head.customer_email_id or None
    )
    return None if found == Party() else found


def _party(found: wire.Order) -> Party | None:
    shipping = found.shipping_info or wire.Shipping()
    address = shipping.postal_address or wire.Address()
    first, _, last = (address.name or "").partition(" ")
    party = Party(
        first_name=first if last else None,
        last_name=(last or first).strip() or None,
        street=address.address1 or None,
        extra=address.address2 or None,
        postcode=address.postal_code or None,
        city=address.city or None,
        region=address.state or None,
        country=COUNTRIES.get(address.country or "", address.country) or None,
        email=found.customer_email_id or None,
        phone=shipping.phone or None,
    )
    return None if party == Party() else party


def _parcel(head: wire.Return, number: str) -> wire.Carrier:
    """The first parcel of the line's group: a group may have several labels, a label several carriers."""
    for group in filter(None, head.return_line_groups or ()):
        if number in {one.return_order_line_number for one in group.return_lines or () if one}:
            for label in filter(None, group.labels or ()):
                for carrier in filter(None, label.carrier_info_list or ()):
                    if carrier.tracking_no:
                        return carrier
    return wire.Carrier()


def _replaced(head: wire.Return) -> str | None:
    """Walmart has no field for a customer's comment. What a merchant must not overlook stands there."""
    if head.return_type != REPLACEMENT:
        return None
    number = f" with order {head.replacement_customer_order_id}" if head.replacement_customer_order_id else ""
    return f"Walmart has sent the customer a replacement{number}: no refund is expected."


def _unreadable(ref: str | None, why: str, raw: Any) -> Unreadable:
    return Unreadable(ref=ref, why=why, raw=json.dumps(raw))
