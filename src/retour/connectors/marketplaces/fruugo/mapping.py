"""What Fruugo's counters mean in the words of the house, both ways: tables and pure functions.

Facts: contract fruugo 1 (what a return is there), 2.2 (the one call), 5 (what each decision becomes).
"""

from collections.abc import Iterable
from datetime import timedelta
from types import MappingProxyType
from typing import Any, Final

from retour.connectors.contract import Part, Unreadable
from retour.connectors.marketplaces.fruugo import wire
from retour.connectors.marketplaces.fruugo.config import FruugoConfig
from retour.connectors.marketplaces.fruugo.ledger import Batch, Ledger
from retour.connectors.shapes import Garbled
from retour.core.capabilities import Deadline, Granularity, MarketplaceCapabilities, ReasonChoice, Starts
from retour.core.model import Handler, Handling, Money, Order, OrderLine, Party, Reason, Resolution, Seen, SeenLine

EXCEPTION: Final = "EXCEPTION"

CODES: Final = (
    ReasonChoice("unsatisfied_with_item", "The customer does not like it, or it does not fit"),
    ReasonChoice("item_did_not_match_description", "It is not as it was described"),
    ReasonChoice("damaged_item", "It is damaged or defective"),
    ReasonChoice("wrong_item", "It is not what was ordered"),
    ReasonChoice("other", "Another reason"),
)

REASONS: Final = MappingProxyType(
    {
        Reason.DEFECTIVE: "damaged_item",
        Reason.DAMAGED_IN_TRANSIT: "damaged_item",
        Reason.WARRANTY: "damaged_item",
        Reason.WRONG_ITEM_SENT: "wrong_item",
        Reason.NOT_AS_DESCRIBED: "item_did_not_match_description",
        Reason.CHANGED_MIND: "unsatisfied_with_item",
        Reason.WRONG_SIZE_FIT: "unsatisfied_with_item",
        Reason.ORDERED_TOO_MANY: "unsatisfied_with_item",
    }
)
"""Why it came back, where the merchant told that as he declared it; the other reasons are the setting's. Fruugo tells
no reason of its own (3)."""

REFUNDED: Final = Handling(1, Resolution.ACCEPT, raw="returned")

_REFUND_BY_HAND: Final = "In Fruugo's Retailer Portal, return these units: that is what refunds the customer."
_ALL_THE_SAME: Final = "14 days after proof of return it may refund the customer at your cost."

WHAT_TO_DO: Final = MappingProxyType(
    {
        Resolution.KEEP: _REFUND_BY_HAND,
        Resolution.REJECT: "Tell the customer through Fruugo's Retailer Portal why you refuse it. Fruugo itself cannot"
        f" be told: {_ALL_THE_SAME}",
        Resolution.EXCHANGE: "Agree on it with the customer through Fruugo's Retailer Portal and send the other product"
        f" yourself. Fruugo has no word for it: {_ALL_THE_SAME}",
        Resolution.REPAIR: "Agree on it with the customer through Fruugo's Retailer Portal and send the product back"
        f" repaired. Fruugo has no word for it: {_ALL_THE_SAME}",
        Resolution.CANCEL: "Ask the customer, through Fruugo's Retailer Portal, to withdraw the return. It ends here"
        " when Fruugo no longer counts it as announced.",
    }
)
"""What a person does for a decision that Fruugo cannot be told (5)."""

REFUND = Deadline(
    name="refund",
    after=timedelta(days=14),
    consequence="Fruugo refunds the customer itself, at your cost, 14 days after proof of return. It does not tell when"
    " that came: this counts from when the return was first seen, the earliest it can be.",
    source="Fruugo's returns policy for retailers (Fruugo's wiki, page 3160899590)",
)


LATE = timedelta(minutes=15)
"""A call whose answer was lost counts as one that never arrived only after that: what comes late would refund a second
unit of the same order."""


def told_as(config: FruugoConfig) -> tuple[Resolution, ...]:
    """The decisions that are told, all of them by the one call that refunds."""
    return (Resolution.ACCEPT,) if config.keep_as == "by_hand" else (Resolution.ACCEPT, Resolution.KEEP)


def capabilities(config: FruugoConfig) -> MarketplaceCapabilities:
    told, by_callback = told_as(config), config.transport == "v3"
    return MarketplaceCapabilities(
        tells=dict.fromkeys(told, Resolution.ACCEPT),
        granularity=Granularity.QUANTITY,
        details_by_look=True,  # for the order's other number
        asynchronous=by_callback,
        finds=by_callback,
        receives=by_callback,
        proves_absence=config.send_again and not by_callback,  # it may still wait in Fruugo's queue
        arrives_within=LATE + config.patience if by_callback else LATE,
        orders=True,
        starts=frozenset({Starts.CUSTOMER, Starts.SELLER}),
        changes={resolution: frozenset(told) for resolution in WHAT_TO_DO if not resolution.refunds},
        by_hand={resolution: todo for resolution, todo in WHAT_TO_DO.items() if resolution not in told},
        reasons=dict.fromkeys(told, CODES),
        deadlines=(REFUND,),
    )


def body(config: FruugoConfig, order_id: str, key: str, part: Part, reason: Reason | None) -> dict[str, str]:
    """The form that tells a decision on v2. It always names its item: without one, Fruugo returns the whole order
    (2.2)."""
    return {"orderId": order_id, "item": f"{key.replace(':', ',')},{part.quantity}", **_words(config, part, reason)}


