"""The callbacks of v3: late, twice, out of order, garbled, never (contract section 4)."""

import asyncio
import json
from typing import Any, get_args

import aiohttp
import pytest

from retour.sandbox.app import start
from retour.sandbox.fruugo import FruugoSimulator, Planned
from retour.sandbox.fruugo.envelope import NOBODYS_ID
from retour.sandbox.fruugo.switches import CallbackFlaw
from tests.sandbox.fruugo.world import World, basic, running_world

FIRST, SECOND, THIRD = (f"{number}0000000-0000-4000-8000-00000000000a" for number in (1, 2, 3))


async def test_they_go_out_by_themselves(world: World) -> None:
    (line,) = await world.order()
    await world.return_v3(line)
    async with asyncio.timeout(10):
        await world.heard.wait()
    assert world.callbacks[0]["payload"]["orders"][0]["orderId"] == line.order_id


class TestPlans:
    """What is wanted of one request."""

    async def test_out_of_order_and_twice(self, world: World) -> None:
        first, second = await world.order(1, 1)
        await world.control("callbacks/next", {"copies": 2, "delay": 60})
        await world.return_v3(first, correlation=FIRST)
        await world.return_v3(second, correlation=SECOND)
        await world.pass_time(10)
        assert world.heard_of == [SECOND]
        assert await world.refunds() == [(first.ref, 1, "v3"), (second.ref, 1, "v3")]
        await world.pass_time(60)
        assert world.heard_of == [SECOND, FIRST, FIRST]
        late = world.callbacks[1]["payload"]["orders"][0]["orderLines"]
        assert [row["returnedItems"] for row in late] == [1, 0]  # as it was, not as it is
        assert len(await world.refunds()) == 2

    async def test_the_copies_may_be_far_apart(self, world: World) -> None:
        await world.control("callbacks/next", {"copies": 2, "apart": 3600})
        await world.query_v3(FIRST)
        await world.query_v3(SECOND)
        await world.pass_time(60)
        assert world.heard_of == [FIRST, SECOND]
        await world.pass_time(3600)
        assert world.heard_of == [FIRST, SECOND, FIRST]

    async def test_never(self, world: World) -> None:
        (line,) = await world.order(2)
        await world.control("callbacks/next", {"copies": 0})
        await world.return_v3(line)
        await world.control("callbacks/next", {"copies": 0, "applied": False})
        await world.return_v3(line)
        await world.control("callbacks/next", {"applied": False})
        await world.return_v3(line)
        (heard,) = await world.deliver(3600)
        assert heard["payload"]["orders"] == [{"error": "The request could not be processed."}]
        assert len(await world.refunds()) == 1

    async def test_a_plan_waits_for_its_kind(self, world: World) -> None:
        (line,) = await world.order()
        await world.control("callbacks/next", {"kind": "return", "copies": 0})
        await world.query_v3(FIRST)
        await world.return_v3(line, correlation=SECOND)
        await world.query_v3(THIRD)
        await world.pass_time(60)
        assert world.heard_of == [FIRST, THIRD]
        assert len(await world.refunds()) == 1

    async def test_a_return_may_take_effect_after_everybody_gave_it_up(self, world: World) -> None:
        (line,) = await world.order(2)
        await world.control("callbacks/next", {"kind": "return", "processing": 1200})
        await world.return_v3(line, correlation=FIRST)
        await world.wait(900)
        await world.query_v3(SECOND, orderId=line.order_id)
        (seen,) = await world.deliver()
        assert seen["payload"]["orders"][0]["orderLines"][0]["returnedItems"] == 0
        await world.return_v3(line, correlation=THIRD)
        await world.pass_time(300)
        assert world.heard_of == [SECOND, THIRD, FIRST]
        assert await world.refunds() == [(line.ref, 1, "v3")] * 2

    async def test_a_plan_is_of_so_many_requests(self, world: World) -> None:
        left = await world.control("callbacks/next", {"copies": 0, "times": 2})
        assert [plan["copies"] for plan in left] == [0, 0]
        for correlation in (FIRST, SECOND, THIRD):
            await world.query_v3(correlation)
        await world.pass_time(1)
        assert world.heard_of == [THIRD]

    @pytest.mark.parametrize(
        "plan",
        [{"copies": 11}, {"copies": -1}, {"delay": 1e9}, {"apart": -1}, {"kind": "refund"}, {"flaw": "x"}, {"late": 1}],
    )
    async def test_bad_plans(self, world: World, plan: dict[str, Any]) -> None:
        assert (await world.call("POST", "/_sandbox/callbacks/next", json=plan)).status == 400


