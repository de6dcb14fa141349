"""A database that cannot be written: nothing half-done, nothing sent that is not noted, clear words."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from django.db import OperationalError, connection

from retour.store.models import Connection, Effect, Event, Line, Return
from retour.sync.database import Database
from tests.sync.world import PUT, World

FULL = "database or disk is full"


@dataclass
class Disk:
    """Takes so many statements that write, and no more."""

    room: int
    refused: int = 0

    def __call__(self, execute, sql, params, many, context):  # type: ignore[no-untyped-def]
        if sql.split(maxsplit=1)[0] in {"INSERT", "UPDATE", "DELETE"}:
            self.room -= 1
            if self.room < 0:
                self.refused += 1
                raise OperationalError(FULL)
        return execute(sql, params, many, context)


@contextmanager
def full_disk(monkeypatch: pytest.MonkeyPatch, after: int) -> Iterator[Disk]:
    """Every statement that writes fails, after so many of them; reading goes on."""
    disk = Disk(after)

    call = Database.__call__

    async def on_a_full_disk(self, function, *args, **kwargs):  # type: ignore[no-untyped-def]
        def run(*a, **k):  # type: ignore[no-untyped-def]
            with connection.execute_wrapper(disk):
                return function(*a, **k)

        return await call(self, run, *args, **kwargs)

    with monkeypatch.context() as patched:
        patched.setattr(Database, "__call__", on_a_full_disk)
        yield disk


@pytest.mark.parametrize("after", range(24))
async def test_a_disk_that_fills_up_at_any_moment_harms_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    announced = await world.in_shop(2)
    await world.shop_decides(announced.line, "accepted")
    with full_disk(monkeypatch, after) as disk:
        reports = await world.sync(until_idle=False)
    failed = [report for report in reports.values() if not report.ok]
    assert bool(failed) == bool(disk.refused)
    assert all(FULL in report.words for report in failed)
    sent, noted = world.bol.calls[PUT], await world.effects(announced, "settle")
    assert sent == 0 or noted in (["sending"], ["unknown"], ["pending"], ["done"])

    await world.db(_the_dead_are_found)
    await world.sync()
    await world.db(_the_dead_are_found)
    await world.sync()
    assert world.settled(announced.line) == [("refund", "RETURN_RECEIVED", 2)]
    assert world.bol.calls[PUT] == 1
    assert await world.stage(announced) == ("closed", "done")


def _the_dead_are_found() -> None:
    """Time passes: leases run out, and what waits is due."""
    now = datetime.now(UTC)
    Effect.objects.filter(due_at__isnull=False).update(due_at=now)
    Effect.objects.filter(lease_until__isnull=False).update(lease_until=now)
    Connection.objects.update(lease_until=None, lease_owner="", next_at=None)


async def test_a_timeline_is_never_without_its_change_nor_a_change_without_its_timeline(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    announced = await world.in_shop()
    before = await world.timeline(announced)
    shape = await world.look(announced)
    for after in range(20):
        with full_disk(monkeypatch, after):
            try:
                await world.accept(announced)
            except OperationalError:
                assert await world.timeline(announced) == before
                assert await world.look(announced) == shape
                continue
        break
    assert after
    assert (await world.timeline(announced))[len(before) :] == ["decided"]


async def test_a_real_sqlite_that_may_not_grow_says_so_and_heals(world: World, no_declared_limits: None) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("a limit on the size of the database's file is SQLite's own")
    call = Database.__call__

    async def small(self, function, *args, **kwargs):  # type: ignore[no-untyped-def]
        def run(*a, **k):  # type: ignore[no-untyped-def]
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA max_page_count = 1")  # SQLite takes the present size instead
            return function(*a, **k)

        return await call(self, run, *args, **kwargs)

    def without_room() -> None:
        with connection.cursor() as cursor:
            cursor.execute("VACUUM")  # what earlier tests have left free would be room enough

    await world.at_bol("POST", "bulk", {"count": 200})
    await world.db(without_room)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Database, "__call__", small)
        reports = await world.sync(until_idle=False)
    assert not reports["bol-nl"].ok
    assert FULL in reports["bol-nl"].words
    seen = await world.db(Event.objects.filter(kind="seen").count)
    assert seen == await world.db(Return.objects.count) < 200
    assert await world.db(Line.objects.values("of").distinct().count) == seen
    await world.db(_disk_is_larger)
    await world.sync()
    assert await world.db(Return.objects.count) == 200
    assert len(list(world.shop.shop.returns)) == await world.db(Line.objects.count)


def _disk_is_larger() -> None:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA max_page_count = 4294967294")
    _the_dead_are_found()
