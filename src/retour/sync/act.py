"""Carrying out what is wanted: claim, call, record."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import TypeVar

from retour.connectors.contract import (
    Receipt,
    SettlesTogether,
    ToTell,
)
from retour.connectors.errors import ConnectorError, OutcomeUnknown, Stopped, Transient, Unavailable
from retour.connectors.http import concerning
from retour.core.model import EffectState
from retour.store import claim, results, valve
from retour.store.models import Connection
from retour.store.results import Result
from retour.sync import matching, outcomes
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
            failures, waiting = await _tell_together(job, claimed)
            job.report.settled += len(claimed) - len(failures) - waiting
            _raise_if_all_failed(claimed, failures)
            continue

        async def tell(item: claim.Settle) -> Result:
            with concerning(item.key):
                receipt = await job.platform.connector.settle(item.ref, [item.part])
            return outcomes.settled(item.key, receipt, job.now())

        failures = await _carry_out(job, claimed, tell, can_look_up=True)
        job.report.settled += len(claimed) - len(failures)
        _raise_if_all_failed(claimed, failures)


async def _tell_together(job: Job, claimed: Sequence[claim.Settle]) -> tuple[list[ConnectorError], int]:
    """Several decisions with each call. What a call's answer does not hold may have happened. Also tells how many wait
    by themselves: the lists are read all the same, for they may be what is waited for."""
    connector, failures, waiting = job.platform.connector, list[ConnectorError](), 0
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
                told.append(outcomes.of(item, outcomes.settled(item.key, answer, now)))
                continue
            told.append(outcomes.of(item, outcomes.failed(item.key, answer, now, item.attempts, can_look_up=True)))
            if isinstance(answer, Unavailable) and answer is not silence:
                waiting += 1
            elif isinstance(answer, Transient | Stopped):
                failures.append(answer)
        job.report.questions += sum(result.asks for result in told)
        await job.db(results.record_results, job.connection, told, job.platform.take_exchanges(), now)
        if isinstance(silence, Transient | Stopped):
            later = claimed[start + most :]
            await _give_back(job, later)
            failures += [silence] * len(later)
            break
    return failures, waiting


async def _give_back(job: Job, claimed: Sequence[claim.Settle]) -> None:
    """These have not left; they are due again."""
    now = job.now()
    again = [outcomes.of(item, Result(item.key, EffectState.WANTED, now)) for item in claimed]
    await job.db(results.record_results, job.connection, again, [], now)


async def create(job: Job) -> None:
    """Makes return requests in the shop, until nothing more is due. Raises the failure that stops it."""
    finds = job.shop_capabilities.finds
    while True:
        stop = await job.db(valve.too_many_refunds, job.connection, job.now())
        if stop:
            await job.stop_as_precaution(stop)
        await job.may_go_on()
        able, batch = job.shop_capabilities, _batch(job)
        held = await matching.before_creates(job, batch)
        claimed = await job.db(
            claim.claim_creates,
            job.connection,
            job.worker.name,
            job.now(),
            batch,
            searched=matching.matches(able),
            linked=able.needs_order,
        )
        if not claimed and held:
            continue  # those that were next are out of the way
        if not claimed:
            return

        async def make(item: claim.Create) -> Result:
            with concerning(item.key):
                says = await job.platform.connector.create(item.request, item.key)
            return outcomes.created(item.key, says)

        failures = await _carry_out(job, claimed, make, can_look_up=finds)
        job.report.created += len(claimed) - len(failures)
        _raise_if_all_failed(claimed, failures)


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
                return outcomes.of(item, Result(item.key, EffectState.WANTED, job.now()))
            try:
                return outcomes.of(item, await call(item))
            except ConnectorError as error:
                if isinstance(error, Transient | Stopped):
                    failures.append(error)
                result = outcomes.failed(item.key, error, job.now(), item.attempts, can_look_up=can_look_up)
                return outcomes.of(item, result)

    async for batch in _as_they_come([asyncio.ensure_future(one(item)) for item in claimed]):
        job.report.questions += sum(result.asks for result in batch)
        await job.db(results.record_results, job.connection, batch, job.platform.take_exchanges(), job.now())
    return failures


def _leave_until() -> float:
    """When what is claimed now must have left: soon after it will be taken for lost. On the loop's clock, which nobody
    can put forward."""
    return asyncio.get_running_loop().time() + claim.EFFECT_LEASE.total_seconds() / 2


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
