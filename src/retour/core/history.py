"""The marketplace's own history of a line, held against what is known here.

Counted in units, not in entries: a marketplace may show two units that were told at once as two entries.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import timedelta

from retour.core.model import Decision, Effect, EffectState, Handling, Resolution

CLOCKS_MAY_DIFFER = timedelta(minutes=5)

Fits = Callable[[int, Handling], bool]
"""Whether an entry, by its place in the history, can be what is looked for."""


class History:
    """What a marketplace says happened to a line, struck out piece by piece as it is explained."""

    def __init__(self, handlings: tuple[Handling, ...]) -> None:
        self._handlings = handlings
        self._units = [0 if h.resolution is None else h.quantity for h in handlings]

    def __len__(self) -> int:
        return len(self._handlings)

    @property
    def rest(self) -> tuple[Handling, ...]:
        """What is not explained."""
        left = zip(self._handlings, self._units, strict=True)
        return tuple(h if h.quantity == n else replace(h, quantity=n) for h, n in left if n)

    @property
    def units(self) -> int:
        """How many units were handled without an explanation."""
        return sum(h.quantity for h in self.rest if not h.revises)

    def has(self, ends: Collection[Resolution], quantity: int, fits: Fits) -> bool:
        """Strikes out whole entries that make up just these units, if there are any; one entry rather than several."""
        chosen = []
        for i in sorted(self._found(ends, fits), key=lambda i: self._units[i] != quantity):
            if self._units[i] <= quantity:
                chosen.append(i)
                quantity -= self._units[i]
        if quantity > 0:
            return False
        for i in chosen:
            self._units[i] = 0
        return True

    def holds(self, ends: Collection[Resolution], quantity: int, fits: Fits) -> bool:
        """Strikes out so many units that ended like this, of whichever entries, if there are so many."""
        found = self._found(ends, fits)
        if sum(self._units[i] for i in found) < quantity:
            return False
        for i in found:
            struck = min(quantity, self._units[i])
            self._units[i] -= struck
            quantity -= struck
        return True

    def _found(self, ends: Collection[Resolution], fits: Fits) -> list[int]:
        return [i for i, h in enumerate(self._handlings) if h.resolution in ends and fits(i, h)]


def ends_of(
    resolution: Resolution, reads_as: Mapping[Resolution, Resolution]
) -> tuple[tuple[Resolution, ...], tuple[Resolution, ...]]:
    """As what a decision shows in the history, and as what it may show as well. One that cannot be told, and that a
    person carries out there, may end as anything that costs the same: the marketplace has fewer words than we have."""
    if resolution in reads_as:
        return (reads_as[resolution],), (reads_as[resolution],)
    return (resolution,), tuple(end for end in Resolution if end.refunds == resolution.refunds)


def after(effect: Effect, *, revises: bool) -> Fits:
    """Whether an entry of the history can be what this effect did."""

    def fits(index: int, handling: Handling) -> bool:
        if handling.revises and not revises:
            return False
        if effect.by_hand:
            return True  # a person said so, whenever it was
        if index < effect.before:
            return False
        if effect.state is EffectState.DONE:
            return True  # it is there for certain, however wrong our clock was when it was sent
        return handling.at is None or effect.sent_at is None or handling.at >= effect.sent_at - CLOCKS_MAY_DIFFER

    return fits


def since(decision: Decision) -> Fits:
    """Whether an entry of the history can be this decision, carried out by someone else."""
    return lambda index, handling: index >= decision.before and (decision.revises or not handling.revises)
