"""How much to refund, and whether at all: Amazon may have paid already, and would pay again (contract 6.3, 6.4)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from retour.connectors.errors import Refused, Unavailable
from retour.connectors.marketplaces.amazon import lines
from retour.connectors.marketplaces.amazon.lane import LONGEST
from retour.connectors.marketplaces.amazon.lines import Ledger
from retour.connectors.marketplaces.amazon.orders import Paid
from retour.connectors.marketplaces.amazon.regions import rounded

FRESH: Final = timedelta(hours=48)
"""How old what is known of a return may be when it is refunded. Days 31 to 59 are read once a day."""
LAGS: Final = timedelta(hours=3)
"""Until a refund is sure to stand in the reports: money moves within two hours or so (contract 6.3)."""
SOON: Final = timedelta(minutes=30)
REPORTED_WITHIN: Final = timedelta(hours=6)
"""How long after it began a return that reports know may be missing from them: ours, Amazon tells none."""

ALREADY: Final = "Amazon has already refunded this."
_HERE: Final = "decide it in Seller Central"
_BY_ITSELF: Final = ("RefundAtFirstScan", "ReturnlessRefund")
"""Resolutions by which Amazon refunds without asking."""


@dataclass(frozen=True, slots=True)
class Refund:
    """What is to be paid, by component. `after`: how many units others had refunded before."""

    amounts: dict[str, Decimal]
    after: int


def unseen() -> Unavailable:
    """For a line that no report has shown, or not since it was read last."""
    return Unavailable("This return waits for Amazon's next report, to see that it was not refunded.", retry_after=SOON)


def unreported(opened: datetime, known_at: datetime | None) -> Refused | Unavailable:
    """For a line that only External Fulfillment Returns shows. `known_at`: as of when reports would show it."""
    if known_at is None or known_at - opened < REPORTED_WITHIN:
        return unseen()
    return Refused(
        "Amazon's returns reports do not show this return, only External Fulfillment Returns does, which takes no"
        f" answer: {_HERE}."
    )


def outdated(seen: lines.Line, now: datetime) -> Refused | Unavailable:
    """For a line whose newest row is too old to rely on."""
    if now - seen.opened_at > timedelta(days=LONGEST):
        return Refused(
            f"Amazon's reports no longer show this return: it is older than {LONGEST} days, and Amazon may have"
            f" refunded it meanwhile. Look at the order and {_HERE}."
        )
    return unseen()


def held_back(seen: lines.Line) -> None:
    """Raises Refused where the newest row forbids a refund, whatever the amount."""
    if seen.claim:
        raise Refused(f"An A-to-z claim is open for this return: {_HERE}.")
    if seen.says("Replacement", "Exchange"):
        raise Refused(f"Amazon shows a replacement for this return and not a refund: {_HERE}.")
    if lines.ended(seen.status):
        raise Refused(f"Amazon has ended this return ({seen.status}): {_HERE}, should money still be due.")


def waits_for_amazon(seen: lines.Line) -> bool:
    """Amazon has announced that it refunds this itself, and has not yet."""
    return seen.says(*_BY_ITSELF) and (seen.refunded or Decimal(0)) < lines.CENT


def refund(seen: lines.Line, line: str, units: int, paid: Paid, ledger: Ledger, known_at: datetime) -> Refund:
    """The amounts for these units. `ledger`: our refunds of this product of the order, without this one. Raises
    Refused where Amazon has paid, and Unavailable where only the next report can tell."""
    ours = ledger.of_line(line)
    # With a refund of ours, Amazon gives its own tax back: that is nobody else's refund.
    theirs = _of_others(seen, ours, known_at) - paid.tax * ours.units / paid.units
    if theirs >= lines.CENT and seen.says(*_BY_ITSELF):
        raise Refused(ALREADY)
    earlier = ledger.of_item(paid.item)
    if earlier.units + units > paid.units or ours.units + units > seen.quantity:
        raise Refused(f"Of this product, {earlier.units} of {paid.units} units are refunded already, or may be.")
    parts = {
        name: _cumulative(amount, earlier.units + units, paid) - _cumulative(amount, earlier.units, paid)
        for name, amount in paid.amounts.items()
    }
    if theirs >= lines.CENT:
        total = _cumulative(sum(paid.amounts.values(), Decimal(0)), seen.quantity, paid)
        left = total - theirs - ours.amount
        if left < lines.CENT:
            raise Refused(ALREADY)
        parts = _within(parts, left)
    if parts.get("Principal", Decimal(0)) <= 0:
        raise Refused("Nothing of the price is left to refund.")
    after = int((max(theirs, Decimal(0)) + lines.CENT * seen.quantity) // paid.unit)
    return Refund({name: amount for name, amount in parts.items() if amount > 0}, after)


def _of_others(seen: lines.Line, ours: Ledger, known_at: datetime) -> Decimal:
    """What the row shows that is not ours. Raises Unavailable where a refund of ours may or may not be in it, so that
    what it shows can be read in two ways."""
    refunded = seen.refunded or Decimal(0)
    sure = [one for one in ours.entries if one.state == lines.PAID and datetime.fromisoformat(one.at) < known_at - LAGS]
    certain = sum((one.amount for one in sure), Decimal(0))
    if len(sure) == len(ours.entries):
        return max(refunded - certain, Decimal(0))
    if any(abs(refunded - amount) < lines.CENT for amount in (Decimal(0), certain, ours.amount)):
        return Decimal(0)
    raise unseen()


def _cumulative(amount: Decimal, units: int, paid: Paid) -> Decimal:
    """What so many units come to, so that all parts add up to the whole exactly."""
    return rounded(amount * units / paid.units, paid.currency)


def _within(parts: dict[str, Decimal], most: Decimal) -> dict[str, Decimal]:
    """The parts, cut so that they come to no more than this: extras first, the price last."""
    over = max(sum(parts.values(), Decimal(0)) - most, Decimal(0))
    cut = dict(parts)
    for name in [*(name for name in parts if name != "Principal"), "Principal"]:
        taken = min(cut[name], over)
        cut[name] -= taken
        over -= taken
    return cut
