"""What is remembered of an order's line: Fruugo has no returns, only two counters that move (contract fruugo 3).

A *batch* is what became one return here: units that were announced, or declared by the merchant, together. Batches are
numbered from 1 in the order in which they were first seen and never disappear, so that their numbers name the returns.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from pydantic import BaseModel, ConfigDict

from retour.core.model import Reason

NOTE = "line/"


def note_name(order_id: str, key: str = "") -> str:
    """The name of a line's note; without the line, what the names of its order's notes begin with."""
    return f"{NOTE}{order_id}:{key}"


@dataclass(frozen=True, slots=True)
class Ref:
    """What names a return: an order, one of its lines, and the number of a batch."""

    order_id: str
    key: str
    number: int

    @classmethod
    def of(cls, text: str) -> Self | None:
        """None for what is no such name."""
        found = re.fullmatch(r"([^:]+):([^:]+:[^:]+):([1-9][0-9]{0,8})", text)
        return cls(found[1], found[2], int(found[3])) if found else None

    @property
    def note(self) -> str:
        return note_name(self.order_id, self.key)


class Batch(BaseModel):
    """`told` units were sent to Fruugo and do not show in its counter yet: written before the call leaves."""

    model_config = ConfigDict(frozen=True)

    units: int
    """That were announced and not withdrawn."""
    opened_at: datetime
    refunded: int = 0
    told: int = 0
    withdrawn: int = 0
    """How many units there were when the last of them was withdrawn."""
    declared: bool = False
    """The merchant said so; Fruugo counts no announcement."""
    reason: Reason | None = None
    key: str | None = None
    """The hub's own: what is declared under it once more is this."""

    @property
    def open(self) -> int:
        return self.units - self.refunded


class Ledger(BaseModel):
    """One line's units. Between two views each unit that Fruugo counts as announced or returned belongs to one batch,
    or to what was returned before the connection was made (`history`)."""

    model_config = ConfigDict(frozen=True)

    released_at: datetime
    """Of the order: by this it can be downloaded (2.1)."""
    history: int = 0
    announced: int = 0
    returned: int = 0
    """The counters, as they were seen last."""
    batches: tuple[Batch, ...] = ()
    asked: int = 0
    """The number of the question whose answer last changed anything, where answers may overtake each other (4)."""

    @classmethod
    def opened(cls, released_at: datetime, *, history: int) -> Self:
        """A line whose counters were not looked at before; `history`: units that were returned before our time."""
        return cls(released_at=released_at, history=history, returned=history)

    @property
    def open(self) -> int:
        return sum(batch.open for batch in self.batches)

    @property
    def _uncounted(self) -> int:
        """Open units that Fruugo does not count as announced: declared ones, or others whose announcement Fruugo used
        up for those, since it refunds what is announced first (2.3)."""
        return self.history + sum(batch.units for batch in self.batches) - self.announced - self.returned

    def seen(self, announced: int, returned: int, at: datetime, asked: int = 0) -> "Ledger":
        """With the counters as they are now. A view that shows fewer returns than were known is older, or was mended
        by hand at Fruugo: nothing follows from it. Nor from the answer to a question that was asked earlier than one
        whose answer is known; `asked` is its number, 0 where nothing can be overtaken."""
        if returned < self.returned or 0 < asked < self.asked:
            return self
        uncounted = self._uncounted
        fresh = announced + returned - (self.announced + self.returned) - uncounted
        batches = self.batches + ((Batch(units=fresh, opened_at=at),) if fresh > 0 else ())
        batches = _refunded(batches, returned - self.returned)
        batches = _withdrawn(batches, -fresh - uncounted)
        now = self.model_copy(update={"announced": announced, "returned": returned, "batches": batches})
        return self if now == self else now.model_copy(update={"asked": asked or self.asked})

    def declared(self, units: int, at: datetime, reason: Reason | None, key: str | None = None) -> "Ledger":
        """With units that came back unannounced."""
        batch = Batch(units=units, opened_at=at, declared=True, reason=reason, key=key)
        return self.model_copy(update={"batches": (*self.batches, batch)})

    def known_as(self, key: str | None) -> int | None:
        """The number of the batch that was declared under this key."""
        return next((number for number, batch in enumerate(self.batches, 1) if key and batch.key == key), None)

    def batch(self, number: int) -> Batch | None:
        return self.batches[number - 1] if 1 <= number <= len(self.batches) else None

    def telling(self, number: int, units: int) -> "Ledger":
        """With the intent to tell so many units of a batch; with none, it is taken back."""
        return self.model_copy(update={"batches": _replaced(self.batches, number - 1, told=units)})


def _refunded(batches: tuple[Batch, ...], units: int) -> tuple[Batch, ...]:
    """Units that were returned: those that we told, then the oldest, whoever did it."""
    for i, batch in enumerate(batches):
        mine = min(units, batch.told, batch.open)
        units -= mine
        if mine:
            batches = _replaced(batches, i, refunded=batch.refunded + mine, told=batch.told - mine)
    for i, batch in enumerate(batches):
        theirs = min(units, batch.open)
        units -= theirs
        if theirs:
            batches = _replaced(batches, i, refunded=batch.refunded + theirs, told=min(batch.told, batch.open - theirs))
    return batches


def _withdrawn(batches: tuple[Batch, ...], units: int) -> tuple[Batch, ...]:
    """Announcements that were taken back, newest first. What the merchant declared has come back all the same."""
    for i, batch in reversed([*enumerate(batches)]):
        gone = 0 if batch.declared else min(max(0, units), batch.open)
        units -= gone
        if gone:
            left = batch.units - gone
            told = min(batch.told, batch.open - gone)
            batches = _replaced(batches, i, units=left, told=told, withdrawn=0 if left else batch.units)
    return batches


def _replaced(batches: Iterable[Batch], place: int, **changes: Any) -> tuple[Batch, ...]:
    return tuple(batch.model_copy(update=changes) if i == place else batch for i, batch in enumerate(batches))
