"""The shop's state, and everything that changes it. Each real effect is one entry of the journal."""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Final, Literal
from uuid import UUID

from retour.sandbox.clock import Clock
from retour.sandbox.journal import Journal
from retour.sandbox.mijnwebwinkel import notes
from retour.sandbox.mijnwebwinkel.local_time import local
from retour.sandbox.mijnwebwinkel.orders import Article, Line, Mutation, Order, OrderBook, Payment
from retour.sandbox.mijnwebwinkel.samples import articles
from retour.sandbox.mijnwebwinkel.statuses import STATUSES, OrderStatus
from retour.sandbox.mijnwebwinkel.switches import MijnwebwinkelSwitches

MERCHANT: Final = "merchant"
"""Who did it, where it was not a partner through the API."""


@dataclass(frozen=True, slots=True)
class Credit:
    """A credit order to make, already found to be right. Costs are without tax."""

    original: Order
    status: int
    lines: Sequence[tuple[Line, int]]
    """Lines of the original, and how many units of each."""
    shipping_costs: Decimal = Decimal(0)
    payment_costs: Decimal = Decimal(0)
    internal: str = ""
    comment: str = ""
    archived: bool = False
    put_back_stock: bool = True


class Shop:
    """One store. Answers to the outside are given by the modules beside this one."""

    def __init__(self, clock: Clock, journal: Journal, switches: MijnwebwinkelSwitches, seed: int) -> None:
        self.clock = clock
        self.switches = switches
        self.orders = OrderBook()
        self.articles: dict[str, Article] = {article.sku: article for article in articles()}
        self.statuses: dict[int, OrderStatus] = {status.id: status for status in STATUSES}
        self.with_requests: dict[str, Order] = {}
        """The orders whose note holds a return request."""
        self._journal = journal
        self._chance = random.Random(seed)  # noqa: S311 - ids of a simulator
        self._mutations = 0

    def new_uuid(self) -> str:
        return str(UUID(int=self._chance.getrandbits(128), version=4))

    def local(self, moment: datetime) -> datetime:
        return local(moment, self.switches.zone)

    def add(self, order: Order) -> Order:
        """A new order of a customer, paid; takes its goods out of stock."""
        for line in order.lines:
            if line.article is not None and not order.test:
                line.article.stock -= line.quantity
        minor = int(order.total * 100)
        order.payment = Payment(self.new_uuid(), self.new_uuid(), minor, order.placed_at)
        self._mutate(order.payment, "capture", minor, order.placed_at)
        self._insert(order)
        return order

    def credit(self, credit: Credit, by: str) -> Order:
        """Books a credit order; puts the goods back unless told otherwise (contract 5)."""
        original, now = credit.original, self.clock.now()
        made = replace(
            original,
            number=self.orders.next_number(),
            uuid=self.new_uuid(),
            placed_at=now,
            status=credit.status,
            status_changed_at=None,
            lines=tuple(
                replace(line, id=self.new_uuid(), quantity=quantity, source=line.id) for line, quantity in credit.lines
            ),
            shipping_costs=credit.shipping_costs,
            payment_costs=credit.payment_costs,
            internal=credit.internal,
            comment=credit.comment,
            archived=credit.archived,
            partner="" if by == MERCHANT else by,
            credited=original.name,
            credits=[],
            payment=None,
        )
        self._insert(made)
        original.credits.append(made.name)
        self._journal.write(
            "credit_memo",
            made.name,
            made.units,
            order=original.name,
            amount=str(made.total),
            lines=[{"sku": _sku(line), "quantity": line.quantity} for line in made.lines],
            status=made.status,
            by=by,
        )
        self._note_changed(made, "", by)
        if credit.put_back_stock:
            self.put_back_stock(made, by)
        return made

    def put_back_stock(self, order: Order, by: str) -> None:
        """Once for a credit order, never for another."""
        if order.credited is None or order.stock_is_back:
            return
        order.stock_is_back = True
        for line in order.lines:
            if line.article is not None:
                line.article.stock += line.quantity
                self._journal.write("goods", order.name, line.quantity, sku=line.article.sku, by=by)

    def set_note(self, order: Order, text: str, by: str) -> None:
        """Replaces the whole note, as both the API and the back office do: the last one to save wins."""
        before, order.internal = order.internal, text
        if before != text:
            added, removed = Counter(notes.lines_of(text)), Counter(notes.lines_of(before))
            self._journal.write(
                "note",
                order.name,
                added=list((added - removed).elements()),
                removed=list((removed - added).elements()),
                by=by,
            )
            self._note_changed(order, before, by)

    def set_status(self, order: Order, status: int, by: str) -> None:
        if order.status == status:
            return
        before, order.status, order.status_changed_at = order.status, status, self.clock.now()
        self._journal.write("status", order.name, before=before, after=status, by=by)

    def set_archived(self, order: Order, archived: bool, by: str) -> None:
        if order.archived != archived:
            order.archived = archived
            self._journal.write("archived", order.name, archived=archived, by=by)

    def refund(self, order: Order, amount: int) -> Payment:
        """Sends money back through the gateway, in minor units. ValueError when there is no such money."""
        if order.payment is None:
            raise ValueError("a credit order has no payment: refund the original")
        if not 0 < amount <= order.payment.amount - order.payment.refunded:
            raise ValueError("more than what is left of the payment, or nothing")
        self._mutate(order.payment, "refund", amount, self.clock.now())
        self._journal.write("refund", order.name, amount=f"{amount / 100:.2f}", by=MERCHANT)
        return order.payment

    def delete(self, order: Order) -> None:
        """The merchant removes an order; the API knows it no longer."""
        self._forget(order)
        self._journal.write("deleted", order.name, order.units, by=MERCHANT)

    def _insert(self, order: Order) -> None:
        while len(self.orders) >= self.switches.orders_kept:
            self._forget(self.orders.oldest())
        if self.switches.creation_is_a_status_change:
            order.status_changed_at = order.placed_at
        self.orders.add(order)

    def _forget(self, order: Order) -> None:
        self.orders.remove(order)
        self.with_requests.pop(order.name, None)
        original = self.orders.get(order.credited) if order.credited else None
        if original is not None:
            original.credits.remove(order.name)

    def _note_changed(self, order: Order, before: str, by: str) -> None:
        """A marker more is a request made, also when it is there twice; one less is a request gone."""
        marker = self.switches.marker
        default = order.units if order.credited else 1
        old, new = notes.requests_in(before, marker), notes.requests_in(order.internal, marker)
        left = Counter(request.key for request in old)
        for request in new:
            left[request.key] -= 1
            if left[request.key] < 0:
                self._journal.write("created", request.key, request.quantity or default, order=order.name, by=by)
        for key, count in left.items():
            for _ in range(count):
                self._journal.write("erased", key, order=order.name, by=by)
        words = {request.key: request.word for request in old}
        for request in new:
            if words.get(request.key, request.word) != request.word:
                quantity = request.quantity or default
                self._journal.write("decided", request.key, quantity, word=request.word, order=order.name, by=by)
        if new:
            self.with_requests[order.name] = order
        else:
            self.with_requests.pop(order.name, None)

    def _mutate(self, payment: Payment, kind: Literal["capture", "refund"], amount: int, at: datetime) -> None:
        self._mutations += 1
        payment.mutations.append(Mutation(self._mutations, kind, amount, at))


def _sku(line: Line) -> str | None:
    return line.article.sku if line.article else None
