"""A group's budget: kept before the call, corrected by the answers."""

import asyncio
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retour.connectors.errors import Unavailable
from retour.connectors.http import Door, RateHeaders
from retour.connectors.limits import Group, Groups, Limit, Quota

from .loopback import Heard, in_turn, says, serving, timeless, virtual_time

LONG = 1e9
RATE = RateHeaders("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset")


def limit(calls: int, seconds: float, group: str = "returns") -> Limit:
    return Limit(group, calls, timedelta(seconds=seconds))


def group(*limits: Limit) -> Group:
    return Group("Platform", limits)


def now() -> float:
    return asyncio.get_running_loop().time()


class TestWindow:
    @settings(max_examples=60, deadline=None)
    @given(
        calls=st.integers(1, 5),
        per=st.floats(0.5, 60),
        patience=st.floats(0, 120),
        arrivals=st.lists(st.floats(0, 30), max_size=40),
    )
    def test_no_stretch_of_time_sees_too_many(
        self, calls: int, per: float, patience: float, arrivals: list[float]
    ) -> None:
        departures: list[tuple[float, float]] = []
        refused: list[tuple[float, float]] = []

        @timeless
        async def run() -> None:
            subject = group(limit(calls, per))

            async def call(wait: float) -> None:
                await asyncio.sleep(wait)
                came = now()
                try:
                    await subject.admit(patience)
                except Unavailable as error:
                    refused.append((now() - came, error.retry_after.total_seconds()))
                else:
                    departures.append((came, now()))
                    subject.arrive()

            await asyncio.gather(*(call(wait) for wait in arrivals))

        run()
        assert len(departures) + len(refused) == len(arrivals)
        assert all(waited == 0 and pause > patience - 1e-3 for waited, pause in refused), "a refusal comes at once"
        left = sorted(departure for _, departure in departures)
        for first, beyond in zip(left, left[calls:], strict=False):
            assert beyond - first >= per - 1e-6
        assert all(departure - came <= patience + 1e-6 for came, departure in departures)
        assert [departure for _, departure in sorted(departures)] == left, "first come, first served"

    @timeless
    async def test_nobody_waits_without_need(self) -> None:
        subject = group(limit(3, 10))
        for _ in range(3):
            await subject.admit(0)
        assert now() == 0
        assert await subject.admit(LONG) == now() == 10

    @timeless
    async def test_several_limits_of_a_group_all_hold(self) -> None:
        subject = group(limit(2, 1), limit(3, 60))
        assert [await subject.admit(LONG) for _ in range(5)] == [0, 0, 1, 60, 60]

    @timeless
    async def test_a_call_that_gives_up_waiting_leaves_its_turn_to_others(self) -> None:
        subject = group(limit(1, 10))
        await subject.admit(0)
        waiting = asyncio.create_task(subject.admit(LONG))
        await asyncio.sleep(1)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        assert await subject.admit(LONG) == 10

    @timeless
    async def test_calls_that_wait_together_all_wait_on_when_the_pause_grows(self) -> None:
        subject = group()
        subject.strike(10, now())
        waiting = [asyncio.create_task(subject.admit(LONG)) for _ in range(3)]
        await asyncio.sleep(5)
        subject.strike(20, now())
        assert await asyncio.gather(*waiting) == [25, 25, 25]

    @timeless
    async def test_a_group_that_nobody_declared_is_free(self) -> None:
        subject = Groups("Platform", [limit(1, 60)])["orders"]
        for _ in range(1000):
            await subject.admit(0)
        assert now() == 0


class TestHeaders:
    @timeless
    async def test_nothing_left_pauses_until_the_reset(self) -> None:
        subject = group(limit(100, 1))
        await subject.admit(0)
        subject.arrive()
        subject.learn([100], [0], [42])
        assert await subject.admit(LONG) == 42
        subject.arrive()
        assert await subject.admit(0) == 42, "the budget is fresh after the reset"

    @timeless
    async def test_calls_on_their_way_are_counted(self) -> None:
        subject = group()
        for _ in range(4):
            await subject.admit(0)
        subject.arrive()
        subject.learn([20], [5], [60])  # three of the five are on their way already
        assert [await subject.admit(LONG) for _ in range(3)] == [0, 0, 60]

    @timeless
    async def test_the_limit_that_the_platform_tells_replaces_the_declared_one(self) -> None:
        subject = group(limit(5, 10))
        subject.learn([2], [], [])
        assert [await subject.admit(LONG) for _ in range(3)] == [0, 0, 10]
        subject.learn([7], [], [])
        assert [await subject.admit(LONG) for _ in range(7)] == [10] * 6 + [20]

    @timeless
    async def test_the_tightest_of_several_windows_counts(self) -> None:
        subject = group()
        await subject.admit(0)
        subject.arrive()
        subject.learn([1000, 12000, 288000], [263, 0, 23663], [120, 2000, 50000])
        assert await subject.admit(LONG) == 2000

    @timeless
    async def test_numbers_that_make_no_sense_change_nothing(self) -> None:
        subject = group(limit(2, 10))
        subject.learn([0], [], [5])
        subject.learn([], [0], [])
        assert [await subject.admit(LONG) for _ in range(3)] == [0, 0, 10]

    @timeless
    async def test_a_reset_of_nought_is_a_rounded_second(self) -> None:
        subject = group()
        subject.learn([2], [0], [0])
        assert await subject.admit(LONG) == 1


