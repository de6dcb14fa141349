"""By when the merchant must have answered."""

from datetime import datetime

from retour.core.capabilities import Deadline, Since
from retour.core.model import Return


def next_deadline(known: Return, deadlines: tuple[Deadline, ...]) -> tuple[datetime, Deadline] | None:
    """The first deadline of a return, and what it means. None: the marketplace has none, or none has begun yet."""
    dated = [(start + deadline.after, deadline) for deadline in deadlines for start in _starts(known, deadline.since)]
    return min(dated, key=lambda pair: pair[0], default=None)


def _starts(known: Return, since: Since) -> list[datetime]:
    """From when a deadline of this kind counts, for each line that still waits for the answer."""
    if since is Since.OPENED:
        return [known.opened_at]
    waiting = [line.item for line in known.lines if line.item.awaits]
    times = [item.received_at if since is Since.RECEIVED else item.answer_by for item in waiting]
    return [time for time in times if time is not None]
