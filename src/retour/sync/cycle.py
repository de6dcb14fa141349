"""One check of one connection: act on what is wanted, observe what is, and say when to come back."""

import time
from datetime import datetime, timedelta
from typing import Any

import structlog
from pydantic import ValidationError

from retour.connectors.errors import ConnectorError, Stopped, Transient, Unavailable
from retour.connectors.registry import UnknownConnector
from retour.store import claim, connections, doubts, lease, results
from retour.store.doubts import AtHand
from retour.store.models import Connection
from retour.store.platforms import flaws
from retour.store.sealed import CannotOpen
from retour.sync import act, lost, matching, observe, own_returns, rhythm
from retour.sync.alive import Worker
from retour.sync.connections import Platform, Platforms
from retour.sync.database import Database
from retour.sync.job import HeldBack, Job, LeaseLost, StoppedAsPrecaution, utc_now
from retour.sync.report import Report

log = structlog.get_logger(__name__)


async def check(
    connection: Connection,
    platforms: Platforms,
    db: Database,
    worker: Worker,
    *,
    observe_now: bool = False,
    deep: bool = False,
) -> Report | None:
    """Checks a connection: acts on what is due, and reads its lists when those are due (or `observe_now`).

    None: another worker is at it. A failure harms no other connection: it becomes this one's trouble and the
    report's words.
    """
    report = Report(connection.pk, name_of(connection))
    at_hand = await db(_begin, connection, worker, utc_now())
    if at_hand is None:
        return None
    began = time.monotonic()
    try:
        await _check(connection, platforms, db, worker, report, at_hand, observe_now=observe_now, deep=deep)
    except LeaseLost:
        report.words = "Another worker has taken over"
    except HeldBack:
        report.words = "Held back by a person"
        await db(lease.give_back, connection, worker.name)
    except BaseException:
        # Cancelled, or a fault of ours: the lease must not outlive the check.
        await db(lease.give_back, connection, worker.name)
        raise
    report.seconds = time.monotonic() - began
    return report


def _begin(connection: Connection, worker: Worker, now: datetime) -> AtHand | None:
    """Takes the lease and sees what there is to do, in one go. None: another worker holds it."""
    return doubts.at_hand(connection, now) if lease.take_cycle(connection, worker.name, now, worker.alive) else None


async def _check(
    connection: Connection,
    platforms: Platforms,
    db: Database,
    worker: Worker,
    report: Report,
    at_hand: AtHand,
    *,
    observe_now: bool,
    deep: bool,
) -> None:
    now = utc_now()
    if lease.is_ahead(connection, now) and await db(lease.clock_went_back, connection, now):
        log.warning("this machine's clock went back", connection=report.connection)
        at_hand = await db(doubts.at_hand, connection, now)
    deep = deep or rhythm.deep_is_due(connection.deep_at, now)
    observing = observe_now or deep or connection.observe_at is None or connection.observe_at <= now
    try:
        platform = await platforms.of(connection)
    except (UnknownConnector, ValidationError, CannotOpen) as error:
        report.ok, report.words = False, flaws(error) if isinstance(error, ValidationError) else str(error)
        await db(connections.reconnect, connection, report.words, now, now + rhythm.RECONNECT_AFTER)
        return
    job = Job(connection, platform, db, worker, report, at_hand=at_hand)
    try:
        if connection.role == Connection.Role.SHOP:
            await _shop(job, observing=observing, deep=deep)
        else:
            await _marketplace(job, observing=observing, deep=deep)
    except StoppedAsPrecaution as stopped:
        report.ok, report.words = False, str(stopped)
        log.warning("connection stopped as a precaution", connection=report.connection)
    except Unavailable as error:
        report.words = error.message
        await db(connections.throttled, connection, utc_now() + error.retry_after, platform.budget)
    except ConnectorError as error:
        await _trouble(db, connection, report, error, poll_every(connection, platform))
    except (UnknownConnector, ValidationError, CannotOpen) as error:
        # Not ours, or we would not have come so far: without the project's other side nothing can be planned.
        said = flaws(error) if isinstance(error, ValidationError) else str(error)
        unplanned = Transient(f"The settings of this project's shop do not fit: {said}")
        await _trouble(db, connection, report, unplanned, poll_every(connection, platform))
    else:
        await _well(job, now, observing=observing, deep=deep)
    finally:
        # Reads that failed belong to no effect; they are kept for the platform's support desk.
        if exchanges := platform.take_exchanges():
            await db(results.record_results, connection, [], exchanges, utc_now())


async def _marketplace(job: Job, *, observing: bool, deep: bool) -> None:
    if job.at_hand.effects:
        await job.db(claim.reclaim, job.connection, job.now(), job.worker.alive, can_look_up=True)
        await lost.confirm(job)
        await lost.look_up(job)
        await act.settle(job)
    if job.at_hand.reports:
        await own_returns.take(job)
    if observing:
        await observe.marketplace(job, deep=deep)
    if job.at_hand.looks or job.report.brought_anything:
        await observe.look(job)


async def _shop(job: Job, *, observing: bool, deep: bool) -> None:
    started = job.now()
    finds = job.shop_capabilities.finds
    if job.at_hand.effects:
        await job.db(claim.reclaim, job.connection, job.now(), job.worker.alive, can_look_up=finds)
        await lost.look_up_creates(job)
        await act.create(job)
    if observing:
        await observe.shop(job, started, deep=deep)
        await own_returns.observe(job, started)
    await matching.again(job)


async def _well(job: Job, began: datetime, *, observing: bool, deep: bool) -> None:
    connection, at, budget = job.connection, utc_now(), job.platform.budget
    observe_at = connection.observe_at or at
    checked_at = connection.checked_at
    if observing:
        observe_at = rhythm.next_check(at, poll_every(connection, job.platform))
        if job.again_after is not None:
            observe_at = min(observe_at, at + job.again_after)
        checked_at = began
    if (
        job.was_quiet
        and not deep
        and await job.db(connections.went_quietly, connection, checked_at, observe_at, budget)
    ):
        return
    changes: dict[str, Any] = {"lanes": {**connection.lanes, **job.lanes}} if job.lanes else {}
    changes |= {"quota": budget, "checked_at": checked_at, "observe_at": observe_at}
    if observing and (deep or connection.deep_at is None):
        changes["deep_at"] = began
    await job.db(connections.went_well, connection, changes, observe_at)
    if connection.trouble:
        log.warning("connection works again", connection=job.report.connection)


async def _trouble(
    db: Database, connection: Connection, report: Report, error: ConnectorError, rhythm_of_it: timedelta
) -> None:
    at = utc_now()
    report.ok, report.words = False, error.message
    if isinstance(error, Stopped):
        await db(connections.reconnect, connection, error.message, at, at + rhythm.RECONNECT_AFTER)
    else:
        next_at = rhythm.next_try(at, connection.failures + 1, rhythm_of_it)
        await db(connections.failed, connection, error.message, at, next_at)
    if not connection.trouble:
        log.warning("connection in trouble", connection=report.connection, words=error.message)


def poll_every(connection: Connection, platform: Platform) -> timedelta:
    """A connection's rhythm: its platform's, or a shorter one of its own (`poll_every`, seconds)."""
    own = connection.options.get("poll_every")
    return min(timedelta(seconds=own), platform.manifest.poll_every) if own else platform.manifest.poll_every


def name_of(connection: Connection) -> str:
    """A connection's full name: company/project/connection. Its project and company must be loaded."""
    return f"{connection.project.company.slug}/{connection.project.slug}/{connection.slug}"