class TestPause:
    @timeless
    async def test_it_doubles_from_a_second_to_five_minutes_and_starts_anew_after_a_success(self) -> None:
        subject = group()
        pauses = []
        for _ in range(11):
            departed = await subject.admit(LONG)
            subject.arrive()
            pauses.append(subject.strike(None, departed))
        assert pauses == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]
        departed = await subject.admit(LONG)
        subject.arrive()
        subject.forgive()
        assert subject.strike(None, departed) == 1

    @timeless
    async def test_calls_that_left_together_count_once(self) -> None:
        subject = group()
        departures = [await subject.admit(0) for _ in range(8)]
        await asyncio.sleep(0.1)
        assert {subject.strike(None, departed) for departed in departures} == {1}

    @timeless
    async def test_it_holds_those_who_wait_already_and_never_longer_than_their_patience(self) -> None:
        subject = group(limit(1, 10))
        departed = await subject.admit(0)
        patient = asyncio.create_task(subject.admit(LONG))
        hasty = asyncio.create_task(subject.admit(25))
        await asyncio.sleep(5)
        subject.strike(100, departed)
        with pytest.raises(Unavailable) as caught:
            await hasty
        assert now() == 20
        assert caught.value.retry_after == timedelta(seconds=95)
        assert await patient == 105

    @timeless
    async def test_it_ends_after_a_day_at_the_latest(self) -> None:
        assert group().strike(float("inf"), 0) == 24 * 3600


class TestQuota:
    @timeless
    async def test_what_is_declared(self) -> None:
        groups = Groups("Platform", [limit(3, 10)])
        assert groups.quota() == {"returns": Quota(3, 3, 0)}
        await groups["returns"].admit(0)
        await asyncio.sleep(4)
        assert groups.quota() == {"returns": Quota(3, 2, 6)}

    @timeless
    async def test_what_the_platform_tells(self) -> None:
        groups = Groups("Platform", [limit(30, 10)])
        groups["returns"].learn([20], [7], [54])
        assert groups.quota() == {"returns": Quota(20, 7, 54)}
        await asyncio.sleep(60)
        assert groups.quota() == {"returns": Quota(20, 20, 0)}
        groups["returns"].strike(9, now())
        assert groups.quota() == {"returns": Quota(20, 0, 9)}
        assert Groups("Platform", ())["x"].quota() == Quota(None, None, 0)


class TestThroughTheDoor:
    @virtual_time
    async def test_a_platform_with_a_fixed_window_never_has_to_refuse(self) -> None:
        window: list[float] = []
        refused = 0

        def script(_: Heard) -> bytes:
            nonlocal refused
            window[:] = [at for at in window if at // 60 == now() // 60]
            window.append(now())
            refused += len(window) > 20
            left, reset = 20 - len(window), 60 - now() % 60
            return says(
                200 if len(window) <= 20 else 429,
                x_ratelimit_limit="20",
                x_ratelimit_remaining=str(max(left, 0)),
                x_ratelimit_reset=str(int(reset)),
            )

        async with (
            serving(script) as server,
            Door(
                name="Platform",
                allow_private=True,
                limits=[limit(20, 60)],
                rate_headers=RATE,
                patience=timedelta(hours=1),
            ) as door,
        ):
            await asyncio.gather(*(door.read("GET", server.url, group="returns") for _ in range(90)))
        assert (len(server.heard), refused) == (90, 0)

    async def test_a_call_that_would_wait_too_long_does_not_leave(self) -> None:
        async with (
            serving(says(200)) as server,
            Door(name="Platform", allow_private=True, limits=[limit(1, 60)]) as door,
        ):
            await door.write("PUT", server.url, group="returns")
            with pytest.raises(Unavailable) as caught:
                await door.write("PUT", server.url, group="returns")
        assert timedelta(seconds=50) < caught.value.retry_after <= timedelta(seconds=60)
        assert len(server.heard) == 1

    async def test_a_pause_of_one_group_is_none_for_another(self) -> None:
        async with (
            serving(in_turn(says(429, Retry_After="600"), says(200))) as server,
            Door(name="Platform", allow_private=True) as door,
        ):
            for _ in range(2):
                with pytest.raises(Unavailable):
                    await door.read("GET", server.url, group="returns")
            assert len(server.heard) == 1
            assert (await door.read("GET", server.url, group="orders")).status == 200
            assert door.quota["returns"].remaining == 0
            assert 590 < door.quota["returns"].resets_in <= 600
