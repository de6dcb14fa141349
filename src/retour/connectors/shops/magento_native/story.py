"""What an order's history says of the return requests in it: pure functions (contract magento-native.md, A3).

An order has one status and one history for all its requests. So a word or a status without a request's number speaks of
the one request that is open; where several are, a person is asked.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from retour.connectors.shops.magento_native import wire
from retour.connectors.shops.magento_native.mapping import Mark, mark_in, plain
from retour.connectors.written import text
from retour.core.model import Resolution, ShopSays

WORDS: Final[Mapping[str, Resolution]] = {
    "accept": Resolution.ACCEPT,
    "accepted": Resolution.ACCEPT,
    "refund": Resolution.ACCEPT,
    "akkoord": Resolution.ACCEPT,
    "reject": Resolution.REJECT,
    "rejected": Resolution.REJECT,
    "afgewezen": Resolution.REJECT,
    "repair": Resolution.REPAIR,
    "repaired": Resolution.REPAIR,
    "reparatie": Resolution.REPAIR,
    "exchange": Resolution.EXCHANGE,
    "exchanged": Resolution.EXCHANGE,
    "omruilen": Resolution.EXCHANGE,
    "keep": Resolution.KEEP,
    "keeps": Resolution.KEEP,
    "behouden": Resolution.KEEP,
    "cancel": Resolution.CANCEL,
    "cancelled": Resolution.CANCEL,
    "annuleren": Resolution.CANCEL,
}

HOW_TO_DECIDE: Final = (
    "Decide with a comment that begins with #accept, #reject, #repair, #exchange, #keep or #cancel; write the number "
    "{number} behind it if the order has more than one return."
)

REFUNDED: Final = 2
"""A credit memo's state: it is paid out (contract magento-native.md, A3)."""

_WORD = re.compile(r"\s*#(?P<word>[^\W\d_][\w-]*)(?:[\s:#]+(?P<number>\d+)\b)?")


@dataclass(slots=True)
class _Asked:
    """A request in the history, and what was said of it so far."""

    mark: Mark
    at: str
    resolution: Resolution | None = None
    word: str | None = None
    unclear: bool = False

    @property
    def is_open(self) -> bool:
        return self.word is None

    def told(self, word: str, resolution: Resolution | None) -> None:
        self.word, self.resolution, self.unclear = word, resolution, resolution is None


@dataclass(slots=True)
class _Story:
    """A history on its way from its first entry to its last."""

    asked: dict[int, _Asked] = field(default_factory=dict)
    settled: set[int] = field(default_factory=set)

    def meant(self, word: str, resolution: Resolution | None, number: int | None) -> None:
        """Somebody says this, of that request or of the only one it can be about."""
        waiting = [one for one in self.asked.values() if one.is_open]
        if number is not None:
            if number in self.asked:
                self.asked[number].told(word, resolution)
        elif len(waiting) == 1 or (not waiting and len(self.asked) == 1):
            (waiting or [*self.asked.values()])[0].told(word, resolution)
        else:
            for one in waiting:
                one.told(word, None)


def requests_in(
    order: wire.OrderHistory,
    remarks: Sequence[wire.Remark],
    memos: Iterable[wire.CreditMemo],
    decisions: Mapping[str, Resolution],
) -> dict[int, ShopSays]:
    """Each request of ours in the order, by its number."""
    story = _Story()
    status: str | None = None
    for remark in sorted(remarks, key=lambda one: int(one.entity_id or 0)):
        mark = mark_in(remark.comment)
        if mark is not None:
            _begin(story, mark, remark)
        else:
            said = _WORD.match(remark.comment or "")
            if said is not None:
                word, number = said["word"], said["number"]
                story.meant(f"#{word}", WORDS.get(plain(word)), int(number) if number else None)
            elif remark.status and remark.status != status and remark.status in decisions:
                story.meant(remark.status, decisions[remark.status], None)
        status = remark.status or status
    if order.status != status and order.status in decisions:
        story.meant(order.status, decisions[order.status], None)
    _credit(story, list(memos))
    says = {number: _says(order, number) for number in story.settled}
    return says | {number: _says(order, number, one) for number, one in story.asked.items()}


def ref_of(order_id: str, number: int) -> str:
    return f"{order_id}#{number}"


def _begin(story: _Story, mark: Mark, remark: wire.Remark) -> None:
    if mark.asks:
        story.asked.setdefault(mark.number, _Asked(mark, remark.created_at or ""))
    else:
        story.settled.add(mark.number)


def _credit(story: _Story, memos: Sequence[wire.CreditMemo]) -> None:
    """Credit memos speak of an order's rows: of all units of all requests of a row, or not clearly."""
    rows: dict[str, list[_Asked]] = {}
    for one in story.asked.values():
        if one.mark.row is not None:
            rows.setdefault(one.mark.row, []).append(one)
    for row, requests in rows.items():
        since = min(one.at for one in requests)
        credited = sum(
            (
                item.qty
                for memo in memos
                if memo.state == REFUNDED and (memo.created_at or "") >= since
                for item in memo.items
                if item.order_item_id == row
            ),
            Decimal(0),
        )
        wanted = sum(one.mark.quantity for one in requests)
        for one in requests if credited else ():
            word = "credit memo" if credited >= wanted else f"credit memo for {credited:f} of {wanted}"
            if one.is_open:
                one.told(word, Resolution.ACCEPT if credited >= wanted else None)
            elif one.resolution is not None and not one.resolution.refunds:
                one.told(f"{one.word}, but {word}", None)


def _says(order: wire.OrderHistory, number: int, one: _Asked | None = None) -> ShopSays:
    ref = ref_of(order.entity_id, number)
    if one is None or one.word is None:
        return ShopSays(ref, text(order.status, 200), None)
    return ShopSays(ref, text(one.word, 200), one.resolution, unclear=one.unclear)
