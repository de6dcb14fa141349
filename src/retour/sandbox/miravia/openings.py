"""How orders and reverse orders come into being."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count

from retour.sandbox.commands import Impossible
from retour.sandbox.miravia.commands import OpenReturn, PlaceOrder, Product, ReturnedProduct
from retour.sandbox.miravia.flow import Flow
from retour.sandbox.miravia.samples import CUSTOMERS, product
from retour.sandbox.miravia.state import Line, Order, OrderItem, Part, Reverse, Seller
from retour.sandbox.miravia.switches import MiraviaSwitches


class Openings:
    """Gives out the numbers, over all sellers. Line ids have 17 digits: more than a float can hold."""

    def __init__(self, switches: MiraviaSwitches, now: Callable[[], datetime]) -> None:
        self._switches = switches
        self._now = now
        self._orders = count(300_000_000_001)
        self._items = count(400_000_000_000_001)
        self._reverses = count(1)
        self._lines = count(20_020_030_040_000_001)

    def order(self, flow: Flow, command: PlaceOrder) -> Order:
        """Of a quantity above 1, each piece is an order item, unless a switch says otherwise."""
        order_id = command.order_id or str(next(self._orders))
        if order_id in flow.seller.orders:
            raise Impossible(f"order {order_id} exists")
        items = [item for ordered in command.items for item in self._items_of(ordered)]
        customer = replace(CUSTOMERS[0], **command.customer.model_dump(exclude_none=True))
        order = Order(order_id, command.placed_at or self._now(), customer, items, command.marketplace)
        flow.seller.add_order(order)
        return order

    def reverse(self, flow: Flow, command: OpenReturn) -> Reverse:
        opened_at = command.opened_at or self._now()
        order = self._order_for(flow, command, opened_at)
        taken: set[str] = set()
        parts = [self._parts(flow.seller, order, line, taken) for line in command.lines]
        number = next(self._reverses)
        reverse = Reverse(
            number,
            str(100_200_300_400_000 + number),
            order,
            command.request_type,
            opened_at,
            command.shipping_type,
            command.biz_type,
            command.is_rtm,
            command.marketplace,
            command.country,
        )
        pairs = zip(command.lines, parts, strict=True)
        reverse.lines = [self._line(reverse, command, line, own) for line, own in pairs]
        flow.begin(reverse)
        return reverse

    def _order_for(self, flow: Flow, command: OpenReturn, opened_at: datetime) -> Order:
        if command.order_id is not None and command.order_id in flow.seller.orders:
            return flow.seller.orders[command.order_id]
        fields = set(Product.model_fields)
        items = tuple(Product.model_validate(line.model_dump(include=fields)) for line in command.lines)
        placed_at = opened_at - timedelta(days=0 if command.request_type == "CANCEL" else 7)
        order = PlaceOrder(
            items=items,
            order_id=command.order_id,
            customer=command.customer,
            marketplace=command.marketplace,
            placed_at=placed_at,
        )
        return self.order(flow, order)

    def _parts(self, seller: Seller, order: Order, line: ReturnedProduct, taken: set[str]) -> list[Part]:
        """The order items that come back, all of one product; `taken` are those of the lines before."""
        free = [item for item in order.items if item.order_item_id not in taken and seller.returnable(item) > 0]
        first = next((item for item in free if _meant(item, line)), None)
        parts: list[Part] = []
        left = line.quantity
        same = [item for item in free if first and (item is first or item.seller_sku == first.seller_sku)]
        for item in sorted(same, key=lambda item: item is not first):
            if left:
                parts.append(Part(item, min(left, seller.returnable(item))))
                left -= parts[-1].quantity
        if left:
            raise Impossible(f"order {order.order_id} has no {line.quantity} of these to send back")
        taken |= {part.item.order_item_id for part in parts}
        return parts

    def _line(self, reverse: Reverse, command: OpenReturn, line: ReturnedProduct, parts: list[Part]) -> Line:
        return Line(
            str(next(self._lines)),
            reverse,
            parts,
            line.reason_code,
            line.reason,
            line.comment,
            reverse.created_at,
            reverse_status="CS_APPROVING" if command.dispute else "REQUEST_INITIATE",
            is_dispute=command.dispute,
            is_fast_refund=command.fast_refund,
            is_instant_refund=command.instant_refund,
            is_not_received=command.not_received,
        )

    def _items_of(self, ordered: Product) -> list[OrderItem]:
        split = self._switches.one_item_per_unit
        quantities = [1] * ordered.quantity if split else [ordered.quantity]
        ids = [next(self._items) for _ in quantities]
        made_up = product(ids[0])
        return [
            OrderItem(
                str(item_id),
                made_up.sku if ordered.sku is None else ordered.sku,
                f"P{ids[0] % 1_000_000}",
                made_up.ean if ordered.ean is None else ordered.ean,
                made_up.title if ordered.title is None else ordered.title,
                quantity,
                made_up.cents if ordered.cents is None else ordered.cents,
            )
            for item_id, quantity in zip(ids, quantities, strict=True)
        ]


def _meant(item: OrderItem, line: ReturnedProduct) -> bool:
    if line.order_item_id is not None:
        return item.order_item_id == line.order_item_id
    return line.sku is None or item.seller_sku == line.sku
