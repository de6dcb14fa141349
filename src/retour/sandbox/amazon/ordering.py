"""Which ordered items a command means, and how new ones come into being."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from retour.sandbox.amazon import commands
from retour.sandbox.amazon.samples import product
from retour.sandbox.amazon.state import Order, OrderItem


def new_item(told: commands.Product, numbers: Iterator[int]) -> OrderItem:
    """What the command leaves out is made up from the next number."""
    number = next(numbers)
    item = product(number, told.quantity, told.order_item_id or f"9{number:013}")
    item.sku = told.sku or item.sku
    item.asin = told.asin or item.asin
    item.title = told.title or item.title
    item.unit_price = item.unit_price if told.unit_price is None else told.unit_price
    item.discount, item.tax = told.discount, told.tax
    item.shipping, item.gift_wrap = told.shipping, told.gift_wrap
    return item


def order_behind(told: commands.OpenReturn) -> commands.PlaceOrder:
    """The order that must have been before such a return."""
    fields = set(commands.Product.model_fields)
    items = [
        commands.Product(**one.model_dump(include=fields) | {"quantity": one.ordered or one.quantity})
        for one in told.items
    ]
    return commands.PlaceOrder(items=items, marketplace_id=told.marketplace_id, fulfilled_by=told.fulfilled_by)


def order_again(original: Order, at: datetime) -> commands.PlaceOrder:
    """The same products once more, for nothing."""
    items = [
        commands.Product(sku=item.sku, asin=item.asin, title=item.title, quantity=item.quantity, unit_price=Decimal(0))
        for item in original.items
    ]
    return commands.PlaceOrder(items=items, marketplace_id=original.marketplace.marketplace_id, placed_at=at)


def items_meant(order: Order, told: commands.OpenReturn) -> list[OrderItem]:
    """By order item id, else by SKU, else in the order's order. LookupError when the order has no such item."""
    if told.order_id is None:
        return order.items
    found = []
    for place, one in enumerate(told.items):
        wanted = [item for item in order.items if _fits(item, one)]
        if not wanted:
            raise LookupError(f"no such item in order {order.order_id}")
        named = one.order_item_id or one.sku
        found.append(wanted[0] if named else wanted[place % len(wanted)])
    return found


def _fits(item: OrderItem, one: commands.ReturnedProduct) -> bool:
    return one.order_item_id in (None, item.order_item_id) and one.sku in (None, item.sku)
