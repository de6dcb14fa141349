"""A marketplace for one line, small enough to know the whole truth about, for tests that let anything happen.

It does whatever it is told, without a second thought: what keeps a customer from being refunded twice is the hub alone.
"""

from dataclasses import dataclass, field
from datetime import datetime

from retour.core.model import Handling, Resolution, SeenLine
from tests.core.builders import ANY, item


@dataclass
class World:
    """What really happened to the units of line L1."""

    quantity: int
    handled_by_first: bool
    """Calls a line handled after its first part already."""
    unit_entries: bool
    """Shows one entry for each unit."""
    tells_times: bool
    entries: list[Handling] = field(default_factory=list)
    hidden: list[Handling] = field(default_factory=list)
    """Taken in, not yet carried out."""
    calls: dict[str, Handling] = field(default_factory=dict)
    """What the hub's calls did, by effect key."""

    def apply(self, resolution: Resolution, quantity: int, at: datetime, *, revises: bool = False) -> Handling:
        handling = self._handling(resolution, quantity, at, revises=revises)
        self._show(handling)
        return handling

    def take_in(self, key: str, resolution: Resolution, quantity: int, at: datetime, *, revises: bool) -> None:
        self.calls[key] = self._handling(resolution, quantity, at, revises=revises)
        self.hidden.append(self.calls[key])

    def carry_out(self, key: str) -> None:
        handling = self.calls[key]
        if handling in self.hidden:
            self.hidden.remove(handling)
            self._show(handling)

    @property
    def remaining(self) -> int:
        """Units that nobody has said anything about."""
        return self.quantity - sum(h.quantity for h in (*self.entries, *self.hidden) if not h.revises)

    @property
    def changeable(self) -> int:
        """Refused units that can still become a refund."""
        refused = sum(h.quantity for h in self.entries if h.resolution in ANY.marketplace.changes)
        return refused - sum(h.quantity for h in (*self.entries, *self.hidden) if h.revises)

    @property
    def awaits(self) -> bool:
        done = sum(h.quantity for h in self.entries if not h.revises)
        return not self.entries if self.handled_by_first else done < self.quantity

    @property
    def refunded(self) -> int:
        return sum(h.quantity for h in (*self.entries, *self.hidden) if h.resolution and h.resolution.refunds)

    def told(self, resolution: Resolution) -> int:
        return sum(h.quantity for h in self.entries if h.resolution is resolution)

    def shows(self, *, history: bool = True) -> SeenLine:
        return item("L1", self.quantity, *(self.entries if history else ()), awaits=self.awaits)

    def _handling(self, resolution: Resolution, quantity: int, at: datetime, *, revises: bool) -> Handling:
        reads_as = ANY.marketplace.tells[resolution]
        return Handling(quantity, reads_as, reads_as.upper(), at if self.tells_times else None, revises)

    def _show(self, handling: Handling) -> None:
        if self.unit_entries:
            unit = Handling(1, handling.resolution, handling.raw, handling.at, handling.revises)
            self.entries += [unit] * handling.quantity
        else:
            self.entries.append(handling)
