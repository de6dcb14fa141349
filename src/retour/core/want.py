"""What the plan is made of: effects that should exist, and what there is to say."""

from collections.abc import Sequence
from dataclasses import dataclass

from retour.core.model import EffectKind, Resolution, Stage
from retour.core.why import Why

_URGENCY = (Stage.ATTENTION, Stage.SENDING, Stage.OPEN, Stage.NEW, Stage.CLOSED)


@dataclass(frozen=True, slots=True)
class Want:
    """An effect that should exist. One key, one remote call, once."""

    kind: EffectKind
    key: str
    line_ref: str
    quantity: int
    resolution: Resolution | None = None
    """For a create: accept when the marketplace refunded it already."""
    decision: int | None = None
    changes: Resolution | None = None
    """What these units were told before, when this changes it."""


@dataclass(frozen=True, slots=True)
class Says:
    """One thing to say of a line or a return."""

    stage: Stage
    why: Why


def most_urgent(says: Sequence[Says]) -> Says:
    """What a person must know first; of equals, what was said first."""
    return min(says, key=lambda said: _URGENCY.index(said.stage))
