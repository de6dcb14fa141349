"""Carrying out what is wanted: claim, call, record. And finding out what became of what was lost."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

from retour.connectors.contract import (
    Confirms,
    FindsCreate,
    FindsOrder,
    FindsSettle,
    Receipt,
    ReceiptState,
    SettlesTogether,
    ToTell,
)
from retour.connectors.errors import ConnectorError, OutcomeUnknown, Refused, Stopped, Transient, Unavailable
from retour.connectors.http import concerning
from retour.core.model import EffectState
from retour.store import claim, doubts, orders, record, results, valve
from retour.store.models import Connection
from retour.store.results import Result
from retour.sync import outcomes, rhythm
from retour.sync.job import HeldBack, Job, LeaseLost

C = TypeVar("C", claim.Settle, claim.Create)
TOGETHER = 0.05
"""Seconds in which outcomes gather before they are saved."""


async def settle(job: Job) -> None:
    """Tells the marketplace what was decided, until nothing more is due. Raises the failure that stops it."""
    while True:
        stop = await job.db(valve.too_many_refunds, job.connection, job.now())
        if stop:
            await job.stop_as_precaution(stop)
        await job.may_go_on()
        claimed = await job.db(claim.claim_settles, job.connection, job.worker.name, job.now(), _batch(job))
        if not claimed:
            return

        if job.marketplace_capabilities.together > 1:
            failures = await _tell_together(job, claimed)
            job.report.settled += len(claimed) - len(failures)
            _raise_if_all_failed(claimed, failures)
            continue

        async def tell(item: claim.Settle) -> Result:
            with concerning(item.key):
                receipt = await job.platform.connector.settle(item.ref, [item.part])
            return outcomes.settled(item.key, receipt, job.now())

        failures = await _carry_out(job, claimed, tell, can_look_up=True)
        job.report.settled += len(claimed) - len(failures)
        _raise_if_all_failed(claimed, failures)


async def _tell_together(job: Job, claimed: Sequence[claim.Settle]) -> list[ConnectorError]:
    """Several decisions with each call. What a call's answer does not hold may have happened."""
    connector, failures = job.platform.connector, list[ConnectorError]()
    if not isinstance(connector, SettlesTogether):
        raise TypeError(f"{job.platform.manifest.key} declares decisions that are told together, but cannot")
    most = job.marketplace_capabilities.together
    clock, leave_until = asyncio.get_running_loop().time, _leave_until()
    for start in range(0, len(claimed), most):
        items = claimed[start : start + most]
        if clock() > leave_until:
            await _give_back(job, claimed[start:])
            break
        try:
            await job.keep()
        except (LeaseLost, HeldBack):
            await _give_back(job, claimed[start:])
            raise
        answers: Mapping[str, Receipt | ConnectorError] = {}
        silence: ConnectorError = OutcomeUnknown(f"{job.platform.manifest.name} did not say what became of it.")
        with concerning(items[0].key):
            try:
                answers = await connector.settle_together([ToTell(item.ref, item.part) for item in items])
            except ConnectorError as error:
                silence = error
        told, now = [], job.now()
        for item in items:
            answer = answers.get(item.key, silence)
            if isinstance(answer, Receipt):
                told.append(_of(item, outcomes.settled(item.key, answer, now)))
                continue
            told.append(_of(item, outcomes.failed(item.key, answer, now, item.attempts, can_look_up=True)))
            if isinstance(answer, Transient | Stopped):
                failures.append(answer)
        job.report.questions += sum(result.asks for result in told)
        await job.db(results.record_results, job.connection, told, job.platform.take_exchanges(), now)
        if isinstance(silence, Transient | Stopped):
            later = claimed[start + most :]
            await _give_back(job, later)
            failures += [silence] * len(later)
            break
    return failures


async def _give_back(job: Job, claimed: Sequence[claim.Settle]) -> None:
    """These have not left; they are due again."""
    now = job.now()
    again = [_of(item, Result(item.key, EffectState.WANTED, now)) for item in claimed]
    await job.db(results.record_results, job.connection, again, [], now)


