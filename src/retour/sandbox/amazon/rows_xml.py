"""The returns report in XML (contract 2.1)."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from xml.sax.saxutils import escape

from retour.sandbox.amazon.gate import iso
from retour.sandbox.amazon.state import Return, ReturnLine
from retour.sandbox.amazon.switches import AmazonSwitches

ROWS_AT_ONCE = 500


def report(rows: Iterable[Return], switches: AmazonSwitches, at: datetime, encoding: str) -> Iterator[bytes]:
    """The whole document in pieces, as it was true at that moment."""
    yield (
        f'<?xml version="1.0" encoding="{encoding}"?>\n'
        '<AmazonEnvelope xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
        ' xsi:noNamespaceSchemaLocation="amzn-envelope.xsd">\n'
        "<Header><DocumentVersion>1.00</DocumentVersion></Header>\n"
        "<MessageType>Returns-Report</MessageType>\n<Message>\n"
    ).encode(encoding)
    piece: list[str] = []
    for returned in rows:
        piece.append(_details(returned, switches, at))
        if len(piece) == ROWS_AT_ONCE:
            yield "".join(piece).encode(encoding, "xmlcharrefreplace")
            piece.clear()
    piece.append("</Message>\n</AmazonEnvelope>\n")
    yield "".join(piece).encode(encoding, "xmlcharrefreplace")


def shown_refund(line: ReturnLine, switches: AmazonSwitches, at: datetime) -> Decimal | None:
    """What the report says was refunded; None is no element at all."""
    since = at - timedelta(seconds=switches.refund_lag_seconds)
    seen = [
        refund.amount
        for refund in line.refunds
        if refund.at <= since and (switches.feed_refunds_shown or not refund.by_feed)
    ]
    if switches.refund_amount == "never" or (not seen and switches.refund_amount == "when_refunded"):
        return None
    return sum(seen, Decimal(0))


def _details(returned: Return, switches: AmazonSwitches, at: datetime) -> str:
    order, flaw = returned.order, returned.flaw
    items = "" if flaw == "no_items" else "".join(_items(returned, line, switches, at) for line in returned.lines)
    order_id = "" if flaw == "no_order_id" else _tag("order_id", order.order_id)
    requested = "yesterday" if flaw == "bad_date" else iso(returned.requested_at)
    unknown = flaw == "unknown_values"
    status = "AwaitingSomethingNew" if unknown else returned.status
    kind = "X-Returns" if unknown else "A-to-z Guarantee" if returned.a_to_z else "C-Returns"
    delivered = _tag("return_delivery_date", iso(returned.delivered_at)) if returned.delivered_at else ""
    return (
        f"<return_details>\n{items}{order_id}<order_date>{iso(order.placed_at)}</order_date>\n"
        f"{_tag('amazon_rma_id', '' if flaw == 'no_rma_id' else returned.rma_id)}"
        f"<return_request_date>{requested}</return_request_date>\n"
        f"{_tag('return_request_status', status)}"
        f"<a_to_z_claim>{'true' if returned.a_to_z else 'false'}</a_to_z_claim>"
        f"<is_prime>{'Y' if order.prime else 'N'}</is_prime>\n"
        f"{_label(returned)}<label_to_be_paid_by>Customer</label_to_be_paid_by>"
        f"{_tag('return_type', kind)}\n"
        f"<order_amount>{order.marketplace.money(order.total)}</order_amount>"
        f"<order_quantity>{sum(item.quantity for item in order.items)}</order_quantity>\n"
        f"{delivered}{'<element_of_tomorrow>1</element_of_tomorrow>' if unknown else ''}</return_details>\n"
    )


def _items(returned: Return, line: ReturnLine, switches: AmazonSwitches, at: datetime) -> str:
    """One block, or one for each piece; their refund amounts add up to the line's."""
    refund = shown_refund(line, switches, at)
    if line.quantity == 1 or not switches.split_quantities:
        return _item(returned, line, line.quantity, refund)
    money = returned.order.marketplace.money
    shares: list[Decimal | None] = [None] * line.quantity
    if refund is not None:
        share = money(refund / line.quantity)
        shares = [*[share] * (line.quantity - 1), refund - share * (line.quantity - 1)]
    return "".join(_item(returned, line, 1, share) for share in shares)


def _item(returned: Return, line: ReturnLine, quantity: int, refund: Decimal | None) -> str:
    flaw = returned.flaw
    number = "" if flaw == "no_quantity" else _tag("return_quantity", "two" if flaw == "wrong_type" else str(quantity))
    unknown = flaw == "unknown_values"
    item = line.item
    amount = "" if refund is None else f"<refund_amount>{returned.order.marketplace.money(refund)}</refund_amount>"
    return (
        f"<item_details>{_tag('item_name', item.title)}<asin>{item.asin}</asin>"
        f"{_tag('return_reason_code', 'AMZ-PG-NEW-REASON' if unknown else line.reason)}"
        f"{_tag('merchant_sku', item.sku)}<in_policy>Y</in_policy>{number}"
        f"{_tag('resolution', 'StoreCredit' if unknown else line.resolution)}{_tag('category', item.category)}{amount}"
        "</item_details>\n"
    )


def _label(returned: Return) -> str:
    if not returned.tracking_id:
        return ""
    return (
        f"<label_details>{_tag('tracking_id', returned.tracking_id)}<return_carrier>DHL</return_carrier>"
        f"<currency_code>{returned.order.marketplace.currency}</currency_code><label_cost>0.00</label_cost>"
        "<label_type>AmazonUnPaidLabel</label_type></label_details>\n"
    )


def _tag(name: str, text: str) -> str:
    return f"<{name}>{escape(text)}</{name}>"
