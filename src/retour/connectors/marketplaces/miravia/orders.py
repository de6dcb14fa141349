"""The order behind a return: whose it is, titles and prices (contract miravia 4.2, 9)."""

from collections.abc import Sequence
from typing import Any

from retour.connectors.marketplaces.miravia import wire
from retour.connectors.shapes import Garbled, decode
from retour.core.model import Money, Order, OrderLine, Party


def party(address: wire.Address | None, order: wire.Order) -> Party | None:
    """A customer's names and address; None when nothing of them is there."""
    at = address or wire.Address()
    further = dict.fromkeys(filter(None, (at.address2, at.address3, at.address4, at.address5)))
    found = Party(
        first_name=at.first_name or order.customer_first_name,
        last_name=at.last_name or (None if at.first_name else order.customer_last_name),
        street=at.address1,
        extra=", ".join(further) or None,
        postcode=at.post_code,
        city=at.city,
        country=at.country,
        email=order.customer_email,
        phone=at.phone,
    )
    return None if found == Party() else found


def order(head: wire.Order, rows: Sequence[Any]) -> Order:
    """The order behind a return; an item that cannot be read is left out."""
    items = []
    for raw in rows:
        try:
            items.append(decode(wire.OrderItem, raw))
        except Garbled:
            continue
    return Order(
        ref=head.order_id,
        lines=tuple(
            OrderLine(
                ref=item.order_item_id,
                quantity=item.quantity or 1,
                sku=item.sku,
                title=item.name,
                unit_price=None if item.item_price is None else Money(item.item_price, item.currency or "EUR"),
            )
            for item in items
        ),
        billing=party(head.address_billing, head),
        shipping=party(head.address_shipping, head),
        placed_at=head.created_at,
        numbers=(head.order_number,) if head.order_number and head.order_number != head.order_id else (),
    )
