"""A list of returns by date that stays in order while returns come and go, so that a page costs a page."""

from bisect import bisect_left, insort
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from retour.sandbox.bol.state import Return

PAGE_SIZE = 50


class Shelf:
    """Sorted by registration, then by number."""

    def __init__(self) -> None:
        self._rows: list[tuple[datetime, int, Return]] = []
        self._numbers: set[int] = set()

    def __len__(self) -> int:
        return len(self._rows)

    def keep(self, returned: "Return", here: bool) -> None:
        """Makes the return be on this shelf, or not."""
        if here == (returned.number in self._numbers):
            return
        key = (returned.registered_at, returned.number)
        if here:
            insort(self._rows, (*key, returned))
            self._numbers.add(returned.number)
        else:
            del self._rows[bisect_left(self._rows, key)]  # a prefix sorts before its row
            self._numbers.remove(returned.number)

    def oldest(self) -> "Return | None":
        return self._rows[0][2] if self._rows else None

    def page(self, number: int, *, newest_first: bool, overlap: int = 0) -> "list[Return]":
        """Page 1, 2, ...; with `overlap`, a page begins with so many last rows of the page before."""
        start = (number - 1) * (PAGE_SIZE - overlap)
        if newest_first:
            end = len(self._rows) - start
            rows = self._rows[max(0, end - PAGE_SIZE) : end][::-1] if end > 0 else []
        else:
            rows = self._rows[start : start + PAGE_SIZE]
        return [row[2] for row in rows]
