"""How a reverse order goes on: the seller, the customer, the platform, the parcel and the clock (contract 5 to 7)."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from retour.sandbox.agenda import Agenda
from retour.sandbox.journal import Journal
from retour.sandbox.miravia.state import Event, Line, Outcome, Part, Reverse, Seller
from retour.sandbox.miravia.switches import MiraviaSwitches

Tell = Callable[[Seller, Line, str], None]
"""Sends a push message with its own status words (contract 8)."""

_REJECTED = {
    "BUYER_RETURN_ITEM": "RETURN_SELLER_REJECT",
    "RETURN_PENDING": "RETURN_SELLER_REJECT",
    "REFUND_PENDING": "SELLER_REJECT_REFUND",
}


class Flow:
    """One seller's returns in motion. Whether a caller may do what it asks for is decided by those who call this."""

    def __init__(
        self,
        seller: Seller,
        journal: Journal,
        switches: MiraviaSwitches,
        agenda: Agenda,
        now: Callable[[], datetime],
        tell: Tell,
    ) -> None:
        self.seller = seller
        self._journal = journal
        self._switches = switches
        self._agenda = agenda
        self._now = now
        self._tell = tell

    def begin(self, reverse: Reverse) -> None:
        """The customer has opened it; plans what the clock will do."""
        self.seller.add_reverse(reverse)
        for line in reverse.lines:
            goods = reverse.request_type in ("RETURN", "REPLACEMENT")
            line.ofc_status = line.ofc_status or ("RETURN_PICKUP_PENDING" if goods else "")
            self._set(line, line.reverse_status, "buyer", push="INIT")
            if line.is_instant_refund:
                self.refund(line, "instant")
                continue
            self._plan(line, goods=goods)

    def accept(self, line: Line, parts: Sequence[Part], by: str = "seller") -> None:
        """The seller accepts `parts`, for their `accepted_cents`; one that is accepted again is paid again."""
        if line.reverse.request_type == "REPLACEMENT":
            _decide(parts, "replaced")
            self._write("settled", line, parts, by, decision="replacement")
            self._set(line, "" if line.open_parts else "REPLACE_COMMIT", by)
            return
        _decide(parts, "promised")
        waits = self._switches.refund_waits_for_parcel and line.reverse.request_type == "RETURN"
        if waits and line.ofc_status != "RETURN_DELIVERED":
            self._set(line, "" if line.open_parts else "SELLER_AGREE_RETURN", by)
        elif self._switches.refund_seconds:
            self._set(line, "" if line.open_parts else "REFUND_AUTHORIZED", by)
            due = self._now() + timedelta(seconds=self._switches.refund_seconds)
            self._agenda.add(due, lambda _: self._pay_promised(line, by))
        else:
            self._pay_promised(line, by)

    def reject(
        self, line: Line, parts: Sequence[Part], by: str = "seller", *, comment: str = "", reason_id: str = ""
    ) -> None:
        status = _REJECTED.get(line.reverse_status, "REQUEST_REJECT")
        if line.reverse.request_type == "REPLACEMENT":
            status = "REPLACE_REJECT"
        if by != "seller":
            status = "REFUND_REJECT"
        _decide(parts, "refused")
        self._write("settled", line, parts, by, decision="reject", comment=comment, reason_id=reason_id)
        self._finish(line, status, by)

    def refund(self, line: Line, by: str) -> bool:
        """The platform refunds all that is not refunded, refused or not; false: there was nothing to refund."""
        parts = [part for part in line.parts if part.outcome not in ("refunded", "withdrawn")]
        if not parts:
            return False
        for part in parts:
            part.accepted_cents = part.cents
        self._pay(line, parts, by)
        return True

    def withdraw(self, line: Line) -> bool:
        """The customer takes back the request, for what is undecided; false: too late."""
        parts = line.open_parts
        if not parts:
            return False
        _decide(parts, "withdrawn")
        self._write("withdrawn", line, parts, "buyer")
        withdrawn = "CANCEL_CANCEL" if line.reverse.request_type == "CANCEL" else "REQUEST_CANCEL"
        self._finish(line, withdrawn, "buyer", push="CANCELED")
        return True

    def dispute(self, line: Line) -> None:
        """The platform's own people decide now."""
        line.is_dispute = True
        for part in line.parts:
            part.outcome = "" if part.outcome == "refused" else part.outcome
        self._set(line, "CS_APPROVING", "buyer")

    def post(self, line: Line) -> None:
        """The customer hands over the parcel."""
        line.ofc_status = "RETURN_TPL_RECEIVED"
        line.tracking_number = line.tracking_number or f"ES{line.line_id[-9:]}"
        waiting = line.open_parts and line.reverse_status in ("REQUEST_INITIATE", "SELLER_AGREE_RETURN")
        self._set(line, "BUYER_RETURN_ITEM" if waiting else "", "buyer", push="SHIPPING_BACK")

    def deliver(self, line: Line) -> None:
        """The parcel arrives: at the merchant's, or at the platform's warehouse."""
        line.ofc_status = "RETURN_DELIVERED" if line.reverse.is_rtm else "RETURN_STOCK"
        line.goods_status = "RECEIVED"
        self._write("goods", line, line.parts, "carrier")
        waiting = line.open_parts and line.reverse_status in ("REQUEST_INITIATE", "BUYER_RETURN_ITEM")
        self._set(line, "RETURN_PENDING" if waiting else "", "carrier", push="RECEIVE_ITEM")
        if self._switches.refund_waits_for_parcel:
            self._pay_promised(line, "seller")

    def agree_return(self, line: Line) -> None:
        """The seller wants the goods back before it refunds (contract 5.2)."""
        line.agreed = True
        self._write("agreed", line, line.open_parts, "seller")
        self._set(line, "SELLER_AGREE_RETURN", "seller")

    def confirm_delivery(self, line: Line) -> None:
        self._set(line, "REFUND_PENDING", "seller")

    def touch(self, line: Line) -> None:
        """Something about the line was changed by hand."""
        self._set(line, line.reverse_status, "platform")

    def _plan(self, line: Line, *, goods: bool) -> None:
        switches, begun = self._switches, self._now()  # one that is said to be old already has its whole time too

        def later(seconds: float | None, act: Callable[[], object]) -> None:
            if seconds is not None:
                self._agenda.add(begun + timedelta(seconds=seconds), lambda _: act())

        if line.is_fast_refund:
            later(switches.fast_refund_seconds, lambda: self.refund(line, "fast"))
        elif not line.reverse.is_rtm:
            later(switches.warehouse_seconds, lambda: self._warehouse(line))
        elif not line.is_dispute and switches.sla_seconds is not None:
            line.sla_ends_at = begun + timedelta(seconds=switches.sla_seconds)
            later(switches.sla_seconds, lambda: self._out_of_time(line))
        if goods and switches.parcel_seconds is not None:
            later(switches.parcel_seconds, lambda: self.post(line))
            later(switches.parcel_seconds * 2, lambda: self.deliver(line))

    def _warehouse(self, line: Line) -> None:
        if not line.open_parts:
            return
        line.whqc_decision = "PASS"
        self.deliver(line)
        self.refund(line, "warehouse")

    def _out_of_time(self, line: Line) -> None:
        if not line.waits_for_seller:
            return
        match self._switches.sla_outcome:
            case "refund":
                for part in line.open_parts:
                    part.accepted_cents = part.cents
                self._pay(line, line.open_parts, "sla")
            case "reject":
                self.reject(line, line.open_parts, "sla")
            case "dispute":
                self.dispute(line)

    def _pay_promised(self, line: Line, by: str) -> None:
        if promised := [part for part in line.parts if part.outcome == "promised"]:
            self._pay(line, promised, by)

    def _pay(self, line: Line, parts: Sequence[Part], by: str) -> None:
        _decide(parts, "refunded")
        cents = sum(part.accepted_cents for part in parts)
        amount = f"{cents // 100}.{cents % 100:02}"
        self._write("refund", line, parts, by, amount=amount, currency="EUR")
        self._finish(line, "", by, push="REFUND_ISSUED")

    def _finish(self, line: Line, status: str, by: str, push: str = "") -> None:
        """The line's status when all of it is decided; until then it stays what it was."""
        if line.open_parts:
            status = ""
        elif any(part.outcome == "refunded" for part in line.parts):
            status = "CANCEL_SUCCESS" if line.reverse.request_type == "CANCEL" else "REFUND_SUCCESS"
        elif any(part.outcome == "promised" for part in line.parts):
            status = "REFUND_AUTHORIZED"
        self._set(line, status, by, push)

    def _set(self, line: Line, status: str, by: str, push: str = "") -> None:
        now = self._now()
        line.reverse_status = status or line.reverse_status
        line.modified_at = now
        line.history.append(Event(now, by, line.reverse_status))
        self.seller.changed(line.reverse, self._switches.kept)
        for word in _push_words(line, push):
            self._tell(self.seller, line, word)

    def _write(self, kind: str, line: Line, parts: Sequence[Part], by: str, **detail: str) -> None:
        self._journal.write(
            kind,
            line.line_id,
            sum(part.quantity for part in parts),
            **detail,
            source=by,
            request_type=line.reverse.request_type,
            reverse_order_id=line.reverse.reverse_order_id,
            order_id=line.reverse.order.order_id,
            order_item_ids=[part.item.order_item_id for part in parts],
            seller_id=self.seller.seller_id,
        )


def _decide(parts: Sequence[Part], outcome: Outcome) -> None:
    for part in parts:
        part.outcome = outcome


def _push_words(line: Line, push: str) -> list[str]:
    """Push has other words than the lists (contract 8)."""
    match line.reverse.request_type, push:
        case "CANCEL", "INIT":
            return ["CANCEL_INIT"]
        case "CANCEL", "REFUND_ISSUED":
            return ["CANCEL_SUCCESS", "CANCEL_REFUND_ISSUED"]
        case "RETURN", "INIT" | "CANCELED" | "SHIPPING_BACK" | "RECEIVE_ITEM":
            return [f"RTM_{push}"]
    return [line.reverse_status]
