"""What Amazon's words mean in the words of the house: tables and pure functions (contract amazon 2, 5, 7)."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from hashlib import blake2b
from types import MappingProxyType
from typing import Any, Final

from retour.connectors.contract import Unreadable
from retour.connectors.marketplaces.amazon import lines, wire
from retour.connectors.marketplaces.amazon.config import AmazonConfig
from retour.connectors.marketplaces.amazon.lines import Ledger
from retour.connectors.marketplaces.amazon.tables import Raw
from retour.connectors.shapes import Garbled, decode
from retour.core.capabilities import Deadline, Granularity, MarketplaceCapabilities, Since
from retour.core.model import Handler, Handling, Money, Order, OrderLine, Party, Reason, Resolution, Seen, SeenLine

TOGETHER: Final = 200
"""Messages of one feed; few enough for the orders behind them to be read in a few minutes (contract 1.4)."""

LONGEST: Final = 180

REASONS: Final = MappingProxyType(
    {
        "UNWANTED_ITEM": Reason.CHANGED_MIND,
        "DEFECTIVE": Reason.DEFECTIVE,
        "MISSING_PARTS": Reason.MISSING_PARTS,
        "DAMAGED_BY_CARRIER": Reason.DAMAGED_IN_TRANSIT,
        "DAMAGED_BY_FC": Reason.DAMAGED_IN_TRANSIT,
        "ORDERED_WRONG_ITEM": Reason.CHANGED_MIND,
        "SWITCHEROO": Reason.WRONG_ITEM_SENT,
        "NOT_COMPATIBLE": Reason.WRONG_SIZE_FIT,
        "QUALITY_UNACCEPTABLE": Reason.NOT_AS_DESCRIBED,
        "FOUND_BETTER_PRICE": Reason.CHANGED_MIND,
        "EXTRA_ITEM": Reason.ORDERED_TOO_MANY,
        "MISSED_ESTIMATED_DELIVERY": Reason.ARRIVED_LATE,
        "UNAUTHORIZED_PURCHASE": Reason.OTHER,
        "NO_REASON_GIVEN": Reason.OTHER,
        "BAD-DESC": Reason.NOT_AS_DESCRIBED,
        "MISORDERED": Reason.CHANGED_MIND,
        "APP-TOO-SMALL": Reason.WRONG_SIZE_FIT,
        "APP-TOO-LARGE": Reason.WRONG_SIZE_FIT,
        "APP-TOO-LATE": Reason.ARRIVED_LATE,
    }
)
"""Without their prefixes, which warehouse reports leave out (contract 2.1, 2.3). An open set."""

_HOW: Final = "In Seller Central, under Orders, Manage Returns, look for the order id or the RMA id and "
BY_HAND: Final = MappingProxyType(
    {
        Resolution.REJECT: _HOW + "decline or close the request, and tell the buyer why.",
        Resolution.REPAIR: _HOW + "close the request; agree on the repair with the buyer by message.",
        Resolution.EXCHANGE: _HOW + "arrange the replacement; do not refund as well.",
        Resolution.CANCEL: _HOW + "close the request without a refund.",
    }
)
"""Amazon has no call for these (contract 7)."""

DEADLINES: Final = (
    Deadline(
        "answer",
        timedelta(hours=24),
        "Amazon expects an answer to a return request within 24 hours, and approves many by itself.",
        "Amazon Seller Central help, customer returns; 2025",
    ),
    Deadline(
        "refund",
        timedelta(days=2),
        "Amazon may refund the customer on your account, two business days after the parcel arrived.",
        "Amazon Seller Central help, customer returns; 2025. Weekends are not counted here.",
        Since.RECEIVED,
    ),
)


def capabilities(config: AmazonConfig) -> MarketplaceCapabilities:
    """Money is all that Amazon can be told (contract 0)."""
    return MarketplaceCapabilities(
        tells={Resolution.ACCEPT: Resolution.ACCEPT, Resolution.KEEP: Resolution.KEEP},
        granularity=Granularity.QUANTITY,
        asynchronous=True,
        serial=True,
        finds=True,
        looks=False,
        details_by_look=True,  # prices and addresses are the order's
        proves_absence=True,  # by our own notes, and by `send_again`
        together=TOGETHER,
        orders=True,
        changes={decision: frozenset({Resolution.ACCEPT, Resolution.KEEP}) for decision in BY_HAND},
        by_hand=BY_HAND,
        deadlines=DEADLINES,
    )


def reason(code: str | None) -> Reason | None:
    plain = (code or "").strip().upper()
    for prefix in ("CR-", "AMZ-PG-"):
        plain = plain.removeprefix(prefix)
    return REASONS.get(plain)


def fitting(ref: str) -> str:
    """A ref that any store can keep: its end gives way to a digest."""
    if len(ref) <= LONGEST:
        return ref
    return f"{ref[: LONGEST - 33]}~{blake2b(ref.encode(), digest_size=16).hexdigest()}"


class Product:
    """The pieces of one product in a return: identical blocks are added up, they are no repetition (contract 2.1)."""

    def __init__(self, first: wire.Item) -> None:
        self.item, self.quantity = first, 0
        self.refunded: Decimal | None = None
        self.resolutions: tuple[str, ...] = ()

    def add(self, item: wire.Item) -> None:
        self.quantity += item.return_quantity
        if item.refund_amount is not None:
            self.refunded = (self.refunded or Decimal(0)) + item.refund_amount
        if item.resolution and item.resolution not in self.resolutions:
            self.resolutions = (*self.resolutions, item.resolution)


class Return:
    """A return of a report, read. Refs hold the marketplace: the file does not name it (contract 3)."""

    def __init__(self, marketplace: str, raw: Raw) -> None:
        """Raises Garbled. One piece that cannot be read makes its quantities wrong, so all of it cannot."""
        if raw.flaw:
            raise Garbled(raw.flaw)
        self.head = decode(wire.Details, raw.head)
        products: dict[str, Product] = {}
        for number, row in enumerate(raw.items, 1):
            try:
                item = decode(wire.Item, row)
            except Garbled as why:
                raise Garbled(f"product {number}: {why}") from None
            name = item.merchant_sku or item.asin
            if not name:
                raise Garbled(f"product {number} has neither SKU nor ASIN")
            products.setdefault(name, Product(item)).add(item)
        if not products:
            raise Garbled("it holds no products")
        head = self.head
        day = head.return_request_date.date().isoformat()
        self.lines: dict[str, lines.Line] = {}
        self.products: dict[str, Product] = {}
        self.refs: dict[str, list[str]] = {}
        for name, product in products.items():
            own = head.amazon_rma_id or f"{head.order_id}:{name}:{day}"
            ref = fitting(f"{marketplace}:{own}")
            line = fitting(f"{marketplace}:{own}:{name}") if head.amazon_rma_id else ref
            self.refs.setdefault(ref, []).append(line)
            self.products[line] = product
            self.lines[line] = lines.Line(
                order=head.order_id,
                sku=product.item.merchant_sku or None,
                asin=product.item.asin or None,
                quantity=product.quantity,
                opened_at=head.return_request_date,
                status=head.return_request_status or None,
                refunded=product.refunded,
                resolutions=product.resolutions,
                claim=head.a_to_z_claim,
                item=product.item.order_item_id or None,
                tracked=bool(head.tracking_id),
                arrived=head.return_delivery_date is not None,
            )

    def seen(self, ledgers: Mapping[str, Ledger], closed: str) -> list[Seen]:
        """As the hub sees it: one return, or one for each product where Amazon gave it no RMA id. `ledgers`: our
        refunds of each line."""
        return [
            Seen(
                ref,
                self.head.return_request_date,
                Handler.MERCHANT,
                tuple(self._line(line, ledgers.get(line, Ledger()), closed) for line in of),
                complete=False,
                all_lines=True,
            )
            for ref, of in self.refs.items()
        ]

    def _line(self, ref: str, ledger: Ledger, closed: str) -> SeenLine:
        head, item = self.head, self.products[ref].item
        return replace(
            standing(ref, self.lines[ref], ledger, closed),
            title=item.item_name or None,
            reason=reason(item.return_reason_code),
            reason_text=item.return_reason_code or None,
            tracking=head.tracking_id or None,
            carrier=head.return_carrier or None,
            received_at=head.return_delivery_date,
        )


def standing(ref: str, seen: lines.Line, ledger: Ledger, closed: str) -> SeenLine:
    """How a line stands by the newest report that shows it. `ledger`: our refunds of it."""
    handlings = lines.history(seen, ledger, closed_means=closed)
    done = sum(one.quantity for one in handlings if one.resolution)
    return SeenLine(
        ref=ref,
        order_ref=seen.order,
        quantity=seen.quantity,
        awaits=not lines.ended(seen.status) and done < seen.quantity,
        handlings=handlings,
        order_line_ref=seen.item,
        sku=seen.sku,
    )


def received(marketplace: str, raw: Raw) -> Seen:
    """A return that Amazon's warehouse received: refunded by Amazon, nothing to decide (contract 2.3). Raises
    Garbled."""
    if raw.flaw:
        raise Garbled(raw.flaw)
    row = decode(wire.Received, raw.head)
    ref = fitting(f"{marketplace}:{row.license_plate_number}")
    raw_words = ", ".join(filter(None, (row.status, row.detailed_disposition))) or "received"
    line = SeenLine(
        ref=ref,
        order_ref=row.order_id,
        quantity=row.quantity,
        awaits=False,
        handlings=(Handling(row.quantity, Resolution.ACCEPT, raw_words, row.return_date),),
        sku=row.sku or None,
        title=row.product_name or None,
        reason=reason(row.reason),
        reason_text=row.reason or None,
        comment=row.customer_comments or None,
        received_at=row.return_date,
    )
    return Seen(ref, row.return_date, Handler.MARKETPLACE, (line,), complete=False, all_lines=True)


def unreadable(raw: Raw, why: Garbled) -> Unreadable:
    ref = raw.head.get("amazon_rma_id") or raw.head.get("license_plate_number") or raw.head.get("order_id")
    return Unreadable(ref, f"A row cannot be read: {why}.", json.dumps([raw.head, *raw.items], ensure_ascii=False))


def order(found: wire.Order, items: tuple[wire.OrderItem, ...]) -> Order:
    address = found.address or wire.Address()
    buyer = found.buyer or wire.Buyer()
    extra = ", ".join(filter(None, (address.address_line2, address.address_line3)))
    first, _, last = (address.name or buyer.buyer_name or "").strip().partition(" ")
    shipping = Party(
        first_name=first if last else None,
        last_name=last or first or None,
        company=address.company_name or buyer.buyer_company_name or None,
        street=address.address_line1 or None,
        extra=extra or None,
        postcode=address.postal_code or None,
        city=address.city or None,
        country=address.country_code or None,
        email=buyer.buyer_email or None,
        phone=address.phone or None,
    )
    return Order(
        ref=found.order_id,
        lines=tuple(_order_line(item) for item in items),
        shipping=None if shipping == Party() else shipping,
        placed_at=found.created_time,
    )


def _order_line(item: wire.OrderItem) -> OrderLine:
    price = item.unit_price
    return OrderLine(
        ref=item.order_item_id,
        quantity=item.quantity_ordered,
        sku=item.sku or None,
        title=item.title or None,
        unit_price=Money(price.amount, price.currency_code) if price else None,
    )


def order_items(found: wire.Order) -> tuple[wire.OrderItem, ...]:
    """Those that can be read."""
    return tuple(filter(None, map(_order_item, found.order_items)))


def _order_item(raw: Any) -> wire.OrderItem | None:
    try:
        return decode(wire.OrderItem, raw)
    except Garbled:
        return None
