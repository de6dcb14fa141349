"""The embedded engine: one process checks all connections. Several such processes at once do no harm."""

import asyncio
import gc
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from functools import cache

import structlog
from django.conf import settings
from django.db import DatabaseError

from retour.store import doubts, housekeeping, lease, overdue
from retour.store.models import Connection
from retour.sync import rhythm
from retour.sync.alive import Worker
from retour.sync.connections import Platforms
from retour.sync.cycle import check, name_of
from retour.sync.database import Database
from retour.sync.job import utc_now
from retour.sync.report import Report

log = structlog.get_logger(__name__)

AT_ONCE = 16
"""Connections that are checked side by side."""
GLANCE = 0.5
"""Seconds between two looks at what is due."""
CLEAN_EVERY = timedelta(hours=6)


async def work(stop: asyncio.Event) -> None:
    """Checks every connection when it is due, until `stop` is set. What is under way then is brought to its end."""
    _keep_what_is_loaded()
    db = Database()
    platforms = Platforms(db)
    running: dict[int, asyncio.Task[None]] = {}
    cleaned: datetime | None = None

    async def run(connection: Connection) -> None:
        try:
            await check(connection, platforms, db, worker)
        except Exception:
            log.exception("a check failed for a reason of ours", connection=name_of(connection))
            await asyncio.sleep(rhythm.RECONNECT_AFTER.total_seconds() / 10)
        finally:
            running.pop(connection.pk, None)

    with Worker(settings.HOME) as worker:
        try:
            while not stop.is_set():
                now = utc_now()
                if cleaned is None or now - cleaned > CLEAN_EVERY:
                    await db(housekeeping.clean, now)
                    await db(overdue.move_on, now)
                    cleaned = now
                for connection in await db(lease.due_connections, now):
                    if connection.pk not in running and len(running) < AT_ONCE:
                        running[connection.pk] = asyncio.create_task(run(connection))
                await _pause(stop)
        finally:
            await asyncio.gather(*running.values(), return_exceptions=True)
            await platforms.close()
            await db.close()


async def sync_pass(
    *,
    only: Collection[int] | None = None,
    until_idle: bool = False,
    deep: bool = False,
    deadline: timedelta = timedelta(minutes=10),
    progress: Callable[[Report], None] = lambda report: None,
) -> list[Report]:
    """Checks every connection once, now: marketplaces, then shops, then whatever that made due.

    `until_idle` goes on while work is due soon (`rhythm.SOON`), at most until `deadline`. One report a connection.
    """
    _keep_what_is_loaded()
    db = Database()
    platforms = Platforms(db)
    reports: dict[int, Report] = {}
    ends = utc_now() + deadline
    with Worker(settings.HOME) as worker:
        left_alone: set[int] = set()

        async def run(connection: Connection, *, observe_now: bool) -> None:
            report: Report | None
            try:
                report = await check(
                    connection, platforms, db, worker, observe_now=observe_now, deep=deep and observe_now
                )
            except Exception as error:
                log.exception("a check failed for a reason of ours", connection=name_of(connection))
                left_alone.add(connection.pk)
                report = Report(connection.pk, name_of(connection), ok=False, words=_our_fault(error))
            if report is None:
                left_alone.add(connection.pk)
                report = Report(connection.pk, name_of(connection), words="Another worker is checking it just now")
            progress(report)
            if connection.pk in reports:
                reports[connection.pk].add(report)
            else:
                reports[connection.pk] = report

        try:
            for role in (Connection.Role.MARKETPLACE, Connection.Role.SHOP):
                every = [c for c in await db(lease.all_connections, only) if c.role == role]
                held = {c.pk: held_back(c, utc_now()) for c in every}
                reports |= {pk: report for pk, report in held.items() if report}
                await asyncio.gather(*(run(c, observe_now=True) for c in every if not held[c.pk]))
            while utc_now() < ends:
                due, wait = await db(_due_work, only, utc_now())
                due = [connection for connection in due if connection.pk not in left_alone]
                if due:
                    await asyncio.gather(*(run(connection, observe_now=False) for connection in due))
                elif until_idle and wait is not None and wait <= rhythm.SOON.total_seconds():
                    await asyncio.sleep(max(0.02, wait))
                else:
                    break
        finally:
            await platforms.close()
            await db.close()
    return list(reports.values())


@cache
def _keep_what_is_loaded() -> None:
    """Django and the connectors stay as long as the process. Looking through them for garbage, again and again while
    returns pass by, took a tenth of the time. Once: what is kept like this is never looked at again."""
    gc.freeze()


def _our_fault(error: Exception) -> str:
    """What went wrong in the hub itself, for the person at the command line."""
    if isinstance(error, DatabaseError):
        first_line = (str(error).splitlines() or [""])[0]
        return f"The hub's own database failed: {first_line}. What was under way is looked up when it works again."
    return f"The hub itself failed ({type(error).__name__}); the log has the details."


def held_back(connection: Connection, now: datetime) -> Report | None:
    """The report of a connection that must not be checked now, even when a person asks for a pass."""
    states = Connection.State
    waits = connection.state == states.RECONNECT and connection.next_at is not None and connection.next_at > now
    if connection.state in {states.PAUSED, states.STOPPED} or waits:
        words = connection.state_words or connection.get_state_display()
        return Report(connection.pk, name_of(connection), ok=connection.state == states.PAUSED, words=words)
    return None


def _due_work(only: Collection[int] | None, now: datetime) -> tuple[list[Connection], float | None]:
    """Connections with work that is due now, and the seconds until the next work is due."""
    due: list[Connection] = []
    waits: list[float] = []
    for connection in lease.all_connections(only):
        work_at = doubts.next_work(connection)
        if work_at is None or held_back(connection, now):
            continue
        at = max(work_at, connection.next_at or work_at)
        if at <= now:
            due.append(connection)
        else:
            waits.append((at - now).total_seconds())
    return due, min(waits, default=None)


async def _pause(stop: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(stop.wait(), GLANCE)
    except TimeoutError:
        return
