"""Units on their way back, and the money that goes with them (contract 1, 2.2, 2.3, 5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from retour.sandbox.fruugo.items import Refused, Take
from retour.sandbox.fruugo.state import Announcement, Line
from retour.sandbox.journal import Journal

REASONS = ("unsatisfied_with_item", "item_did_not_match_description", "damaged_item", "wrong_item", "other")

Source = Literal["v2", "v3", "fruugo", "portal"]


@dataclass(frozen=True, slots=True)
class Words:
    """What a seller's return says beside the items."""

    reason: str = ""
    to_customer: str = ""
    to_fruugo: str = ""

    def check(self) -> None:
        if self.reason and self.reason not in REASONS:
            raise Refused(f"Unknown returnReason. Allowed: {', '.join(REASONS)}.")


def give_back(
    journal: Journal, takes: Sequence[Take], source: Source, words: Words, only: Announcement | None = None
) -> None:
    """Refunds these units: announced ones first, the oldest announcement before the others.

    Whoever does it, the counters move alike. The shipping goes back once, when everything has come back.
    """
    if not takes:
        return
    order = takes[0].line.order
    was_back = order.all_back
    for taken in takes:
        line, units = taken.line, taken.quantity - taken.surplus
        announced = _move(line, units, [only] if only else line.announcements)
        journal.write(
            "refund",
            line.ref,
            taken.quantity,
            **_money(line.unit_price * taken.quantity),
            order_id=order.order_id,
            source=source,
            announced=announced,
            paid_again=taken.surplus,
            reason=words.reason,
            message_to_customer=words.to_customer,
            message_to_fruugo=words.to_fruugo,
        )
    if order.all_back and not was_back:
        journal.write("shipping_refund", order.order_id, 1, **_money(order.shipping_cost), source=source)


def withdraw(announcement: Announcement, quantity: int) -> None:
    """The units count as shipped again; no money, no trace but the counter that falls."""
    announcement.open -= quantity
    announcement.withdrawn += quantity
    if announcement.shown:
        announcement.line.shipped += quantity


def _move(line: Line, units: int, announcements: Sequence[Announcement]) -> int:
    """Moves units to `returned`; how many of them were announced."""
    left, announced = units, 0
    for announcement in sorted(announcements, key=lambda one: not one.shown):
        part = min(announcement.open, left)
        announcement.open -= part
        announcement.refunded += part
        left -= part
        announced += part if announcement.shown else 0
    line.shipped -= units - announced
    line.returned += units
    return announced


def _money(amount: Decimal) -> dict[str, str]:
    return {"amount": str(amount), "currency": "EUR"}
