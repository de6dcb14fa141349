"""Which line of the order is it: what the order knows and the return does not tell."""

from collections.abc import Mapping
from dataclasses import fields, replace

from retour.core.match_line import bare_gtin
from retour.core.model import Order, OrderLine, Party, Seen, SeenLine


def order_line(item: SeenLine, order: Order) -> OrderLine | None:
    """The order line behind a return line: by the marketplace's line id, else by SKU, else by GTIN, of those that hold
    so many units.

    None where two lines would fit: a guess would put the wrong product into the shop.
    """
    by_id = [line for line in order.lines if line.ref is not None and line.ref == item.order_line_ref]
    by_sku = [line for line in order.lines if line.sku and line.sku == item.sku]
    gtin = bare_gtin(item.gtin or "")
    by_gtin = [line for line in order.lines if gtin and line.gtin and bare_gtin(line.gtin) == gtin]
    found = by_id or [line for line in by_sku or by_gtin if line.quantity >= item.quantity]
    return found[0] if len(found) == 1 else None


def enrich(seen: Seen, orders: Mapping[str, Order]) -> Seen:
    """Fills in what the orders know: seller's reference, title, price and order line."""
    return replace(seen, lines=tuple(_enrich_line(item, orders.get(item.order_ref)) for item in seen.lines))


def addressed(customer: Party | None, shipping: Party | None) -> Party | None:
    """Whose return it is, with the order's shipping address where the return tells none."""
    if customer is None or shipping is None:
        return customer or shipping
    if customer.street or customer.postcode:
        return customer  # half of each would be an address that nobody has
    known = {field.name: value for field in fields(customer) if (value := getattr(customer, field.name)) is not None}
    return replace(shipping, **known)


def _enrich_line(item: SeenLine, order: Order | None) -> SeenLine:
    line = order_line(item, order) if order else None
    if line is None:
        return item
    return replace(
        item,
        order_line_ref=item.order_line_ref or line.ref,
        sku=item.sku or line.sku,
        gtin=item.gtin or line.gtin,
        title=item.title or line.title,
        unit_price=item.unit_price or line.unit_price,
    )