def request(
    config: FruugoConfig, order_id: str, item: tuple[str, str], part: Part, reason: Reason | None
) -> dict[str, Any]:
    """The same on v3: without an item, that is the whole order, too (4)."""
    product, sku = item
    named = [{"productId": product, "skuId": sku, "quantity": part.quantity}]
    told = {"type": "return", "orderId": order_id, "itemQuantities": named, **_words(config, part, reason)}
    return {"orders": [told]}


def item(config: FruugoConfig, lines: Iterable[wire.Line], line: wire.Line) -> tuple[str, str] | str:
    """What names a line on v3, product and SKU: the merchant's own ids there, and not Fruugo's (4). Or why it cannot be
    named, as a sentence for the merchant."""
    if config.v3_ids == "fruugo":
        return line.fruugo_product_id, line.fruugo_sku_id
    product, sku = line.product_id, line.sku_id
    if not product or not sku:
        return "Fruugo shows no product number or SKU of yours for this product, and knows it by nothing else here."
    if sum((one.product_id, one.sku_id) == (product, sku) for one in lines) > 1:
        return "Two products of this order have the same numbers of yours: Fruugo could refund the other one."
    return product, sku


def _words(config: FruugoConfig, part: Part, reason: Reason | None) -> dict[str, str]:
    told = {"returnReason": part.code or (REASONS.get(reason) if reason else None) or config.return_reason}
    message = config.keep_message if part.resolution is Resolution.KEEP else ""
    return told | ({"messageToFruugo": message} if message else {})


def obstacle(order: wire.Order, line: wire.Line, batch: Batch, wanted: int) -> str | None:
    """Why so many units of a batch must not be returned now, as a sentence for the merchant. Asked with what Fruugo
    shows just before: what it is told twice, it refunds twice, as long as the order has units (2.2)."""
    if order.order_status == EXCEPTION or line.items_with_exception:
        return "Fruugo has put this order aside with an exception. Look at it in the Retailer Portal and decide there."
    if wanted > batch.open:
        if not batch.units:
            return "Fruugo shows no announcement of this return any more: it was withdrawn."
        if batch.refunded:
            return f"Fruugo has refunded {batch.refunded} of these {batch.units} already; only {batch.open} are open."
        return f"Fruugo shows only {batch.units} units as announced."
    announced, shipped = line.return_announced_items, line.shipped_items
    if wanted > min(announced + shipped, line.total_number_of_items - line.returned_items):
        return f"Fruugo shows only {line.returnable} units of this product that can still be returned."
    return None


def returnable(order: wire.Order, line: wire.Line, ledger: Ledger | None) -> int:
    """How many units can still come back that are not part of a return already."""
    if order.order_status == EXCEPTION or line.items_with_exception:
        return 0
    return max(0, line.returnable - (ledger.open if ledger else 0))


def seen(order: wire.Order, line: wire.Line, batch: Batch, number: int, customer: Party | None, *, look: bool) -> Seen:
    """A batch as a return of one line. Fruugo tells neither why nor when."""
    ref = f"{order.order_id}:{line.key}:{number}"
    withdrawn = (Handling(batch.withdrawn, Resolution.CANCEL, raw="withdrawn"),) if batch.withdrawn else ()
    shown_line = SeenLine(
        ref=ref,
        order_ref=order.order_id,
        quantity=batch.units or batch.withdrawn,
        awaits=batch.open > 0,
        handlings=(REFUNDED,) * batch.refunded or withdrawn,
        order_line_ref=line.key,
        sku=line.sku_id or None,
        title=line.sku_name or None,
        unit_price=_price(line),
        reason=batch.reason,
    )
    return Seen(
        ref=ref,
        opened_at=batch.opened_at,
        handler=Handler.MERCHANT,
        lines=(shown_line,),
        complete=look,
        customer=customer,
    )


def order_line(order: wire.Order, line: wire.Line, ledger: Ledger | None) -> OrderLine:
    return OrderLine(
        ref=line.key,
        quantity=line.total_number_of_items,
        sku=line.sku_id or None,
        title=line.sku_name or None,
        unit_price=_price(line),
        returnable=returnable(order, line, ledger),
    )


def order(found: wire.Order, lines: list[OrderLine], customer: Party | None) -> Order:
    """Fruugo bills the customer itself and tells no billing address; shoppers know it by the other number."""
    return Order(
        ref=found.order_id,
        lines=tuple(lines),
        shipping=customer,
        placed_at=found.order_date,
        numbers=tuple(filter(None, (found.customer_order_id,))),
    )


def party(address: wire.Address) -> Party | None:
    found = Party(
        first_name=address.first_name or None,
        last_name=address.last_name or None,
        street=address.street_address or None,
        extra=address.province or None,
        postcode=address.postal_code or None,
        city=address.city or None,
        country=address.country_code or None,
        email=address.email_address or None,
        phone=address.phone_number or None,
    )
    return None if found == Party() else found


def unreadable(order_id: str | None, what: str, why: Garbled, raw: wire.Raw) -> Unreadable:
    return Unreadable(order_id, f"{what} cannot be read: {why}.", raw.show())


def _price(line: wire.Line) -> Money | None:
    if line.item_price_incl_vat is None or line.currency_code is None:
        return None
    return Money(line.item_price_incl_vat, line.currency_code)
