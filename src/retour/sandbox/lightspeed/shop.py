"""The shop's state, and everything that changes it."""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from itertools import count
from typing import Any

from retour.sandbox.clock import Clock
from retour.sandbox.commands import Impossible
from retour.sandbox.journal import Journal
from retour.sandbox.lightspeed.orders import Address, Buyer, Invoice, Metafield, Order, OrderBook, OrderLine
from retour.sandbox.lightspeed.returns import LABELS, NEW, SETTLED, Flaw, ReturnRow, ReturnTable, Source
from retour.sandbox.lightspeed.switches import LightspeedSwitches
from retour.sandbox.lightspeed.wanted import WantedAddress, WantedBuyer, WantedLine, WantedOrder, WantedReturn
from retour.sandbox.lightspeed.webhooks import Webhooks

Picked = tuple[OrderLine, int]


class Refused(Impossible):
    """The shop will not do that; the words are for the person who asked."""


class Shop:
    """One shop. Answers to the outside are given by the modules beside this one."""

    def __init__(self, clock: Clock, journal: Journal, switches: LightspeedSwitches, webhooks: Webhooks) -> None:
        self.clock = clock
        self.journal = journal
        self.switches = switches
        self.webhooks = webhooks
        self.orders = OrderBook()
        self.returns = ReturnTable()
        self._undecided: deque[ReturnRow] = deque()
        self._order_ids, self._line_ids, self._return_ids = count(4_100_001), count(7_200_001), count(310_001)
        self._other_ids = count(1_700_001)
        self._order_numbers, self._invoice_numbers = count(101), count(38)
        self._product_ids: dict[str, int] = {}

    def now(self) -> datetime:
        """The time as the shop keeps it: UTC, to the second."""
        return self.clock.now().replace(microsecond=0)

    # Orders

    def place_order(self, wanted: WantedOrder | None = None) -> Order:
        """A new order, invoiced in full. Raises `Refused` when its number is taken."""
        wanted = wanted or WantedOrder()
        number = wanted.number or f"ORD{next(self._order_numbers):05}"
        if self.orders.numbered(number) is not None:
            raise Refused(f"order {number} exists")
        placed_at = self.now() if wanted.placed_at is None else wanted.placed_at.replace(microsecond=0)
        order = Order(
            id=next(self._order_ids),
            number=number,
            status=wanted.status,
            payment_status=wanted.payment_status,
            shipment_status=wanted.shipment_status,
            buyer=self._buyer(wanted.buyer),
            lines=tuple(self._line(line) for line in wanted.lines),
            shipment_price=wanted.shipment_price,
            memo=wanted.memo,
            comment=wanted.comment,
            created_at=placed_at,
            updated_at=placed_at,
        )
        self.orders.add(order)
        for key, value in wanted.metafields.items():
            self.add_metafield(order, key, value)
        paid = "paid" if wanted.payment_status == "paid" else "not_paid"
        self._invoice(order, paid, tuple((line, line.ordered) for line in order.lines), order.shipment_price)
        self.webhooks.tell_order("created", order)
        return order

    def edit_order(self, order: Order, changes: Mapping[str, Any]) -> None:
        """Sets fields of an order, named as in `Order`."""
        for name, value in changes.items():
            setattr(order, name, value)
        order.updated_at = self.now()
        self.webhooks.tell_order("updated", order)

    def add_metafield(self, order: Order, key: str, value: str) -> Metafield:
        now = self.now()
        metafield = Metafield(next(self._other_ids), key, value, now, now)
        order.metafields[metafield.id] = metafield
        return metafield

    def credit(
        self,
        order: Order,
        picked: Sequence[Picked],
        *,
        shipment: bool = False,
        update_stock: bool = False,
        of: ReturnRow | None = None,
    ) -> Invoice:
        """Books a credit invoice; `of` is the return it was made for. Raises `Refused`."""
        if not picked and not shipment:
            raise Refused("nothing to credit")
        wanted: dict[OrderLine, int] = {}
        for line, quantity in picked:
            wanted[line] = wanted.get(line, 0) + quantity
        for line, quantity in wanted.items():
            left = line.ordered - line.refunded
            if self.switches.credit_checked and quantity > left:
                raise Refused(f"{line.sku}: at most {left} can be credited")
        for line, quantity in wanted.items():
            line.refunded += quantity
        credited = tuple((line, -quantity) for line, quantity in wanted.items())
        invoice = self._invoice(order, "not_paid", credited, -order.shipment_price if shipment else Decimal(0))
        first = order.invoices[0]
        invoice.parent, first.credited_by, first.updated_at = first, invoice, invoice.created_at
        ref = str(of.id) if of else invoice.number
        units, amount = sum(wanted.values()), f"{-invoice.total:.2f}"
        self.journal.write("credit_memo", ref, units, invoice=invoice.number, order=order.number, amount=amount)
        if update_stock:
            self.journal.write("stock", ref, units)
        return invoice

    # Returns

    def add_return(self, wanted: WantedReturn) -> ReturnRow:
        """A return that a customer asks for on the shop's site, or staff writes down. Raises `Refused`."""
        order = self.orders.numbered(wanted.order)
        if order is None:
            raise Refused(f"no order {wanted.order}")
        by_sku = {line.sku: line for line in order.lines}
        asked = wanted.lines or {order.lines[0].sku: 1}
        if unknown := asked.keys() - by_sku.keys():
            raise Refused(f"order {wanted.order} has no {', '.join(sorted(unknown))}")
        row = self.new_return(order, [(by_sku[sku], quantity) for sku, quantity in asked.items()])
        row = replace(
            row,
            reason=wanted.reason,
            action=wanted.action,
            customer_comment=wanted.comment,
            staff_note=wanted.staff_note,
        )
        return self.register(row, "staff" if wanted.by_staff else "customer")

    def new_return(self, order: Order, picked: Sequence[Picked]) -> ReturnRow:
        """A return that is not in the shop yet."""
        now = self.now()
        return ReturnRow(next(self._return_ids), order, tuple(picked), NEW, created_at=now, updated_at=now)

    def register(self, row: ReturnRow, source: Source) -> ReturnRow:
        """Puts a new return into the shop. Nothing keeps the same units from being in two."""
        self.returns.add(row)
        self.journal.write(
            "created", str(row.id), row.quantity, order=row.order.number, status=row.status, source=source
        )
        self._after(row, "created", mail=row.notify, stock=row.stock_adjusted)
        if self.switches.auto_decide is not None and row.status == NEW:
            self._undecided.append(row)
        self._forget()
        return row

    def edit_return(self, row: ReturnRow, changes: Mapping[str, Any], by: Source = "staff") -> None:
        """Sets fields of a return, named as in `ReturnRow`: any status may follow any other (contract 3.1)."""
        before, was_adjusted = row.status, row.stock_adjusted
        for name, value in changes.items():
            setattr(row, name, value)
        if self.switches.updates_move_updated_at:
            row.updated_at = self.now()
        decided = row.status != before
        if decided:
            self.journal.write("decided", str(row.id), row.quantity, status=row.status, before=before, by=by)
        self._after(row, "updated", mail=decided and row.notify, stock=row.stock_adjusted and not was_adjusted)

    def decide(self, return_id: int, status: str, action: str | None = None) -> ReturnRow:
        """The merchant decides; `status` may be any text, as after a change of the platform. KeyError when unknown."""
        row = self.row(return_id)
        self.edit_return(row, {"status": status} | ({} if action is None else {"action": action}))
        return row

    def decide_all(self, status: str, action: str | None = None) -> int:
        """Decides every return that is new; how many there were."""
        fresh = [row for row in self.returns if row.status == NEW]
        for row in fresh:
            self.decide(row.id, status, action)
        return len(fresh)

    def credit_return(self, return_id: int) -> Invoice:
        """Staff books the credit invoice of a return. KeyError when unknown, `Refused` when it cannot be."""
        row = self.row(return_id)
        return self.credit(row.order, row.lines, of=row)

    def remove(self, return_id: int, by: Source = "staff") -> None:
        """Deletes a return; only a webhook tells. KeyError when unknown."""
        row = self.row(return_id)
        self.returns.delete(row)
        self.journal.write("deleted", str(row.id), row.quantity, status=row.status, by=by)
        self.webhooks.tell_return("deleted", row)

    def garble(self, return_id: int, flaw: Flaw | None) -> None:
        """Spoils every answer about a return, or with None no longer. KeyError when unknown."""
        self.row(return_id).flaw = flaw

    def row(self, return_id: int) -> ReturnRow:
        row = self.returns.get(return_id)
        if row is None:
            raise KeyError(return_id)
        return row

    def decide_due(self) -> None:
        """The switch `auto_decide`: a merchant who answers before anybody looks again."""
        while self._undecided:
            row = self._undecided.popleft()
            if self.switches.auto_decide is not None and row.status == NEW and self.returns.get(row.id) is row:
                self.edit_return(row, {"status": self.switches.auto_decide})

    def _after(self, row: ReturnRow, event: str, *, mail: bool, stock: bool) -> None:
        if mail:
            self.journal.write("mail", str(row.id), row.quantity, status=row.status)
        if stock:
            self.journal.write("stock", str(row.id), row.quantity)
        self.webhooks.tell_return(event, row)

    def _forget(self) -> None:
        """Keeps a long demonstration small: the oldest settled return goes, with its order when it was the last."""
        if len(self.returns) <= self.switches.kept_returns:
            return
        oldest = next((row for row in self.returns if row.status in SETTLED or row.status not in LABELS), None)
        if oldest is not None:
            self.returns.delete(oldest)
            if not self.returns.of_order(oldest.order):
                self.orders.forget(oldest.order)

    def _invoice(self, order: Order, status: str, items: tuple[Picked, ...], shipment: Decimal) -> Invoice:
        number = f"INV{next(self._invoice_numbers):05}"
        now = self.now()
        invoice = Invoice(next(self._other_ids), number, order, status, now, now, items, shipment)
        self.orders.add_invoice(invoice)
        return invoice

    def _line(self, wanted: WantedLine) -> OrderLine:
        return OrderLine(
            id=next(self._line_ids),
            product_id=self._product_ids.setdefault(wanted.sku, 90_001 + len(self._product_ids)),
            title=wanted.title,
            variant=wanted.variant,
            article_code=wanted.article_code,
            ean=wanted.ean,
            sku=wanted.sku,
            ordered=wanted.quantity,
            shipped=wanted.quantity if wanted.shipped is None else wanted.shipped,
            price=wanted.price,
            tax_rate=wanted.tax_rate,
        )

    def _buyer(self, wanted: WantedBuyer) -> Buyer:
        return Buyer(
            customer_id=None if wanted.guest else next(self._other_ids),
            firstname=wanted.firstname,
            lastname=wanted.lastname,
            email=wanted.email,
            phone=wanted.phone,
            company=wanted.company,
            vat_number=wanted.vat_number,
            billing=_address(wanted, wanted.billing),
            shipping=_address(wanted, wanted.shipping or wanted.billing),
        )


def _address(buyer: WantedBuyer, wanted: WantedAddress) -> Address:
    return Address(
        name=f"{buyer.firstname} {buyer.lastname}".strip(),
        street=wanted.street,
        number=wanted.number,
        extension=wanted.extension,
        zipcode=wanted.zipcode,
        city=wanted.city,
        country=wanted.country,
    )
