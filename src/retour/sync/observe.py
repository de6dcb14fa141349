"""Looking at what is: a marketplace's returns, a shop's decisions."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from retour.connectors.contract import HasOrders, Page, ShopPage
from retour.connectors.errors import ConnectorError, Transient, Unavailable
from retour.core import model as core
from retour.store import doubts, record
from retour.store.record import Looked, Recorded
from retour.sync.job import Job

CHANGED_WITHIN = timedelta(days=3)
"""An ordinary check goes back this far on platforms whose lists have dates."""
FIRST_LOOK_BACK = timedelta(days=30)
TOLD_WITHIN = timedelta(days=30)
"""So long after its last change a request whose decision was told is asked about once a night."""
LOOKS_AT_ONCE = 200
ASK_AT_ONCE = 200
LOOK_FOR = 30.0
"""Seconds after which no further look is begun: where limits are tight, what was decided meanwhile goes first."""
FEW = 10
"""Fewer vanished returns than this are nothing to stop for."""


async def marketplace(job: Job, *, deep: bool) -> None:
    """Takes in the marketplace's lists: page by page, each recorded before the next is asked for."""
    started = job.now()
    shown: set[str] = set()
    taken: dict[int, Recorded] = {}

    async def take(page: Page, asked: datetime) -> Recorded:
        if id(page) not in taken:
            taken.clear()
            empty = not page.seen and not page.unreadable
            brought = Recorded() if empty else await job.db(record.record_page, job.connection, page, asked)
            taken[id(page)] = brought
            shown.update(seen.ref for seen in page.seen if any(line.awaits for line in seen.lines))
            job.report.new += brought.new
            job.report.changed += brought.changed
            job.report.unreadable += len(page.unreadable)
        return taken[id(page)]

    async def known(page: Page) -> bool:
        brought = await take(page, started)
        return brought.nothing and not deep

    asked = started
    complete = False
    since = started - (CHANGED_WITHIN if job.connection.checked_at else FIRST_LOOK_BACK)
    async for page in job.platform.connector.returns(None if deep else since, known):
        await take(page, asked)
        complete = complete or (page.all_open and job.marketplace_capabilities.looks)
        job.saw_lane(page)
        asked = job.now()
        await job.keep()
    if complete:
        await _vanished(job, shown, started)


async def _vanished(job: Job, shown: set[str], started: datetime) -> None:
    """Open returns that the list no longer shows are looked at one by one. Too many at once: stop and ask."""
    waiting = await job.db(record.open_refs, job.connection, started)
    lost = waiting - shown
    if not lost:
        return
    if len(lost) >= FEW and len(lost) * 3 > len(waiting) and not job.connection.vanish_allowed:
        await job.stop_as_precaution(
            f"{len(lost)} of {len(waiting)} open returns are suddenly missing from the marketplace's list. "
            "Look at the marketplace: is it the right account, and are they really gone? Resuming takes them as ended."
        )
    await job.db(record.record_vanished, job.connection, sorted(lost), job.now())
    job.report.vanished += len(lost)


async def look(job: Job) -> None:
    """Asks for the returns that need a full look, with their orders, several side by side.

    Those for which there was no time stay due, and so does the connection."""
    together = asyncio.Semaphore(job.platform.manifest.parallel)
    until = asyncio.get_running_loop().time() + LOOK_FOR
    while asyncio.get_running_loop().time() < until:
        refs = await job.db(record.due_looks, job.connection, job.now(), LOOKS_AT_ONCE)
        if not refs:
            return
        if not job.marketplace_capabilities.looks:
            await _look_at_orders(job, refs, together)
            continue
        asked = job.now()
        answers = await asyncio.gather(*(_look(job, ref, together, until) for ref in refs), return_exceptions=True)
        seen: dict[str, core.Seen | None] = {}
        failures: dict[str, ConnectorError] = {}
        for ref, answer in zip(refs, answers, strict=True):
            if isinstance(answer, ConnectorError):
                failures[ref] = answer
            elif isinstance(answer, BaseException):
                raise answer
            elif not isinstance(answer, _NotNow):
                seen[ref] = answer
        orders, without_order = await _fetch_orders(job, seen, together)
        failures |= without_order
        done = {ref: answer for ref, answer in seen.items() if ref not in failures}
        looks = [Looked(ref, answer, asked) for ref, answer in done.items()]
        await job.db(record.record_looks, job.connection, looks, orders)
        await _after_failures(job, failures, any_done=bool(done))
        await job.keep()


