"""What became of the units of a line, from all that Walmart shows of it.

A line's own status and last event speak of the line even where they are about one unit of three, and `refundedQty` may
lag behind by minutes (contract walmart 5.1, 6). So quantities count first; a word without a quantity is believed only
where no other reading is possible, and is otherwise unclear: nothing is refunded on a guess.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from retour.connectors.marketplaces.walmart import wire
from retour.core.model import Handling, Resolution

COMPLETED: Final = "COMPLETED"
CANCELLED: Final = "RETURN_CANCELLED"
REFUND: Final = "REFUND_"
REFUNDED: Final = frozenset({"REFUND_INITIATED", "REFUND_ISSUED", "REFUND_COMPLETED"})
"""Refund words that cost the money. Another word that begins with REFUND_ is unclear: it may be a refund or none."""
REFUND_EVENTS: Final = frozenset(
    {"REFUND_INITIATED", "REFUND_ISSUED", "INTRANSIT_AFTER_INVOICE", "DELIVERED_AFTER_INVOICE"}
)
ARRIVED: Final = frozenset({"DELIVERED_AT_RETURN_CENTER", "DELIVERED_AFTER_INVOICE"})

_FIRST: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Units:
    """How many units of a line ended how. `unclear`: handled, but it does not show how; `left`: still to be handled."""

    refunded: int
    cancelled: int
    replaced: int
    unclear: int
    left: int


def units(line: wire.Line, *, replacement: bool) -> Units:
    """Each unit of the line, counted once. `replacement`: Walmart sent a new product and expects no refund."""
    whole = line.quantity.measurement_value
    groups = line.current_tracking_statuses or ()
    refunded = min(
        whole,
        max(
            line.refunded_qty or 0,
            sum(group.quantity.measurement_value for group in groups if group.current_refund_status in REFUNDED),
            sum(channel.quantity.measurement_value for channel in line.refund_channels or ()),
        ),
    )
    cancelled = _cancellation(line) is not None
    if not refunded and _speaks_of_refund(line):
        certain = whole == 1 and not cancelled and line.current_refund_status in {None, "", *REFUNDED}
        return Units(1, 0, 0, 0, 0) if certain else Units(0, 0, 0, whole, 0)
    rest = whole - refunded
    if cancelled:
        return Units(refunded, rest, 0, 0, 0)
    strange = sum(g.quantity.measurement_value for g in groups if _is_strange(g))
    if line.status != COMPLETED:
        unclear = min(rest, strange)
        return Units(refunded, 0, 0, unclear, rest - unclear)
    waiting = sum(
        group.quantity.measurement_value
        for group in groups
        if group.status not in {None, COMPLETED} and group.current_refund_status not in REFUNDED
    )
    left = min(rest, max(0, waiting - strange))
    ended = rest - left
    return Units(refunded, 0, ended, 0, left) if replacement and not strange else Units(refunded, 0, 0, ended, left)


def handlings(line: wire.Line, found: Units) -> tuple[Handling, ...]:
    """One entry for each unit that ended, so that the history only grows: Walmart counts, and regroups what it
    counted. What is unclear is one entry, the last."""
    cancellation = _cancellation(line)
    cancelled_at = cancellation.event_time if cancellation else None
    return (
        *_refunds(line, found.refunded),
        *(Handling(1, Resolution.CANCEL, CANCELLED, cancelled_at) for _ in range(found.cancelled)),
        *(Handling(1, Resolution.EXCHANGE, "REPLACEMENT", line.status_time) for _ in range(found.replaced)),
        *([Handling(found.unclear, None, last_word(line), line.status_time)] if found.unclear else ()),
    )


def received_at(line: wire.Line) -> datetime | None:
    """When the parcel first arrived at the return centre."""
    times = [event.event_time for event in line.return_tracking_detail or () if event.event_tag in ARRIVED]
    known = [time for time in times if time]
    return min(known) if known else line.status_time if line.status == "DELIVERED" else None


def last_word(line: wire.Line) -> str:
    """The most telling word that Walmart has for a line."""
    tags = [event.event_tag for event in _events(line) if event.event_tag]
    return line.current_refund_status or (tags[-1] if tags else None) or line.status or "-"


def _refunds(line: wire.Line, count: int) -> Iterator[Handling]:
    """So many refunded units, oldest first, each with who refunded it where Walmart says so."""
    groups = [g for g in line.current_tracking_statuses or () if g.current_refund_status in REFUNDED]
    groups.sort(key=lambda group: group.status_time or _FIRST)
    dated = [(g.status_time, g.current_refund_status) for g in groups for _ in range(g.quantity.measurement_value)]
    channels = [c.refund_channel_name for c in line.refund_channels or () for _ in range(c.quantity.measurement_value)]
    begun = [event.event_time for event in _events(line) if event.event_tag in REFUND_EVENTS and event.event_time]
    for i in range(count):
        at, word = dated[i] if i < len(dated) else (begun[0] if begun else None, last_word(line))
        who = channels[i] if i < len(channels) else line.refund_channel
        yield Handling(1, Resolution.ACCEPT, who or word or "-", at)


def _speaks_of_refund(line: wire.Line) -> bool:
    """Whether there is word of a refund, of however many units."""
    tags = [event.event_tag for event in _events(line)]
    return (line.current_refund_status or "").startswith(REFUND) or any(tag in REFUND_EVENTS for tag in tags)


def _is_strange(group: wire.Tracking) -> bool:
    word = group.current_refund_status or ""
    return word.startswith(REFUND) and word not in REFUNDED


def _cancellation(line: wire.Line) -> wire.Event | None:
    """The event by which what was not refunded ended; None where there is none, or it came to life again."""
    later = reversed(_events(line))
    last = next((event for event in later if event.event_tag not in REFUND_EVENTS), None)
    return last if last is not None and last.event_tag == CANCELLED else None


def _events(line: wire.Line) -> list[wire.Event]:
    """Oldest first: Walmart's own example is newest first (contract walmart 4.3)."""
    return sorted(
        line.return_tracking_detail or (), key=lambda event: (event.sequence_no or 0, event.event_time or _FIRST)
    )
