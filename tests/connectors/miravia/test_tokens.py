"""Tokens that rotate: each refresh token works once, and none may be lost. Contract miravia 3."""

import asyncio
import time
from collections.abc import Mapping
from typing import Any

import pytest

from retour.connectors.errors import ConnectorError, Unauthorized, Unavailable
from retour.connectors.marketplaces.miravia.tokens import NOTE
from retour.connectors.memory import Notebook
from retour.core.model import Resolution
from retour.sandbox.miravia import ACCESS_TOKEN, REFRESH_TOKEN

from .world import LIST, REFRESH, World, part

DAY = 24 * 3600


async def expire(world: World) -> None:
    await world.platform.command("POST", "/_sandbox/tokens/expire")


async def refreshes(world: World) -> int:
    return await world.platform.calls(REFRESH)


def with_token(world: World) -> list[str]:
    return [call.query["access_token"] for call in world.calls(LIST)]


class Watched(Notebook):
    """Notes what the platform had been asked when something was kept."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world = world
        self.broken = False
        self.kept: list[tuple[str, int]] = []

    async def write(self, notes: Mapping[str, Any]) -> None:
        if self.broken:
            raise OSError("the disk is full")
        await super().write(notes)
        self.kept += [(note["access"], len(self.world.calls(LIST))) for note in notes.values()]


async def test_the_tokens_of_the_settings_are_used_while_they_are_good(world: World) -> None:
    for _ in range(3):
        await world.walk()

    assert with_token(world) == [ACCESS_TOKEN] * 3
    assert await refreshes(world) == 0


async def test_parallel_calls_renew_once_and_the_successor_is_kept_before_it_is_used(world: World) -> None:
    memory = Watched(world)
    world.miravia = world.connect(memory)
    await expire(world)
    await asyncio.gather(*(world.walk() for _ in range(6)))

    assert await refreshes(world) == 1
    [(kept, after)] = memory.kept
    fresh = [token for token in with_token(world) if token != ACCESS_TOKEN]
    assert set(fresh) == {kept}
    assert with_token(world)[:after] == [ACCESS_TOKEN] * after
    assert (await memory.read(NOTE))[NOTE]["refresh"] != REFRESH_TOKEN


async def test_what_was_renewed_survives_a_restart(world: World) -> None:
    memory = Notebook()
    world.miravia = world.connect(memory)
    await expire(world)
    await world.walk()
    world.miravia = world.connect(memory)
    await expire(world)
    await world.walk()
    world.miravia = world.connect(memory)
    await world.walk()

    assert await refreshes(world) == 2
    assert len(set(with_token(world))) == 3


async def test_tokens_that_are_filled_in_anew_win(world: World) -> None:
    memory = Notebook()
    world.miravia = world.connect(memory)
    await expire(world)
    await world.walk()
    issued = await world.platform.command("POST", "/_sandbox/tokens")
    world.miravia = world.connect(memory, access_token=issued["access_token"], refresh_token=issued["refresh_token"])
    await world.walk()

    assert with_token(world)[-1] == issued["access_token"]
    assert await refreshes(world) == 1


async def test_a_memory_that_fails_costs_no_token(world: World) -> None:
    memory = Watched(world)
    memory.broken = True
    world.miravia = world.connect(memory)
    await expire(world)
    for _ in range(2):
        with pytest.raises(OSError, match="full"):
            await world.walk()
    assert with_token(world) == [ACCESS_TOKEN], "what is not kept is not used"
    memory.broken = False
    await world.walk()

    assert await refreshes(world) == 1
    assert len(memory.kept) == 1


async def test_two_processes_with_one_memory_renew_once(world: World) -> None:
    memory = Notebook()
    one, other = world.connect(memory), world.connect(memory)
    await one.look("1")
    await other.look("1")
    await expire(world)
    await one.look("1")
    await other.look("1")

    assert await refreshes(world) == 1


class Behind(Notebook):
    """A memory that another process writes to: the first two times that it is read, that has not happened yet."""

    def __init__(self, real: Notebook) -> None:
        super().__init__()
        self.real = real
        self.early = 2

    async def read(self, *names: str) -> Mapping[str, Any]:
        self.early -= 1
        return {} if self.early >= 0 else await self.real.read(*names)


async def test_of_two_processes_that_renew_at_once_the_later_takes_what_the_earlier_got(world: World) -> None:
    """The later one's refresh token is dead by then, which is no reason to stop."""
    memory = Notebook()
    await expire(world)
    await world.connect(memory).look("1")
    assert await world.connect(Behind(memory)).look("1") is None

    assert await refreshes(world) == 2
    assert with_token(world)[-1] == (await memory.read(NOTE))[NOTE]["access"]


