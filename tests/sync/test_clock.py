"""A clock that jumps, here or there: nothing sent twice, nothing lost, leases heal."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from retour.store.models import Connection, Effect
from tests.sync.world import PUT, World


@contextmanager
def our_clock(world: World, shift: timedelta) -> Iterator[None]:
    """This machine's clock is off by so much; the platforms' clocks are right."""
    with time_machine.travel(datetime.now(UTC) + shift, tick=True):
        for simulator in (world.bol, world.shop):
            simulator.clock.move(-shift.total_seconds())
        try:
            yield
        finally:
            for simulator in (world.bol, world.shop):
                simulator.clock.move(shift.total_seconds())


HOURS = [timedelta(hours=5), timedelta(hours=-5), timedelta(days=3)]


@pytest.mark.parametrize("shift", HOURS)
async def test_a_clock_that_jumps_between_any_two_steps_changes_nothing(world: World, shift: timedelta) -> None:
    announced = await world.announce(2)
    with our_clock(world, shift):
        await world.sync()
    await world.sync()
    assert len(world.rows_of(announced.line)) == 1
    with our_clock(world, shift):
        await world.shop_decides(announced.line, "accepted")
        await world.sync()
    await world.sync()
    await world.sync()
    assert world.puts(announced.line) == [("RETURN_RECEIVED", 2)]
    assert await world.told(announced) == [("accept", 2, "shop", "confirmed")]


@pytest.mark.parametrize("shift", HOURS)
async def test_a_clock_that_is_put_right_after_a_lost_answer_sends_nothing_twice(
    world: World, shift: timedelta
) -> None:
    world.bol_switches.process_seconds = 3600
    announced = await world.in_shop()
    await world.accept(announced)
    with our_clock(world, min(shift, timedelta(hours=20))):
        world.bol_fails("drop_after")
        await world.sync(until_idle=False)
    for _ in range(6):
        await world.db(_due)
        await world.sync(until_idle=False)
    assert world.bol.calls[PUT] == 1
    world.bol.clock.move(3600)
    await world.db(_due)
    await world.sync()
    assert world.puts(announced.line) == [("RETURN_RECEIVED", 1)]
    assert world.settled(announced.line) == [("refund", "RETURN_RECEIVED", 1)]


def _due() -> None:
    """Time passes for the hub."""
    now = datetime.now(UTC)
    Effect.objects.filter(due_at__isnull=False).update(due_at=now)
    Connection.objects.filter(state="active").update(next_at=now)


async def test_what_was_planned_while_the_clock_was_ahead_does_not_wait_for_that_time(world: World) -> None:
    announced = await world.in_shop()
    with our_clock(world, timedelta(hours=6)):
        world.bol_fails("answer", times=1, status=429, headers={"Retry-After": "1"})
        await world.sync(until_idle=False)
        await world.accept(announced)
        await world.sync(until_idle=False)
    assert await world.effects(announced, "settle") == ["wanted"]
    await world.sync()
    assert world.puts(announced.line) == [("RETURN_RECEIVED", 1)]
    connection = await world.connection("bol-nl")
    assert connection.next_at is not None
    assert connection.next_at < datetime.now(UTC) + timedelta(minutes=6)


async def test_the_worker_checks_again_when_the_clock_was_put_back(world: World) -> None:
    from retour.store.lease import due_connections

    with our_clock(world, timedelta(hours=6)):
        await world.sync()
    due = await world.db(due_connections, datetime.now(UTC))
    assert {connection.slug for connection in due} >= {"bol-nl"}


async def test_what_was_seen_while_the_clock_was_ahead_does_not_outrank_what_is_seen_now(world: World) -> None:
    with our_clock(world, timedelta(hours=6)):
        announced = await world.in_shop(3)
    await world.at_bol("POST", f"returns/{announced.line}/quantity", {"quantity": 2})
    await world.sync()
    assert (await world.look(announced))["lines"][0]["quantity"] == 2
    await world.at_bol("POST", f"returns/{announced.line}/cancel")
    await world.sync()
    assert (await world.stage(announced))[0] == "closed"


async def test_leases_that_end_in_a_far_future_heal(world: World) -> None:
    announced = await world.in_shop()
    await world.accept(announced)
    until = datetime.now(UTC) + timedelta(days=400)
    await world.change("bol-nl", lease_owner="another-machine", lease_until=until)
    await world.sync()
    assert world.puts(announced.line) == [("RETURN_RECEIVED", 1)]
