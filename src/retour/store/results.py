"""What became of effects: their receipts, refusals and lost answers, with what was sent and received."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from retour.connectors.http import Exchange as SentAndReceived
from retour.core import merge
from retour.core import model as core
from retour.core.model import EffectKind, EffectState
from retour.store import bulk, fits, rows
from retour.store.ledger import Entry, Ledger
from retour.store.models import Connection, Effect, Exchange
from retour.store.record import hear_shop
from retour.store.rows import EffectRow, ExchangeRow
from retour.store.sealed import seal

KEEP_EXCHANGES = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Result:
    """How an effect stands after a step, and when the next step is due.

    `note` is the timeline's word for it; None writes no line. `says` is the shop's answer to a create. `attempt` is
    the sending that it speaks of (`Effect.attempts`); None: the last one, whichever that is.
    """

    key: str
    state: EffectState
    due_at: datetime | None = None
    receipt: str | None = None
    error: str | None = None
    code: str | None = None
    asks: bool = False
    note: str | None = None
    says: core.ShopSays | None = None
    attempt: int | None = None


def record_results(
    connection: Connection, results: Sequence[Result], exchanges: Sequence[SentAndReceived], at: datetime
) -> None:
    """Saves outcomes in one transaction. An effect that was settled otherwise in the meantime, or was sent again since
    by somebody else, keeps what is known of that."""
    by_key = {result.key: result for result in results}
    if not by_key and not exchanges:
        return
    with transaction.atomic():
        ledger = Ledger(at)
        entries = ledger.load(rows.returns_of(by_key.keys())) if by_key else []
        of: dict[str, int] = {}
        for entry in entries:
            for key, effect in entry.effects.items():
                of[key] = entry.row.pk
                result = by_key.get(key)
                if result is not None and _still_counts(result, effect):
                    _apply(ledger, entry, effect, result, at)
        ledger.save()
        _keep_exchanges(connection, exchanges, of, at)


def _still_counts(result: Result, effect: EffectRow) -> bool:
    """Whether an outcome says something new. It may come from a worker that was held up for minutes."""
    if result.attempt is not None and result.attempt != effect.attempts:
        return False
    if effect.state in {EffectState.WANTED, EffectState.SUPERSEDED}:
        # It was taken for absent, and is not: it must not leave again.
        return result.attempt is not None and result.state.may_have_happened
    if result.state is EffectState.WANTED and effect.state == EffectState.PENDING:
        return False  # somebody has found its receipt
    return EffectState(effect.state).in_flight


def _apply(ledger: Ledger, entry: Entry, effect: EffectRow, result: Result, at: datetime) -> None:
    asked_again = effect.state == result.state and result.state in {EffectState.UNKNOWN, EffectState.PENDING}
    effect.looks = effect.looks + 1 if asked_again else 0
    effect.state = result.state
    effect.due_at = result.due_at
    effect.receipt = fits.words(result.receipt, fits.ID) or effect.receipt
    effect.error, effect.code = fits.words(result.error), fits.words(result.code, fits.CODE)
    effect.asks = result.asks
    effect.lease_owner, effect.lease_until = "", None
    if result.state is EffectState.DONE:
        effect.done_at = at
    if result.note:
        ledger.note(
            entry,
            result.note,
            marketplace=entry.sides.slug,
            resolution=effect.resolution,
            quantity=effect.quantity,
            error=result.error,
            line=effect.line_ref,
            receipt=result.receipt,
        )
    ledger.put_effect(entry, effect)
    refused = result.state is EffectState.REFUSED and effect.kind == EffectKind.SETTLE
    if refused and entry.capabilities.marketplace.looks:
        # It may have been too late: somebody acted there. A look explains it, and nothing leaves before.
        ledger.put(entry, merge.vanished(entry.known))
    if result.says is not None and effect.kind == EffectKind.CREATE:
        ledger.note(entry, "created", shop_return=result.says.ref, line=effect.line_ref)
        hear_shop(ledger, entry, effect.line_ref, result.says, at)


def _keep_exchanges(
    connection: Connection, exchanges: Sequence[SentAndReceived], of: dict[str, int], at: datetime
) -> None:
    # A call's exchange may come before its outcome, or without one: that is when it is needed most.
    others = {exchange.about for exchange in exchanges if exchange.about and exchange.about not in of}
    if others:
        of |= dict(Effect.objects.filter(key__in=others).values_list("key", "of_id"))
    kept = [
        ExchangeRow(
            connection_id=connection.pk,
            of_id=of.get(exchange.about or ""),
            effect_key=exchange.about or "",
            at=at,
            method=exchange.method,
            url=exchange.url,
            status=exchange.status,
            request_id=exchange.request_id,
            sealed=seal({"sent": exchange.sent, "received": exchange.received}),
            expires_at=at + KEEP_EXCHANGES,
        )
        for exchange in exchanges
    ]
    bulk.insert(kept, into=Exchange)
