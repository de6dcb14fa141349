"""What is remembered of a return's line, and what Amazon's report makes of it.

A report says how much money was refunded, not how many units, and not by whom. So each refund that is sent is entered
in a ledger first; what the report shows beyond it is Amazon's own doing, or the seller's staff's.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final

from retour.core.model import Handling, Resolution

SENT: Final = "sent"
PAID: Final = "paid"

CENT: Final = Decimal("0.01")

ENDS: Final = MappingProxyType(
    {
        "completed": None,
        "closed": None,
        "rejected": Resolution.REJECT,
        "declined": Resolution.REJECT,
        "cancelled": Resolution.CANCEL,
        "canceled": Resolution.CANCEL,
    }
)
"""The statuses that end a return (contract 7). None: whether it was refunded says how. Any other leaves it open."""


def ended(status: str | None) -> bool:
    return (status or "").casefold() in ENDS


@dataclass(frozen=True, slots=True)
class Line:
    """A line as the newest report that shows it has it."""

    order: str
    sku: str | None
    asin: str | None
    quantity: int
    opened_at: datetime
    status: str | None
    refunded: Decimal | None
    """What was refunded so far, by whomever. None: the report does not say."""
    resolutions: tuple[str, ...]
    claim: bool
    item: str | None
    """The order item id, where the report tells it."""
    unit: Decimal | None = None
    """What the buyer paid for one, where it was looked up."""
    tracked: bool = False
    """The report tells the parcel's number."""
    arrived: bool = False
    """The report tells when it arrived."""

    def note(self) -> dict[str, Any]:
        return {
            "order": self.order,
            "sku": self.sku,
            "asin": self.asin,
            "quantity": self.quantity,
            "opened": self.opened_at.isoformat(),
            "status": self.status,
            "refunded": None if self.refunded is None else str(self.refunded),
            "resolutions": list(self.resolutions),
            "claim": self.claim,
            "item": self.item,
            "unit": None if self.unit is None else str(self.unit),
            "tracked": self.tracked,
            "arrived": self.arrived,
        }

    @classmethod
    def of(cls, note: Mapping[str, Any]) -> "Line":
        return cls(
            note["order"],
            note["sku"],
            note["asin"],
            note["quantity"],
            datetime.fromisoformat(note["opened"]),
            note["status"],
            None if note["refunded"] is None else Decimal(note["refunded"]),
            tuple(note["resolutions"]),
            note["claim"],
            note["item"],
            None if note["unit"] is None else Decimal(note["unit"]),
            note.get("tracked", False),  # notes of before have neither
            note.get("arrived", False),
        )

    def says(self, *resolutions: str) -> bool:
        return any(one in resolutions for one in self.resolutions)


@dataclass(frozen=True, slots=True)
class Entry:
    """A refund that we have sent, or are about to."""

    key: str
    line: str
    item: str
    units: int
    amount: Decimal
    resolution: Resolution
    after: int
    """How many units others had refunded when it was sent."""
    at: str
    state: str = SENT

    def note(self) -> dict[str, Any]:
        return {
            "line": self.line,
            "item": self.item,
            "units": self.units,
            "amount": str(self.amount),
            "resolution": self.resolution.value,
            "after": self.after,
            "at": self.at,
            "state": self.state,
        }


@dataclass(frozen=True, slots=True)
class Ledger:
    """Our refunds of one product of an order, in the order in which they were sent."""

    entries: tuple[Entry, ...] = ()

    @classmethod
    def of(cls, note: Mapping[str, Any] | None) -> "Ledger":
        return cls(
            tuple(
                Entry(
                    key,
                    one["line"],
                    one["item"],
                    one["units"],
                    Decimal(one["amount"]),
                    Resolution(one["resolution"]),
                    one["after"],
                    one["at"],
                    one["state"],
                )
                for key, one in (note or {}).items()
            )
        )

    def note(self) -> dict[str, Any] | None:
        return {entry.key: entry.note() for entry in self.entries} or None

    def without(self, key: str) -> "Ledger":
        return Ledger(tuple(entry for entry in self.entries if entry.key != key))

    def put(self, entry: Entry) -> "Ledger":
        return Ledger((*self.without(entry.key).entries, entry))

    def paid(self, key: str) -> "Ledger":
        return Ledger(tuple(replace(one, state=PAID) if one.key == key else one for one in self.entries))

    def has(self, key: str) -> bool:
        return any(entry.key == key for entry in self.entries)

    def of_item(self, item: str) -> "Ledger":
        return Ledger(tuple(entry for entry in self.entries if entry.item == item))

    def of_line(self, line: str) -> "Ledger":
        return Ledger(tuple(entry for entry in self.entries if entry.line == line))

    @property
    def units(self) -> int:
        return sum(entry.units for entry in self.entries)

    @property
    def amount(self) -> Decimal:
        return sum((entry.amount for entry in self.entries), Decimal(0))


@dataclass(frozen=True, slots=True)
class Shown:
    """Whose money the report shows: our refunds that have arrived, and what others refunded."""

    ours: tuple[Entry, ...]
    theirs: Decimal

    @classmethod
    def of(cls, seen: Line, ledger: Ledger) -> "Shown":
        """`ledger`: our refunds of this line. One whose end is not known yet counts where the money is there."""
        left = seen.refunded or Decimal(0)
        left -= sum((entry.amount for entry in ledger.entries if entry.state == PAID), Decimal(0))
        ours = []
        for entry in ledger.entries:
            if entry.state != PAID:
                if left + CENT < entry.amount:
                    continue
                left -= entry.amount
            ours.append(entry)
        return cls(tuple(ours), max(left, Decimal(0)))

    def units(self, seen: Line) -> int | None:
        """How many whole units others have refunded. None: the price is not known."""
        if self.theirs < CENT:
            return 0
        if seen.unit is None:
            return None
        return int((self.theirs + CENT * seen.quantity) // seen.unit) if seen.unit > 0 else seen.quantity


def history(seen: Line, ledger: Ledger, *, closed_means: str) -> tuple[Handling, ...]:
    """How the line's units were handled, oldest first. What came since never stands before what was shown before."""
    shown = Shown.of(seen, ledger)
    status = seen.status or "no status"
    raw = status if seen.refunded is None else f"{status}, refunded {seen.refunded}"
    kind = Resolution.KEEP if seen.says("ReturnlessRefund") else Resolution.ACCEPT
    left = seen.quantity
    told: list[Handling] = []

    def tell(units: int, resolution: Resolution | None, words: str) -> None:
        nonlocal left
        if (units := min(units, left)) > 0:
            told.append(Handling(units, resolution, words))
            left -= units

    theirs, placed = shown.units(seen) or 0, 0
    for entry in shown.ours:
        while placed < min(theirs, entry.after):
            tell(1, kind, raw)
            placed += 1
        tell(entry.units, entry.resolution, "refunded by us")
    end = ENDS.get((seen.status or "").casefold())
    if ended(seen.status) and end is None and shown.theirs >= CENT:
        theirs = placed + left  # closed with a refund: it was for all that was still open (contract 7)
    for _ in range(min(theirs - placed, left)):
        tell(1, kind, raw)
    if ended(seen.status):
        unclear = end is None and closed_means == "unclear"
        tell(left, None if unclear else end or Resolution.CANCEL, raw)
    return tuple(told)
