"""Several workers at once, and workers that die."""

import asyncio
import os
import signal

from django.conf import settings

from retour.sync.alive import Worker
from retour.sync.job import utc_now
from tests.sync.process import finished, one_pass
from tests.sync.world import HOOK, PUT, World, until


async def test_two_processes_at_once_do_everything_once(world: World) -> None:
    every = [await world.announce(1, 2) for _ in range(3)]
    world.shop_fails("slow", times=None, seconds=0.1)
    await asyncio.gather(*[finished(await one_pass()) for _ in range(2)])
    for announced in every:
        assert [len(world.rows_of(line)) for line in announced.lines] == [1, 1]
        for line in announced.lines:
            await world.shop_decides(line, "accepted")
    world.bol_fails("slow", times=None, seconds=0.1)
    await asyncio.gather(*[finished(await one_pass()) for _ in range(2)])
    await finished(await one_pass())
    for announced in every:
        for line, quantity in zip(announced.lines, (1, 2), strict=True):
            assert world.settled(line) == [("refund", "RETURN_RECEIVED", quantity)]
        assert await world.stage(announced) == ("closed", "done")
    assert world.shop.calls[HOOK] == 6
    assert world.bol.calls[PUT] == 6


async def test_what_a_dead_process_held_is_taken_over_at_once(world: World) -> None:
    """It is killed while its PUT is under way."""
    announced = await world.in_shop()
    await world.accept(announced)
    world.bol_fails("slow", seconds=1)
    process = await one_pass()
    await until(lambda: world.bol.calls[PUT])
    os.kill(process.pid, signal.SIGKILL)
    await process.wait()
    connection = await world.connection("bol-nl")
    assert connection.lease_owner
    assert connection.lease_until is not None
    assert connection.lease_until > utc_now()
    assert await world.effects(announced, "settle") == ["sending"]
    await world.sync()
    assert world.puts(announced.line) == [("RETURN_RECEIVED", 1)]
    assert await world.told(announced) == [("accept", 1, "desk", "confirmed")]


async def test_what_a_dead_process_was_making_in_the_shop_is_asked(world: World) -> None:
    announced = await world.announce()
    world.shop_fails("slow", seconds=1)
    process = await one_pass()
    await until(lambda: world.shop.calls[HOOK])
    os.kill(process.pid, signal.SIGKILL)
    await process.wait()
    await world.sync()
    assert await world.stage(announced) == ("attention", "ask_create")
    assert world.shop.calls[HOOK] == 1


async def test_a_living_workers_check_is_left_alone(world: World) -> None:
    from retour.store import lease

    with Worker(settings.HOME) as other:
        assert await world.db(lease.take_cycle, await world.connection("bol-nl"), other.name, utc_now(), other.alive)
        reports = await world.sync()
        assert reports["bol-nl"].words == "Another worker is checking it just now"
        assert world.bol.calls["GET /retailer/returns"] == 0
    await world.sync()
    assert world.bol.calls["GET /retailer/returns"] == 4


async def test_a_worker_is_alive_until_it_ends(world: World) -> None:
    with Worker(settings.HOME) as one, Worker(settings.HOME) as other:
        assert one.alive(other.name)
        assert other.alive(one.name)
        assert one.alive("another-home-1-abc")
        gone = other.name
    with Worker(settings.HOME) as later:
        assert not later.alive(gone)


async def test_the_running_worker_ends_what_is_under_way_when_it_is_stopped(world: World) -> None:
    from retour.sync.local import work

    announced = await world.in_shop()
    await world.accept(announced)
    world.bol_fails("slow", seconds=0.5)
    stop = asyncio.Event()
    worker = asyncio.create_task(work(stop))
    await until(lambda: world.bol.calls[PUT])
    stop.set()
    await worker
    assert world.puts(announced.line) == [("RETURN_RECEIVED", 1)]
    assert await world.effects(announced, "settle") in (["pending"], ["done"])
    assert (await world.connection("bol-nl")).lease_owner == ""
