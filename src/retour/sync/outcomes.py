"""From what a connector answered or raised to how the effect stands. Pure."""

from dataclasses import replace
from datetime import datetime, timedelta

from retour.connectors.contract import Receipt, ReceiptState
from retour.connectors.errors import ConnectorError, OutcomeUnknown, Refused, Stopped, Unavailable
from retour.core.model import EffectState, ShopSays
from retour.store import claim, doubts
from retour.store.results import Result
from retour.sync import rhythm


def of(
    item: claim.Settle | claim.Create | doubts.Pending | doubts.LostSettle | doubts.LostCreate, result: Result
) -> Result:
    """The result of this sending, and of none that may have followed it."""
    return replace(result, attempt=item.attempts)


def settled(key: str, receipt: Receipt, now: datetime) -> Result:
    """The marketplace answered a settle."""
    match receipt.state:
        case ReceiptState.DONE:
            return Result(key, EffectState.DONE, receipt=receipt.ref, note="confirmed")
        case ReceiptState.REFUSED:
            return Result(key, EffectState.REFUSED, receipt=receipt.ref, error=receipt.words or "", note="refused")
        case ReceiptState.LOST:
            return Result(key, EffectState.UNKNOWN, due_at=now, receipt=receipt.ref, error=receipt.words, note="lost")
    if not receipt.ref:
        # Taken, and nothing to ask about it with: the return itself tells.
        return Result(key, EffectState.UNKNOWN, rhythm.next_look_up(now, 0), error=receipt.words, note="lost")
    return Result(key, EffectState.PENDING, rhythm.next_confirm(now, 0), receipt=receipt.ref, note="sent")


def followed(key: str, receipt: Receipt, now: datetime, looks: int) -> Result:
    """The marketplace was asked how far a receipt is."""
    if receipt.state is ReceiptState.PENDING:
        return Result(key, EffectState.PENDING, rhythm.next_confirm(now, looks + 1))
    return settled(key, receipt, now)


def created(key: str, says: ShopSays) -> Result:
    """The shop made the request."""
    return Result(key, EffectState.DONE, receipt=says.ref, says=says)


def failed(key: str, error: ConnectorError, now: datetime, attempts: int, *, can_look_up: bool) -> Result:
    """The call raised. What may have happened is looked up, or asked where nothing can be read back."""
    match error:
        case OutcomeUnknown():
            due = rhythm.next_look_up(now, 0) if can_look_up else None
            return Result(
                key, EffectState.UNKNOWN, due, error=error.message, code=error.code, asks=not can_look_up, note="lost"
            )
        case Refused():
            said = error.words or error.message
            return Result(key, EffectState.REFUSED, error=said, code=error.code, note="refused")
        case Stopped():
            due = now  # the connection waits until it is let in again, and all of it
        case Unavailable(retry_after=pause):
            due = now + max(pause, timedelta(seconds=1))
        case _:
            due = rhythm.next_retry(now, attempts)
    note = "failed" if attempts <= 1 else None
    return Result(key, EffectState.WANTED, due, error=error.message, code=error.code, note=note)
