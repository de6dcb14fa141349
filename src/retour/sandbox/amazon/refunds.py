"""The money: what is left to refund on a line, who gets what, and the journal of it (contract 6.3)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Literal

from retour.sandbox.amazon.adjustments import AdjustedItem, Adjustment, Refusal
from retour.sandbox.amazon.state import Order, OrderItem, Refund, Return, ReturnLine, Seller
from retour.sandbox.amazon.switches import AmazonSwitches
from retour.sandbox.journal import Journal

Source = Literal["feed", "amazon", "seller"]
IGNORED = "ReturnShipping"
"""Accepted in a feed, and never paid (contract 6.3)."""
_BOUND = ("Principal", "Shipping", "GiftWrap", "Tax")


def share(order: Order, item: OrderItem, quantity: int) -> Decimal:
    """What so many more units are worth, so that all parts add up to what was paid; never more than is left."""
    units = min(item.quantity, item.refunded_units + quantity)
    so_far = item.refunded.get("Principal", Decimal(0))
    left = item.paid - so_far
    return max(Decimal(0), min(left, order.marketplace.money(item.paid * units / item.quantity) - so_far))


class Refunds:
    """Judges adjustments and pays. Nothing here knows whether the same was told before."""

    def __init__(self, journal: Journal, switches: AmazonSwitches) -> None:
        self._journal = journal
        self._switches = switches

    def by_feed(
        self, seller: Seller, order: Order | None, told: Adjustment, feed_id: str, at: datetime
    ) -> Refusal | None:
        """Carries one message out, whole or not at all."""
        refusal = self._objection(order, told)
        if refusal is not None or order is None:
            return refusal
        for adjusted in told.items:
            item = _item_of(order, adjusted)
            if item is not None:
                components = _summed(adjusted)
                returned = _attributed(seller, item, adjusted.quantity or 1)
                line = _line_of(returned, item)
                units = adjusted.quantity or (line.open_units if line and line.open_units else 1)
                self.pay(
                    seller, order, item, units, components, at, "feed", returned,
                    feed_id=feed_id, adjustment_id=adjusted.adjustment_id, reason=adjusted.reason,
                )  # fmt: skip
        return None

    def pay(
        self,
        seller: Seller,
        order: Order,
        item: OrderItem,
        quantity: int,
        components: Mapping[str, Decimal],
        at: datetime,
        source: Source,
        returned: Return | None,
        **detail: str,
    ) -> None:
        """The customer gets the money, whatever was paid before; the return it is for shows it."""
        paid = {kind: amount for kind, amount in components.items() if kind != IGNORED}
        for kind, amount in paid.items():
            item.refunded[kind] = item.refunded.get(kind, Decimal(0)) + amount
        item.refunded_units += quantity
        amount = sum(paid.values(), Decimal(0))
        self._journal.write(
            "refund",
            returned.rma_id if returned else item.order_item_id,
            quantity,
            amount=str(amount),
            currency=order.marketplace.currency,
            components={kind: str(part) for kind, part in paid.items()},
            source=source,
            seller_id=seller.seller_id,
            marketplace_id=order.marketplace.marketplace_id,
            order_id=order.order_id,
            order_item_id=item.order_item_id,
            sku=item.sku,
            rma_id=returned.rma_id if returned else "",
            **detail,
        )
        if returned:
            self._note(seller, returned, item, quantity, Refund(at, amount, source == "feed"))

    def _note(self, seller: Seller, returned: Return, item: OrderItem, quantity: int, refund: Refund) -> None:
        lines = tuple(
            replace(line, refunds=(*line.refunds, refund), refunded_units=line.refunded_units + quantity)
            if line.item is item
            else line
            for line in returned.lines
        )
        status = returned.status
        if self._switches.status_after_refund != "unchanged" and not any(line.open_units for line in lines):
            status = self._switches.status_after_refund
        seller.keep(replace(returned, lines=lines, status=status), self._switches.kept_returns)

    def _objection(self, order: Order | None, told: Adjustment) -> Refusal | None:
        def refuse(code: str, description: str) -> Refusal:
            return Refusal(told.message_id, code, description, told.order_id)

        other = self._switches.unnamed_error_code
        if order is None:
            return refuse("25441", "The order id is not valid for this seller and marketplace.")
        if order.fulfilled_by == "AMAZON" and self._switches.fba_refund_refused:
            return refuse(other, "Orders that Amazon fulfils cannot be adjusted.")
        if told.action == "Cancel":
            return refuse(other, "An order that was shipped cannot be cancelled.")
        asked: dict[tuple[str, str], Decimal] = {}
        for adjusted in told.items:
            item = _item_of(order, adjusted)
            if item is None:
                return refuse("25441", "The order item is not in this order.")
            complaint = self._complaint(order, item, adjusted, asked)
            if complaint:
                return refuse(*complaint)
        return None

    def _complaint(
        self, order: Order, item: OrderItem, adjusted: AdjustedItem, asked: dict[tuple[str, str], Decimal]
    ) -> tuple[str, str] | None:
        """Code and text, or None. `asked` is what this message wants in all, by order item and component."""
        switches, market = self._switches, order.marketplace
        parts = (*adjusted.components, *adjusted.promotions)
        digits = 0 if market.currency == "JPY" else 2
        if any(part.currency != market.currency or part.digits > digits for part in parts):
            return "5002", "Amount must be in the currency of the order, with its digits."
        refuses_tax = market.tax_inclusive and switches.tax_inclusive_refuses_tax
        if refuses_tax and any(part.kind in ("Tax", "ShippingTax", "GiftWrapTax") for part in parts):
            return switches.unnamed_error_code, "The tax component is not eligible for this marketplace."
        if any(part.kind == "Principal" and part.amount <= 0 for part in adjusted.components):
            return "25221", "Principal must be positive."
        components = _summed(adjusted)
        if sum((amount for kind, amount in components.items() if kind != IGNORED), Decimal(0)) <= 0:
            return "30741", "The net adjustment must be positive."
        paid = {"Principal": item.paid, "Shipping": item.shipping, "GiftWrap": item.gift_wrap, "Tax": item.tax}
        for kind in _BOUND:
            wanted = asked.get((item.order_item_id, kind), Decimal(0)) + components.get(kind, Decimal(0))
            asked[item.order_item_id, kind] = wanted
            left = paid[kind] - item.refunded.get(kind, Decimal(0))
            if switches.balance_checked and wanted > max(Decimal(0), left):
                return "25161", "Refund is larger than the balance left."
        return None


def _item_of(order: Order, adjusted: AdjustedItem) -> OrderItem | None:
    return next((item for item in order.items if item.order_item_id == adjusted.order_item_id), None)


def _summed(adjusted: AdjustedItem) -> dict[str, Decimal]:
    """By component; what promotions take back is in."""
    sums: dict[str, Decimal] = {}
    for part in (*adjusted.components, *adjusted.promotions):
        sums[part.kind] = sums.get(part.kind, Decimal(0)) + part.amount
    return sums


def _line_of(returned: Return | None, item: OrderItem) -> ReturnLine | None:
    return next((line for line in returned.lines if line.item is item), None) if returned else None


def _attributed(seller: Seller, item: OrderItem, quantity: int) -> Return | None:
    """An adjustment names no return: the oldest with so many open units has it, else the oldest open, else the last."""
    returns = list(seller.returns_of(item))
    for least in (quantity, 1):
        for returned in returns:
            line = _line_of(returned, item)
            if line and line.open_units >= least:
                return returned
    return returns[-1] if returns else None