async def create(job: Job) -> None:
    """Makes return requests in the shop, until nothing more is due. Raises the failure that stops it."""
    finds = job.shop_capabilities.finds
    while True:
        stop = await job.db(valve.too_many_refunds, job.connection, job.now())
        if stop:
            await job.stop_as_precaution(stop)
        await job.may_go_on()
        await _find_orders(job)
        searched = job.shop_capabilities.orders
        claimed = await job.db(
            claim.claim_creates, job.connection, job.worker.name, job.now(), _batch(job), searched=searched
        )
        if not claimed:
            return

        async def make(item: claim.Create) -> Result:
            with concerning(item.key):
                says = await job.platform.connector.create(item.request, item.key)
            return outcomes.created(item.key, says)

        failures = await _carry_out(job, claimed, make, can_look_up=finds)
        job.report.created += len(claimed) - len(failures)
        _raise_if_all_failed(claimed, failures)


async def confirm(job: Job) -> None:
    """Follows pending receipts to their end, in bulk."""
    if not isinstance(job.platform.connector, Confirms):
        return
    pending = await job.db(doubts.pending_receipts, job.connection, job.now(), 1000)
    if not pending:
        return
    answers: Mapping[str, Receipt] = {}
    try:
        answers = await job.platform.connector.confirm([p.receipt for p in pending])
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
    settled = [_of(item, result) for item, result in zip(pending, settled, strict=True)]
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
        found = [_of(item, result)]
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
        found = [_of(item, result)]
        await job.db(results.record_results, job.connection, found, job.platform.take_exchanges(), now)


async def _find_orders(job: Job) -> None:
    """Which orders of the shop are meant by the creates that are due: asked once for each order, before they leave."""
    connector = job.platform.connector
    if not job.shop_capabilities.orders or not isinstance(connector, FindsOrder):
        return
    for order in await job.db(orders.to_find, job.connection, job.now(), _batch(job)):
        try:
            found = await connector.order(order)
        except Refused as error:
            job.report.words = error.message
            found = None
        await job.db(orders.record_found, job.connection, order.ref, found, job.now())


def _batch(job: Job) -> int:
    """How many are claimed at once. Where nothing can be read back, what a crash leaves in doubt is asked of a person:
    then only a few more than are under way."""
    if job.connection.role == Connection.Role.SHOP and not job.shop_capabilities.finds:
        return 4 * job.platform.manifest.parallel
    return 200


async def _carry_out(
    job: Job, claimed: Sequence[C], call: Callable[[C], Awaitable[Result]], *, can_look_up: bool
) -> list[ConnectorError]:
    """Makes the calls side by side and saves their outcomes as they come, several in one transaction.

    The failures after which nothing had happened are returned.
    """
    failures: list[ConnectorError] = []
    together = asyncio.Semaphore(job.platform.manifest.parallel)
    clock, leave_until = asyncio.get_running_loop().time, _leave_until()

    async def one(item: C) -> Result:
        async with together:
            if clock() > leave_until:
                return _of(item, Result(item.key, EffectState.WANTED, job.now()))
            try:
                return _of(item, await call(item))
            except ConnectorError as error:
                if isinstance(error, Transient | Stopped):
                    failures.append(error)
                result = outcomes.failed(item.key, error, job.now(), item.attempts, can_look_up=can_look_up)
                return _of(item, result)

    async for batch in _as_they_come([asyncio.ensure_future(one(item)) for item in claimed]):
        job.report.questions += sum(result.asks for result in batch)
        await job.db(results.record_results, job.connection, batch, job.platform.take_exchanges(), job.now())
    return failures


def _leave_until() -> float:
    """When what is claimed now must have left: soon after it will be taken for lost. On the loop's clock, which nobody
    can put forward."""
    return asyncio.get_running_loop().time() + claim.EFFECT_LEASE.total_seconds() / 2


def _of(
    item: claim.Settle | claim.Create | doubts.Pending | doubts.LostSettle | doubts.LostCreate, result: Result
) -> Result:
    """The result of this sending, and of none that may have followed it."""
    return replace(result, attempt=item.attempts)


async def _as_they_come(tasks: Sequence[asyncio.Future[Result]]) -> AsyncIterator[list[Result]]:
    """What is ready, in batches: a moment's outcomes together, and while they are saved the next ones gather."""
    waiting = set(tasks)
    try:
        while waiting:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            done, waiting = await asyncio.wait(waiting, timeout=TOGETHER)
            yield [task.result() for task in done]
    finally:
        for task in waiting:
            task.cancel()


def _raise_if_all_failed(claimed: Sequence[object], failures: Sequence[ConnectorError]) -> None:
    """A connection where nothing gets through is in trouble; one effect's failure is its own."""
    stopped = next((error for error in failures if isinstance(error, Stopped)), None)
    if stopped is not None:
        raise stopped
    if failures and len(failures) == len(claimed):
        raise failures[0]