class TestGarbled:
    """A callback that cannot be read, or is not what it seems."""

    @pytest.mark.parametrize("flaw", get_args(CallbackFlaw))
    async def test_each_flaw_spoils_one_callback_and_no_effect(self, world: World, flaw: str) -> None:
        (line,) = await world.order(2)
        await world.control("callbacks/next", {"flaw": flaw})
        await world.return_v3(line, correlation=FIRST)
        await world.return_v3(line, correlation=SECOND)
        await world.pass_time(1)
        spoiled, good = world.bodies
        assert is_whole(good, SECOND)
        assert not is_whole(spoiled, FIRST)
        assert len(await world.refunds()) == 2

    async def test_all_of_them(self, world: World) -> None:
        await world.switch(callback_flaw="other_correlation_id", callback_copies=2)
        await world.query_v3(FIRST)
        await world.pass_time(1)
        assert world.heard_of == [NOBODYS_ID] * 2
        await world.switch(callback_flaw=None)
        await world.query_v3(FIRST)
        await world.pass_time(1)
        assert world.heard_of[2:] == [FIRST] * 2

    async def test_what_is_assumed_of_the_envelope_can_be_otherwise(self, world: World) -> None:
        await world.switch(callback_types={"get": "ORDERS_READY"}, numeric_merchant_id=True, v3_payload="list")
        await world.query_v3(FIRST, orderId="1")
        (heard,) = await world.deliver()
        assert heard == {"type": "ORDERS_READY", "payload": [], "merchantId": 4099, "correlationId": FIRST}


class TestWebhook:
    """The address that is called, and how Fruugo signs in there."""

    @pytest.mark.parametrize(
        ("auth", "sent"),
        [
            ("webhook_login", basic(b"fruugo:hush")),
            ("api_login", basic("shop:geheim-é".encode("latin-1"))),
            ("none", None),
        ],
    )
    async def test_how_it_signs_in(self, world: World, auth: str, sent: str | None) -> None:
        await world.control("credentials", {"username": "shop", "password": "geheim-é"}, "PUT")
        world.authorization = basic("shop:geheim-é".encode("latin-1"))
        await world.switch(callback_auth=auth)
        await world.query_v3()
        await world.pass_time(1)
        (headers,) = world.callback_headers
        assert headers.get("Authorization") == sent
        assert headers["Content-Type"] == "application/json"

    async def test_the_id_is_a_header_only_when_told_to(self, world: World) -> None:
        await world.query_v3(FIRST)
        await world.pass_time(1)
        await world.switch(callback_header=True)
        await world.query_v3(SECOND)
        await world.pass_time(1)
        assert [headers.get("X-Correlation-ID") for headers in world.callback_headers] == [None, SECOND]

    async def test_one_that_fails_is_called_again_only_when_told_to(self, world: World) -> None:
        world.webhook_status = 500
        await world.query_v3()
        await world.deliver()
        await world.deliver(3600)
        assert len(world.bodies) == 1
        await world.switch(callback_attempts=3)
        await world.query_v3()
        for _ in range(4):
            await world.deliver(61)
        assert await world.attempts() == [(1, 500), (1, 500), (2, 500), (3, 500)]

    async def test_a_redirect_is_not_followed(self, world: World) -> None:
        world.webhook_status = 307
        await world.query_v3()
        await world.pass_time(1)
        assert await world.attempts() == [(1, 307)]
        assert len(world.bodies) == 1

    async def test_one_that_never_answers_is_given_up(self, world: World) -> None:
        world.awake.clear()
        await world.switch(callback_patience=0.05)
        await world.query_v3(FIRST)
        await world.query_v3(SECOND)
        await world.pass_time(1)
        assert await world.attempts() == [(1, None), (1, None)]
        assert world.heard_of == [FIRST, SECOND]

    async def test_nobody_hears_when_nobody_listens(self, world: World) -> None:
        await world.control("webhook", {"url": "http://127.0.0.1:9/closed"}, "PUT")
        await world.query_v3()
        assert await world.deliver() == []
        log = await world.call("GET", "/_sandbox/callbacks")
        assert [row["status"] for row in log.body] == [None]
        assert "closed" not in log.text

    @pytest.mark.parametrize(
        "url",
        [
            "http://192.0.2.1/hook",
            "https://127.0.0.1/x",
            "http://example.org/",
            "http://fruugo:hush@127.0.0.1/hook",
            "http://127.0.0.1:99999/hook",
            "http://[::1/hook",
            "nowhere",
        ],
    )
    async def test_it_is_on_loopback(self, world: World, url: str) -> None:
        got = await world.call("PUT", "/_sandbox/webhook", json={"url": url})
        assert got.status == 400
        assert url not in got.text


