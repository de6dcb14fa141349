"""What one word a row has (contract channable-api.md, 4), and what happened to it."""

from datetime import datetime
from enum import StrEnum

from retour.core.model import EffectKind, EffectState, Handler, Resolution, Told
from retour.core.plan import Outcome
from retour.store.offered import Offer


class Status(StrEnum):
    """Where a row stands. `processing`: its decision is on its way to the marketplace. `manual`: a person is asked."""

    NEW = "new"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    REPAIRED = "repaired"
    KEEPS = "keeps"
    EXCHANGED = "exchanged"
    CANCELLED = "cancelled"
    PROCESSING = "processing"
    MANUAL = "manual"


class Verdict(StrEnum):
    """What the shop may decide."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    REPAIRED = "repaired"
    KEEPS = "keeps"
    EXCHANGED = "exchanged"
    CANCELLED = "cancelled"


RESOLUTIONS = {
    Verdict.ACCEPTED: Resolution.ACCEPT,
    Verdict.REJECTED: Resolution.REJECT,
    Verdict.REPAIRED: Resolution.REPAIR,
    Verdict.KEEPS: Resolution.KEEP,
    Verdict.EXCHANGED: Resolution.EXCHANGE,
    Verdict.CANCELLED: Resolution.CANCEL,
}
_STATUSES = {resolution: Status(verdict) for verdict, resolution in RESOLUTIONS.items()}

_BY_A_PERSON = {"tell_by_hand", "reason_missing", "conflict", "gone"}
"""Why a line waits for a person on the desk, although it is decided."""


def status_of(offer: Offer) -> Status:
    """The row's status. What no single word says truly is `manual`: units that ended differently, and a line of which
    the marketplace does not say how it ended."""
    if offer.handler is Handler.MARKETPLACE:
        return Status.ACCEPTED  # it is only handed over once it was refunded
    if offer.waits:
        return Status.NEW
    told = {outcome.told for outcome in offer.planned.outcomes}
    if offer.planned.why.key in _BY_A_PERSON or Told.REFUSED in told:
        return Status.MANUAL
    if told & {None, Told.PENDING, Told.UNKNOWN}:
        return Status.PROCESSING
    ended = _ended(offer)
    return _STATUSES[ended.pop()] if len(ended) == 1 else Status.MANUAL


def log_of(offer: Offer) -> list[dict[str, str]]:
    """What happened, oldest first. Nobody's name or words are in it."""
    entries = [(offer.offered_at, "Offered")]
    for decision in offer.line.decisions:
        void = ", replaced before it was told" if decision.void else ""
        what = f"{_STATUSES[decision.resolution]}, quantity {decision.quantity}{void}"
        entries.append((decision.at, f"Decided ({decision.source}): {what}"))
    entries += [
        (outcome.at or offer.changed_at, f"The marketplace says: {_STATUSES[outcome.resolution]}")
        for outcome in offer.planned.outcomes
        if outcome.seq is None
    ]
    for effect in offer.effects:
        if effect.kind is EffectKind.SETTLE and effect.sent_at and effect.resolution:
            entries.append((effect.sent_at, f"Told ({_STATUSES[effect.resolution]}): {_TOLD[effect.state]}"))
    return [{"created": shown(at), "message": message} for at, message in sorted(entries)]


_TOLD = {
    EffectState.WANTED: "did not arrive, will be sent again",
    EffectState.SENDING: "on its way",
    EffectState.UNKNOWN: "the answer was lost, it is looked up",
    EffectState.PENDING: "waiting for the marketplace's confirmation",
    EffectState.DONE: "confirmed",
    EffectState.REFUSED: "the marketplace refused it",
    EffectState.SUPERSEDED: "withdrawn before it was sent again",
    EffectState.DEAD: "given up",
}


def shown(at: datetime) -> str:
    """A time as the API shows it: UTC with its offset, in whole seconds."""
    return at.isoformat(timespec="seconds")


def _ended(offer: Offer) -> set[Resolution]:
    """As what the units ended, changes of what was told before taken into account."""
    units: dict[Resolution, int] = {}
    changes = {decision.seq: decision.changes for decision in offer.line.standing}
    for outcome in offer.planned.outcomes:
        if outcome.revises:
            _take_back(units, outcome, changes.get(outcome.seq or 0))
        units[outcome.resolution] = units.get(outcome.resolution, 0) + outcome.quantity
    return {resolution for resolution, quantity in units.items() if quantity > 0}


def _take_back(units: dict[Resolution, int], outcome: Outcome, changed: Resolution | None) -> None:
    """The units that this outcome changes were something else before; the marketplace does not always say what."""
    before = changed or next((r for r, n in units.items() if n > 0 and r is not outcome.resolution), None)
    if before is not None:
        units[before] = units.get(before, 0) - outcome.quantity