async def test_a_dead_refresh_token_is_tried_once(world: World) -> None:
    await world.platform.command("POST", "/_sandbox/tokens/revoke")
    for _ in range(3):
        with pytest.raises(Unauthorized) as refused:
            await world.walk()
        assert refused.value.code == "IllegalRefreshToken"

    assert await refreshes(world) == 1
    [check] = await world.miravia.check()
    assert not check.ok
    assert "Authorise" in check.words


async def test_renewal_comes_early_and_by_the_lifetime_that_miravia_tells(world: World) -> None:
    await world.platform.switch(access_lifetime=90 * DAY, refresh_lifetime=365 * DAY)
    memory = Notebook()
    world.miravia = world.connect(memory)
    await expire(world)
    await world.walk()

    note = (await memory.read(NOTE))[NOTE]
    assert note["renew_at"] == pytest.approx(time.time() + 83 * DAY, abs=60)
    await memory.write({NOTE: {**note, "renew_at": time.time() - 1}})
    world.miravia = world.connect(memory)
    await world.walk()
    assert await refreshes(world) == 2


@pytest.mark.parametrize("fault", [{"kind": "drop_after"}, {"kind": "answer", "status": 500}])
async def test_while_the_old_token_is_good_a_renewal_that_fails_stops_nothing(world: World, fault: Any) -> None:
    """Lost on its way, its successor is lost too; whoever must authorise again has some days to do it."""
    memory = Notebook()
    world.miravia = world.connect(memory)
    await expire(world)
    await world.walk()
    note = (await memory.read(NOTE))[NOTE]
    await memory.write({NOTE: {**note, "renew_at": time.time() - 1}})
    world.miravia = world.connect(memory)
    world.platform.fault(match=REFRESH, times=None, **fault)
    await world.walk()

    assert with_token(world)[-1] == note["access"]


async def test_a_token_that_ends_on_the_way_to_a_refund_costs_no_second_one(world: World) -> None:
    announced = await world.platform.announce()
    await world.miravia.look(announced.ref)
    error = '{"type":"ISV","code":"AccessTokenExpired","message":"expired","request_id":"1"}'
    world.platform.fault("answer", r"POST /rest/v2/", status=200, body=error)
    await world.miravia.settle(announced.ref, [part(announced, Resolution.ACCEPT)])

    assert await refreshes(world) == 1
    assert await world.journal() == [("refund", announced.line_ref, 1)]


@pytest.mark.parametrize("spelled", ["camel", "snake", "lower"])
@pytest.mark.parametrize("code", ["IllegalAccessToken", "AccessTokenExpired"])
async def test_a_token_that_ended_is_told_in_several_ways(world: World, code: str, spelled: str) -> None:
    await world.platform.switch(stale_token_code=code, code_spelling=spelled)
    await expire(world)
    await world.walk()

    assert await refreshes(world) == 1


async def test_a_fresh_token_that_is_refused_too_stops_the_connection(world: World) -> None:
    error = '{"type":"ISV","code":"IllegalAccessToken","message":"The seller is frozen","request_id":"1"}'
    world.platform.fault("answer", LIST, status=200, body=error, times=None)
    with pytest.raises(Unauthorized):
        await world.walk()

    assert await refreshes(world) == 1


async def test_a_throttled_renewal_waits(world: World) -> None:
    await expire(world)
    error = '{"type":"ISP","code":"ApiCallLimit","message":"the ban will last 9 seconds","request_id":"1"}'
    world.platform.fault("answer", REFRESH, status=200, body=error, times=None)
    with pytest.raises(Unavailable):
        await world.walk()


async def test_a_renewal_that_is_refused_is_no_refusal_of_the_call(world: World) -> None:
    announced = await world.platform.announce()
    await expire(world)
    error = '{"type":"ISV","code":"MissingParameter","message":"x","request_id":"1"}'
    world.platform.fault("answer", REFRESH, status=200, body=error, times=None)
    with pytest.raises(Unauthorized):
        await world.miravia.settle(announced.ref, [part(announced, Resolution.ACCEPT)])


@pytest.mark.parametrize("body", ["{}", "[]", "<html>", '{"code":"0","access_token":"x"}', '{"code":"0"}'])
async def test_an_answer_without_tokens_burns_nothing(world: World, body: str) -> None:
    await expire(world)
    world.platform.fault("answer", REFRESH, status=200, body=body, times=3)
    with pytest.raises(ConnectorError):
        await world.walk()
    world.platform.simulator.faults.clear()
    await world.walk()


async def test_the_doctor_keeps_what_it_renews(world: World) -> None:
    memory = Notebook()
    await expire(world)
    checks = {check.name: check for check in await world.connect(memory).check()}

    assert all(check.ok for check in checks.values())
    assert list(checks) == ["returns", "authorisation", "decisions", "clock"]
    assert "It ends on 20" in checks["authorisation"].words
    assert (await memory.read(NOTE))[NOTE]["refresh"] != REFRESH_TOKEN
    world.miravia = world.connect(memory)
    await world.walk()
    assert await refreshes(world) == 1
