"""By when the merchant must have answered."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from operator import itemgetter

from retour.core.capabilities import Deadline, Since
from retour.core.model import Return


def dated(known: Return, deadlines: Iterable[Deadline]) -> list[tuple[datetime, Deadline]]:
    """When the deadlines of a return end, the first one first, and what each means. Those that have not begun yet are
    missing."""
    ends = [(start + deadline.after, deadline) for deadline in deadlines for start in _starts(known, deadline.since)]
    return sorted(ends, key=itemgetter(0))


def next_of(ends: Sequence[datetime], at: datetime) -> datetime | None:
    """The one that ends next, of several in their order; the last one, once all are over."""
    return next((end for end in ends if end > at), ends[-1] if ends else None)


def _starts(known: Return, since: Since) -> list[datetime]:
    """From when a deadline of this kind counts, for each line that still waits for the answer."""
    if since is Since.OPENED:
        return [known.opened_at]
    waiting = [line.item for line in known.lines if line.item.awaits]
    times = [item.received_at if since is Since.RECEIVED else item.answer_by for item in waiting]
    return [time for time in times if time is not None]
