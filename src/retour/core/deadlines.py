"""By when the merchant must have answered."""

from datetime import datetime

from retour.core.capabilities import Deadline
from retour.core.model import Return


def next_deadline(known: Return, deadlines: tuple[Deadline, ...]) -> tuple[datetime, Deadline] | None:
    """The first deadline of a return, counted from its opening, and what it means. None: the marketplace has none."""
    dated = [(known.opened_at + deadline.after, deadline) for deadline in deadlines]
    return min(dated, key=lambda pair: pair[0], default=None)
