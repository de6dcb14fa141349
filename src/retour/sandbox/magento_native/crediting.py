"""Credit memos: a refund of order rows, of shipping and of free amounts (contract A3)."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from retour.sandbox.magento_native.orders import Order, OrderItem
from retour.sandbox.magento_native.shop import Refused, Shop

OPEN: Final = 1
REFUNDED: Final = 2
CANCELED: Final = 3


@dataclass(slots=True)
class CreditMemo:
    """One refund. Its customer has the money once it is refunded."""

    entity_id: int
    increment_id: str
    order: Order
    lines: tuple[tuple[OrderItem, int], ...]
    shipping_amount: float
    adjustment_positive: float
    adjustment_negative: float
    state: int
    created_at: str
    updated_at: str
    comment: str | None
    restocked: frozenset[int]

    @property
    def subtotal(self) -> float:
        return round(sum(item.price * qty for item, qty in self.lines), 2)

    @property
    def grand_total(self) -> float:
        adjustment = self.adjustment_positive - self.adjustment_negative
        return round(self.subtotal + self.shipping_amount + adjustment, 2)


class Crediting:
    """The shop's credit memos. `by` is "api" or "staff"."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._memos: dict[int, CreditMemo] = {}
        self._by_order: dict[int, list[CreditMemo]] = {}

    def __iter__(self) -> Iterator[CreditMemo]:
        return iter(self._memos.values())

    def get(self, entity_id: int) -> CreditMemo | None:
        return self._memos.get(entity_id)

    def of_order(self, order_id: int) -> list[CreditMemo]:
        return list(self._by_order.get(order_id, ()))

    def book(
        self,
        order: Order,
        quantities: Mapping[int, int] | None = None,
        *,
        shipping: float | None = None,
        adjustment_positive: float = 0,
        adjustment_negative: float = 0,
        restock: Collection[int] = (),
        comment: str | None = None,
        still_open: bool = False,
        notify: bool = False,
        by: str = "staff",
    ) -> CreditMemo:
        """Refunds units by order item id: all that is left when no quantities are given, and without `shipping` all
        of the shipping costs that are left. Raises `Refused`."""
        lines = self._lines(order, quantities)
        left = round(order.shipping_amount - order.shipping_refunded, 2)
        shipped = left if shipping is None else shipping
        if shipped > left:
            raise Refused(f"Maximum shipping amount allowed to refund is: {left:.2f}")
        number, now = len(self._memos) + 1, self._shop.now()
        memo = CreditMemo(
            entity_id=number,
            increment_id=f"{number:09d}",
            order=order,
            lines=lines,
            shipping_amount=shipped,
            adjustment_positive=adjustment_positive,
            adjustment_negative=adjustment_negative,
            state=OPEN,
            created_at=now,
            updated_at=now,
            comment=comment,
            restocked=frozenset(restock),
        )
        if memo.grand_total < 0 or (not lines and memo.grand_total == 0):
            raise Refused("The credit memo's total must be positive.")
        self._memos[number] = memo
        self._by_order.setdefault(order.entity_id, []).append(memo)
        for item, qty in lines:
            item.qty_open += qty
        if not still_open:
            self.refund(memo, by=by)
        self._shop.touch(order)
        if notify:
            self._shop.journal.write("mail", str(order.entity_id), order=order.increment_id, about="credit memo")
        return memo

    def refund(self, memo: CreditMemo, *, by: str = "staff") -> None:
        """An open memo is paid out. Raises `Refused` for another."""
        if memo.state != OPEN:
            raise Refused("Only an open credit memo can be refunded.")
        order = memo.order
        memo.state, memo.updated_at = REFUNDED, self._shop.now()
        order.shipping_refunded = round(order.shipping_refunded + memo.shipping_amount, 2)
        detail = {"credit_memo": memo.increment_id, "order": order.increment_id, "by": by}
        for item, qty in memo.lines:
            item.qty_open -= qty
            item.qty_refunded += qty
            amount = f"{item.price * qty:.2f}"
            self._write("credit_memo", order, qty, detail | {"sku": item.sku, "item": item.item_id, "amount": amount})
            if item.item_id in memo.restocked:
                self._write("stock", order, qty, {"sku": item.sku, "item": item.item_id})
        extra = round(memo.grand_total - memo.subtotal, 2)
        if extra:
            self._write("credit_memo", order, 0, detail | {"sku": None, "item": None, "amount": f"{extra:.2f}"})
        self._shop.touch(order)
        self._shop.close_if_refunded(order)

    def cancel(self, memo: CreditMemo, *, by: str = "staff") -> None:
        """Raises `Refused` for a memo that is paid out already."""
        if memo.state != OPEN:
            raise Refused("You can not cancel Credit Memo")
        memo.state, memo.updated_at = CANCELED, self._shop.now()
        for item, qty in memo.lines:
            item.qty_open -= qty
        self._shop.touch(memo.order)
        detail = {"credit_memo": memo.increment_id, "order": memo.order.increment_id, "by": by}
        self._write("memo_canceled", memo.order, sum(qty for _, qty in memo.lines), detail)

    def _lines(self, order: Order, quantities: Mapping[int, int] | None) -> tuple[tuple[OrderItem, int], ...]:
        if quantities is None:
            rows = [item for item in order.items if item.parent_item_id is None]
            quantities = {row.item_id: row.qty_ordered - row.qty_refunded - row.qty_open for row in rows}
        lines = []
        for item_id, qty in quantities.items():
            item = order.item(item_id)
            if item is None:
                raise Refused(f'The creditmemo contains product item "{item_id}" that is not of the order.')
            if qty < 0 or qty > item.qty_ordered - item.qty_refunded - item.qty_open:
                raise Refused(
                    "The quantity to creditmemo must not be greater than the unrefunded quantity for product SKU "
                    f'"{item.sku}".'
                )
            if qty:
                lines.append((item, qty))
        return tuple(lines)

    def _write(self, kind: str, order: Order, quantity: int, detail: Mapping[str, object]) -> None:
        self._shop.journal.write(kind, str(order.entity_id), quantity, **detail)
