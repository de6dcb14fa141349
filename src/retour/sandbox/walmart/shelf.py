"""Returns by the time of their last modification, in order while they move, so that a poll costs what it finds."""

from bisect import bisect_left, insort
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from retour.sandbox.walmart.state import Return


class Shelf:
    """Sorted by modification, then by number."""

    def __init__(self) -> None:
        self._rows: list[tuple[datetime, int, Return]] = []
        self.moves = 0
        """Grows with every change."""

    def add(self, returned: "Return") -> None:
        self.moves += 1
        insort(self._rows, (returned.modified_at, returned.number, returned))

    def remove(self, returned: "Return") -> None:
        self.moves += 1
        del self._rows[
            bisect_left(self._rows, (returned.modified_at, returned.number))
        ]  # a prefix sorts before its row

    def oldest(self) -> "Return":
        return self._rows[0][2]

    def between(self, after: datetime | None, before: datetime | None) -> "list[Return]":
        """Oldest first, both ends left out."""
        start = 0 if after is None else bisect_left(self._rows, (after, 1 << 62))
        end = len(self._rows) if before is None else bisect_left(self._rows, (before, -1))
        return [row[2] for row in self._rows[start:end]]
