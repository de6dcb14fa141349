"""What waits for the clock."""

from collections import deque
from datetime import datetime, timedelta

from retour.sandbox.generic.state import Return

Waiting = deque[tuple[datetime, Return]]
"""Since when, oldest first."""


def due(waiting: Waiting, seconds: float | None, now: datetime) -> list[Return]:
    """Takes what has waited so long; nothing when None."""
    taken: list[Return] = []
    while seconds is not None and waiting and waiting[0][0] + timedelta(seconds=seconds) <= now:
        taken.append(waiting.popleft()[1])
    return taken