class TestTheTask:
    """One task posts them, bounded, and it ends with the simulator."""

    async def test_chance_shuffles_them_the_same_way_each_time(self) -> None:
        sent = [f"{number}0000000-0000-4000-8000-00000000000a" for number in range(8)]
        runs = []
        for _ in range(2):
            async with running_world() as world:
                await world.switch(callback_jitter_seconds=6000)
                for correlation in sent:
                    await world.query_v3(correlation)
                await world.pass_time(7000)
                runs.append(world.heard_of)
        assert sorted(runs[0]) == sent != runs[0]
        assert runs[0] == runs[1]

    async def test_too_many_waiting_is_503_and_nothing_happens(self, world: World) -> None:
        (line,) = await world.order(3)
        await world.switch(most_waiting=2, callback_seconds=3600)
        assert [(await world.return_v3(line)).status for _ in range(3)] == [200, 200, 503]
        await world.pass_time(60)
        assert (await world.return_v3(line)).status == 503  # done, and not yet told
        await world.pass_time(3600)
        assert len(await world.refunds()) == 2
        assert (await world.return_v3(line)).status == 200

    async def test_it_ends_with_the_simulator(self, world: World) -> None:
        """Also while a webhook lets it wait."""
        before = asyncio.all_tasks()
        simulator = FruugoSimulator()
        running = await start(simulator)
        world.awake.clear()
        hook = simulator_of(world).callbacks.webhook
        assert hook is not None
        simulator.set_webhook(hook.url)
        simulator.callbacks.plan(Planned(kind="get", copies=2, processing=0, delay=0))
        async with (
            aiohttp.ClientSession() as session,
            session.post(
                f"{running.url}/v3/orders",
                params={"dateFrom": "2024-01-01T00:00:00Z"},
                headers={"Authorization": world.authorization},
            ) as answer,
        ):
            assert answer.status == 200
        async with asyncio.timeout(10):
            await world.heard.wait()
            await running.stop()
        assert len(world.bodies) == 1
        world.awake.set()
        assert [task for task in asyncio.all_tasks() - before if "_pump" in repr(task.get_coro())] == []


def simulator_of(world: World) -> FruugoSimulator:
    simulator = world.running.simulator
    assert isinstance(simulator, FruugoSimulator)
    return simulator


def is_whole(body: bytes, correlation_id: str) -> bool:
    """Whether this is the callback of that return, with its order, and nothing else."""
    try:
        read = json.loads(body)
        known = {"type": "return", "payload": read["payload"], "merchantId": "4099", "correlationId": correlation_id}
        return bool(read == known and read["payload"]["orders"][0]["orderLines"])
    except (ValueError, KeyError, TypeError):
        return False