class _NotNow:
    pass


async def _look_at_orders(job: Job, refs: Sequence[str], together: asyncio.Semaphore) -> None:
    """Where no return can be asked for: what is known of it is completed with its order."""
    known = await job.db(record.as_seen, job.connection, refs)
    orders, failures = await _fetch_orders(job, {look.ref: look.seen for look in known}, together)
    done = [look for look in known if look.ref not in failures]
    await job.db(record.record_looks, job.connection, done, orders)
    await _after_failures(job, failures, any_done=bool(done))
    await job.keep()


async def _after_failures(job: Job, failures: dict[str, ConnectorError], *, any_done: bool) -> None:
    """Those that could not be looked at come again later; a platform that wants a pause, or lets nothing through, is
    left alone now."""
    throttled = [error for error in failures.values() if isinstance(error, Unavailable)]
    broken = [ref for ref, error in failures.items() if not isinstance(error, Unavailable)]
    if broken:
        await job.db(record.postpone_looks, job.connection, broken, job.now())
    if throttled:
        raise throttled[0]
    if failures and not any_done:
        raise next(iter(failures.values()))


async def _look(job: Job, ref: str, together: asyncio.Semaphore, until: float) -> core.Seen | _NotNow | None:
    async with together:
        if asyncio.get_running_loop().time() > until:
            return _NotNow()
        found: core.Seen | None = await job.platform.connector.look(ref)
        return found


async def _fetch_orders(
    job: Job, seen: dict[str, core.Seen | None], together: asyncio.Semaphore
) -> tuple[dict[str, core.Order | None], dict[str, ConnectorError]]:
    """Each order once: what it tells completes the looks. Failures are told by return."""
    connector = job.platform.connector
    if not job.marketplace_capabilities.orders or not isinstance(connector, HasOrders):
        return {}, {}
    wanted = {line.order_ref for answer in seen.values() if answer for line in answer.lines}
    missing = sorted(await job.db(record.unfetched_orders, job.connection, wanted))

    async def fetch(ref: str) -> core.Order | None:
        async with together:
            return await connector.order(ref)

    answers = await asyncio.gather(*(fetch(ref) for ref in missing), return_exceptions=True)
    orders: dict[str, core.Order | None] = {}
    failed: dict[str, ConnectorError] = {}
    for ref, answer in zip(missing, answers, strict=True):
        if isinstance(answer, ConnectorError):
            failed[ref] = answer
        elif isinstance(answer, BaseException):
            raise answer
        else:
            orders[ref] = answer
    if orders:
        await job.db(record.record_orders, job.connection, orders, job.now())
    return orders, {
        ref: failed[line.order_ref]
        for ref, answer in seen.items()
        if answer
        for line in answer.lines
        if line.order_ref in failed
    }


async def shop(job: Job, started: datetime, *, deep: bool) -> None:
    """Asks the shop how the requests stand that were there when the check started and have no decision yet. `deep`:
    those of the last weeks, too, whose decision was told: a merchant who changes it afterwards must be answered."""
    after = 0
    told_since = started - TOLD_WITHIN if deep else None
    since = job.connection.deep_at if deep else job.connection.checked_at
    failure: Transient | None = None
    saving: asyncio.Task[None] | None = None
    try:
        while refs := await job.db(doubts.polled, job.connection, started, after, ASK_AT_ONCE, told_since):
            after = refs[-1][0]
            pages = job.platform.connector.changed([ref for _, ref in refs], since)
            answers: list[ShopPage] = []
            try:
                async for page in pages:
                    answers.append(page)  # noqa: PERF401 - a failure must leave what came before it
            except Transient as error:
                if isinstance(error, Unavailable) or not answers:
                    raise
                failure = error  # some could not be asked about; the others still are
            finally:
                # What was read before a failure counts. It is saved while the next ones are asked for.
                if saving is not None:
                    await saving
                saving = asyncio.create_task(_hear(job, answers))
            await job.keep()
    finally:
        if saving is not None:
            await saving
    if failure is not None:
        raise failure


async def _hear(job: Job, answers: Sequence[ShopPage]) -> None:
    says = tuple(says for page in answers for says in page.returns)
    unreadable = tuple(row for page in answers for row in page.unreadable)
    job.report.changed += await job.db(record.record_shop, job.connection, ShopPage(says, unreadable), job.now())
    job.report.unreadable += len(unreadable)
