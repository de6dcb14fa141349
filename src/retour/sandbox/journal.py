"""The journal of money and goods: what a simulated platform really did, which is what tests assert on."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from retour.sandbox.clock import Clock


@dataclass(frozen=True, slots=True)
class Entry:
    """One effect that took place.

    `kind` is `refund` (the customer gets money), `settled` (a decision without money), `created` (a return request
    was made in a shop), `credit_memo` (a shop booked a refund) or a word of the platform's own. `ref` is the
    platform's id of what it happened to.
    """

    kind: str
    ref: str
    quantity: int
    at: datetime
    detail: dict[str, Any] = field(default_factory=dict)


class Journal:
    """Grows, never shrinks.

    `catch_up` runs before a read through `of` and `as_json`: a platform that works lazily does what is due by now.
    """

    def __init__(self, clock: Clock, catch_up: Callable[[], None] = lambda: None) -> None:
        self._clock = clock
        self._catch_up = catch_up
        self.entries: list[Entry] = []

    def write(self, kind: str, ref: str, quantity: int = 1, **detail: Any) -> None:
        self.entries.append(Entry(kind, ref, quantity, self._clock.now(), detail))

    def of(self, kind: str) -> list[Entry]:
        self._catch_up()
        return [entry for entry in self.entries if entry.kind == kind]

    def as_json(self) -> list[dict[str, Any]]:
        self._catch_up()
        return [{**asdict(entry), "at": entry.at.isoformat()} for entry in self.entries]
