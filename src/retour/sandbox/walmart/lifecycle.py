"""What happens to a return, whoever causes it: events, money, goods, and what Walmart does by its clock."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Literal

from retour.sandbox.agenda import Agenda
from retour.sandbox.journal import Journal
from retour.sandbox.walmart.state import Event, Refund, Return, ReturnLine, Seller
from retour.sandbox.walmart.switches import WalmartSwitches

EventType = Literal["RETURN_CREATED", "RETURN_DELIVERED", "RETURN_INVOICED"]
Source = Literal["api", "seller_center", "walmart"]
Tell = Callable[[EventType, Return, datetime], None]


class Lifecycle:
    """Obeys no seller's rules: those are the API's (`retour.sandbox.walmart.refunds`)."""

    def __init__(self, seller: Seller, journal: Journal, agenda: Agenda, switches: WalmartSwitches, tell: Tell) -> None:
        self._seller = seller
        self._journal = journal
        self._agenda = agenda
        self._switches = switches
        self._tell = tell

    def open(self, returned: Return) -> None:
        """A customer has opened this return."""
        at = returned.opened_at
        self._seller.add_return(returned, self._switches.kept)
        for line in returned.lines:
            line.order_line.returned += line.quantity
            line.events.append(Event("RETURN_INITIATED", at))
            if line.return_expected:
                self._later(at, self._switches.ship_seconds, line, self.ship)
                self._later(at, self._switches.delivery_seconds, line, self.deliver)
        self._tell("RETURN_CREATED", returned, at)

    def ship(self, line: ReturnLine, at: datetime) -> bool:
        """The parcel left; False when it had, or when nothing is to come."""
        if line.shipped or line.cancellation:
            return False
        line.shipped = True
        self._add(line, "INTRANSIT_AFTER_INVOICE" if line.all_shown else "RETURN_IN_TRANSIT", at)
        return True

    def deliver(self, line: ReturnLine, at: datetime) -> bool:
        """The parcel is at the return centre: the seller's 48 hours begin (contract 1)."""
        if line.delivered or line.cancellation:
            return False
        line.shipped = line.delivered = True
        returned = line.returned
        self._add(line, "DELIVERED_AFTER_INVOICE" if line.all_shown else "DELIVERED_AT_RETURN_CENTER", at)
        self._journal.write("goods", returned.return_order_id, line.quantity, line=line.number)
        self._tell("RETURN_DELIVERED", returned, at)
        if returned.by_walmart:
            self._later(at, self._switches.wfs_refund_seconds, line, self._refund_by_walmart)
        elif returned.kind == "REFUND" and self._switches.auto_refund_hours is not None:
            self._later(at, self._switches.auto_refund_hours * 3600, line, self._refund_by_walmart)
        return True

    def cancel(self, line: ReturnLine, reason: str, at: datetime) -> bool:
        """What is left of the line will not be refunded; False when nothing is."""
        quantity = line.left
        if not quantity:
            return False
        line.cancellation, line.cancelled = reason, quantity
        line.order_line.returned -= quantity
        self._add(line, "RETURN_CANCELLED", at)
        self._journal.write("cancelled", line.returned.return_order_id, quantity, line=line.number)
        return True

    def refund(self, line: ReturnLine, quantity: int, channel: str, source: Source, at: datetime) -> None:
        """The customer gets the money now; the return shows it later."""
        refund = Refund(quantity, channel, at)
        line.refunds.append(refund)
        amount = (line.order_line.unit_price + line.order_line.unit_tax) * quantity
        self._journal.write(
            "refund",
            line.returned.return_order_id,
            quantity,
            line=line.number,
            amount=str(amount),
            currency="USD",
            channel=channel,
            source=source,
            purchase_order_id=line.order.purchase_order_id,
            sku=line.order_line.sku,
        )
        due = at + timedelta(seconds=self._switches.refund_initiated_seconds)
        self._agenda.add(due, lambda then: self._initiate(line, refund, then))

    def _initiate(self, line: ReturnLine, refund: Refund, at: datetime) -> None:
        refund.stage = "initiated"
        self._show(line, "REFUND_INITIATED", at)
        due = at + timedelta(seconds=self._switches.refund_issued_seconds)
        self._agenda.add(due, lambda then: self._issue(line, refund, then))

    def _issue(self, line: ReturnLine, refund: Refund, at: datetime) -> None:
        refund.stage = "issued"
        self._show(line, "REFUND_ISSUED", at)
        self._tell("RETURN_INVOICED", line.returned, at)

    def _show(self, line: ReturnLine, tag: str, at: datetime) -> None:
        if line.all_shown or self._switches.part_completes_line:
            self._add(line, tag, at)
        else:
            self._seller.touch(line.returned, at)

    def _refund_by_walmart(self, line: ReturnLine, at: datetime) -> None:
        if line.left:
            channel = "WALMART_SETTLED_REFUND" if line.returned.by_walmart else "WALMART_TRIGGERED_REFUND"
            self.refund(line, line.left, channel, "walmart", at)

    def _add(self, line: ReturnLine, tag: str, at: datetime) -> None:
        line.events.append(Event(tag, at))
        self._seller.touch(line.returned, at)

    def _later(
        self, at: datetime, seconds: float | None, line: ReturnLine, act: Callable[[ReturnLine, datetime], object]
    ) -> None:
        if seconds is not None:
            self._agenda.add(at + timedelta(seconds=seconds), lambda then: act(line, then))
