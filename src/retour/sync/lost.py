"""Finding out what became of what was sent: pending receipts are followed, lost answers looked up."""

from collections.abc import Mapping
from datetime import timedelta

from retour.connectors.contract import Confirms, FindsCreate, FindsSettle, Receipt, ReceiptState
from retour.connectors.errors import Refused, Transient, Unavailable
from retour.core.model import EffectState
from retour.store import doubts, record, results
from retour.store.results import Result
from retour.sync import outcomes, rhythm
from retour.sync.job import Job


async def confirm(job: Job) -> None:
    """Follows pending receipts to their end, in bulk. Where nobody can be asked for them (any more: the connection's
    settings were changed), the returns themselves are looked at."""
    pending = await job.db(doubts.pending_receipts, job.connection, job.now(), 1000)
    if not pending:
        return
    connector = job.platform.connector
    answers: Mapping[str, Receipt] = {}
    try:
        if isinstance(connector, Confirms):
            answers = await connector.confirm([p.receipt for p in pending])
        else:
            answers = {p.receipt: Receipt(ReceiptState.LOST, p.receipt) for p in pending}
    except Refused as error:
        job.report.words = error.message  # nothing was learned; all the rest goes on
    now = job.now()
    settled = []
    for item in pending:
        receipt = answers.get(item.receipt)
        if receipt is None:
            settled.append(Result(item.key, EffectState.PENDING, rhythm.next_confirm(now, item.looks + 1)))
        else:
            settled.append(outcomes.followed(item.key, receipt, now, item.looks))
        if now - item.sent_at > rhythm.RECEIPT_LIVES and settled[-1].state is EffectState.PENDING:
            settled[-1] = Result(
                item.key, EffectState.UNKNOWN, now, error="the receipt never came to an end", note="lost"
            )
    settled = [outcomes.of(item, result) for item, result in zip(pending, settled, strict=True)]
    job.report.confirmed += sum(result.state is EffectState.DONE for result in settled)
    await job.db(results.record_results, job.connection, settled, job.platform.take_exchanges(), now)


async def look_up(job: Job) -> None:
    """Settles whose answer was lost: first the return's own history, then the platform's record of the call.

    Only what was looked for in vain more than once, on a platform whose silence proves absence, is sent again.
    """
    for item in await job.db(doubts.unknown_settles, job.connection, job.now(), 50):
        await job.keep()
        try:
            result = await _looked_up(job, item)
        except Transient as error:
            await _look_up_later(job, item, error)
            continue
        except Refused as error:
            result = _cannot_be_looked_up(item, error)
        if result is None:
            job.report.confirmed += 1
            continue
        job.report.questions += result.asks
        found = [outcomes.of(item, result)]
        await job.db(results.record_results, job.connection, found, job.platform.take_exchanges(), job.now())


async def _looked_up(job: Job, item: doubts.LostSettle) -> Result | None:
    """What became of a settle whose answer was lost; None: the return's own history proves it.

    The platform's record is asked first: what it calls done by then, the history must show.
    """
    found = await _found(job, item)
    receipt, ended = found or Receipt(ReceiptState.LOST), False
    if job.marketplace_capabilities.looks:
        asked = job.now()
        seen = await job.platform.connector.look(item.ref)
        await job.db(record.record_looks, job.connection, [record.Looked(item.ref, seen, asked)])
    if not await job.db(doubts.is_open, item.key):
        return None
    now = job.now()
    age = now - item.sent_at
    if receipt.state is ReceiptState.PENDING and age > rhythm.RECEIPT_LIVES:
        receipt = await _end_of(job, receipt)
        ended = receipt.state is ReceiptState.DONE
    pending = receipt.state is ReceiptState.PENDING
    if ended or receipt.state is ReceiptState.REFUSED or (pending and age <= rhythm.RECEIPT_LIVES):
        return outcomes.settled(item.key, receipt, now)
    again = Result(item.key, EffectState.UNKNOWN, rhythm.next_look_up(now, item.looks + 1))
    if age < max(job.marketplace_capabilities.arrives_within, rhythm.PENDING_AT_MOST if pending else timedelta(0)):
        return again
    moved = await job.db(doubts.history_moved, item.key)
    if job.marketplace_capabilities.proves_absence and not (pending or moved):
        if item.looks + 1 < rhythm.LOOKS_THAT_PROVE_ABSENCE:
            return again
        # Where no return can be looked at, only the platform's own word that it knows of no such call counts.
        if found is None or (receipt.state is ReceiptState.LOST and job.marketplace_capabilities.looks):
            return Result(item.key, EffectState.WANTED, now, note="absent")
    # Somebody acted there: that the platform calls it done, or that its history grew, may be another's doing.
    return Result(item.key, EffectState.UNKNOWN, asks=True, note="asks")


async def _found(job: Job, item: doubts.LostSettle) -> Receipt | None:
    """The platform's own record of a lost call; None: it knows of none. One that is known as another effect's says
    nothing of this one."""
    connector = job.platform.connector
    found = None
    if isinstance(connector, FindsSettle):
        found = await connector.find(item.ref, [item.part], item.sent_at - rhythm.CLOCK_MAY_BE_WRONG)
    if found is None or found.ref is None:
        return found
    if await job.db(doubts.belongs_to_another, item.key, found.ref):
        return Receipt(ReceiptState.LOST)
    await job.db(doubts.keep_receipt, item.key, found.ref)
    return found


async def _end_of(job: Job, receipt: Receipt) -> Receipt:
    """A receipt that is too old to be waited for: its end, where it has come to one by now."""
    connector = job.platform.connector
    if receipt.ref is None or not isinstance(connector, Confirms):
        return receipt
    return (await connector.confirm([receipt.ref])).get(receipt.ref, receipt)


def _cannot_be_looked_up(item: doubts.LostSettle | doubts.LostCreate, error: Refused) -> Result:
    """The platform will not say, however often it is asked."""
    return Result(item.key, EffectState.UNKNOWN, error=error.words or error.message, asks=True, note="asks")


async def _look_up_later(job: Job, item: doubts.LostSettle | doubts.LostCreate, error: Transient) -> None:
    """One that cannot be looked up holds up no other. It is no look in vain, either."""
    if isinstance(error, Unavailable):
        raise error
    job.report.words = error.message
    await job.db(doubts.postpone, item.key, rhythm.next_look_up(job.now(), item.looks + 1))


async def look_up_creates(job: Job) -> None:
    """Creates whose answer was lost, in a shop that can be asked by our key."""
    connector = job.platform.connector
    if not isinstance(connector, FindsCreate):
        return
    for item in await job.db(doubts.unknown_creates, job.connection, job.now(), 50):
        await job.keep()
        refusal, says = None, None
        try:
            says = await connector.find(item.key)
        except Transient as error:
            await _look_up_later(job, item, error)
            continue
        except Refused as error:
            refusal = error
        now = job.now()
        if refusal is not None:
            result = _cannot_be_looked_up(item, refusal)
        elif says is not None:
            result = outcomes.created(item.key, says)
        elif item.looks + 1 >= rhythm.LOOKS_THAT_PROVE_ABSENCE:
            result = Result(item.key, EffectState.WANTED, now, note="absent")
        else:
            result = Result(item.key, EffectState.UNKNOWN, rhythm.next_look_up(now, item.looks + 1))
        job.report.questions += result.asks
        found = [outcomes.of(item, result)]
        await job.db(results.record_results, job.connection, found, job.platform.take_exchanges(), now)
