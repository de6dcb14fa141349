"""A whole hub whose marketplace answers by callback alone: over HTTP to its own address, through its own pages. Judged
by the marketplace's journal, like everything here."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web
from django.test import Client
from django.urls import reverse

from retour.core.model import Resolution
from retour.store.hints import token_of
from retour.store.models import Connection, Posted
from retour.sync import rhythm
from retour.testing import Announced
from tests.connectors import test_conformance_fruugo as suites
from tests.every.hub import LUCK, Hub, a_clock_and_a_database, simulated
from tests.every.test_decisions import judged
from tests.every.world import World

FRUUGO = suites.TestFruugoV3
TOLD = (Resolution.ACCEPT, Resolution.KEEP)
ASKS, TELLS = FRUUGO.simulated.reads, FRUUGO.simulated.writes


class Patient(World):
    """A question is asked, and answered a minute later: nobody finds an answer that has waited for hours."""

    async def comes_to_rest(self, announced: Announced) -> dict[str, Any]:
        for _ in range(50):
            await again(self)
            shape = await self.shape(announced.ref)
            assert shape is not None
            under_way = {effect["state"] for effect in shape["effects"]} & {"wanted", "sending", "pending", "unknown"}
            if shape["stage"] == "attention" or not under_way:
                return shape
        raise AssertionError(f"no end after 50 minutes: {shape}")


@pytest.fixture
async def world(transactional_db: None) -> AsyncIterator[World]:
    async with a_clock_and_a_database() as (time, db), simulated(FRUUGO) as platform:
        hub = Hub(db, time)
        row = await hub.connect("marketplace", "fruugo", platform.settings())

        async def pages(request: web.Request) -> web.Response:
            body = await request.read()
            posted = await db(lambda: Client().post(request.path, body, content_type="application/json"))
            return web.Response(status=posted.status_code)

        app = web.Application(client_max_size=0)
        app.add_routes([web.post("/{anything:.*}", pages)])
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        address = reverse("hook", args=[row.pk, token_of(row.pk)])
        platform.simulator.set_webhook(f"http://127.0.0.1:{runner.addresses[0][1]}{address}")
        yield Patient(db, time, "fruugo", FRUUGO(), platform, row)
        await runner.cleanup()


async def again(world: World) -> None:
    """A minute later."""
    await world.platform.refresh()
    await world.passes(minutes=1)
    await world.sync()


async def trouble(world: World) -> str:
    return (await world.db(Connection.objects.get, pk=world.row.pk)).trouble


@pytest.mark.parametrize("luck", LUCK)
@pytest.mark.parametrize("decision", TOLD)
async def test_it_happens_once_or_a_person_is_asked(world: World, decision: Resolution, luck: str) -> None:
    announced = await world.platform.announce()
    await world.arrives(announced)
    await world.decides(announced, decision)
    fault: dict[str, Any] | None = LUCK[luck]
    if fault:
        details = dict(fault)
        world.platform.fault(details.pop("kind"), TELLS, **details)
    shape = await world.comes_to_rest(announced)
    if fault:
        assert world.platform.simulator.faults.rules[-1].times == 0, "the fault has not struck"
    await judged(world, announced, shape, decision)
    if luck in {"none", "429", "answer lost after the effect"}:
        assert [one["told"] for one in shape["lines"][0]["decisions"]] == ["confirmed"], shape


@pytest.mark.parametrize("copies", [0, 2])
async def test_a_callback_that_never_comes_or_comes_twice(world: World, copies: int) -> None:
    announced = await world.platform.announce()
    await world.arrives(announced)
    await world.decides(announced, Resolution.ACCEPT)
    plan = {"kind": "return", "copies": copies, "apart": 60}
    await world.platform.command("POST", "/_sandbox/callbacks/next", plan)
    shape = await world.comes_to_rest(announced)
    assert [one["told"] for one in shape["lines"][0]["decisions"]] == ["confirmed"], shape
    assert len(await world.effects(announced)) == 1


@pytest.mark.parametrize("minutes", [3, 4, 7])
async def test_answers_that_take_minutes_are_answers(
    world: World, minutes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sooner than the hub tries again what failed often, and later than what it shows is good for a refund: the hub
    must look in between."""
    monkeypatch.setattr(rhythm, "SCALE", 1)
    announced = await world.platform.announce()
    await world.arrives(announced)
    await world.platform.command("PATCH", "/_sandbox/switches", {"callback_seconds": 60 * minutes})
    await world.decides(announced, Resolution.ACCEPT)
    for _ in range(6 * (2 * minutes + 8)):
        await world.passes(seconds=10)
        await world.platform.refresh()
        await world.sync()
    shape = await world.shape(announced.ref)
    assert shape is not None
    assert [one["told"] for one in shape["lines"][0]["decisions"]] == ["confirmed"], shape
    assert len(await world.effects(announced)) == 1


async def test_what_fruugo_took_and_never_did_is_asked_of_a_person(world: World) -> None:
    announced = await world.platform.announce()
    await world.arrives(announced)
    await world.decides(announced, Resolution.ACCEPT)
    await world.platform.command("POST", "/_sandbox/callbacks/next", {"kind": "return", "copies": 0, "applied": False})
    shape = await world.comes_to_rest(announced)
    assert shape["stage"] == "attention", shape
    assert "may still come" in shape["effects"][-1]["error"]
    shape = await world.hears_more(announced)
    assert await world.effects(announced) == []


@pytest.mark.parametrize("after_the_call", [False, True], ids=["before its call", "after its call"])
async def test_a_worker_is_killed(world: World, after_the_call: bool) -> None:
    announced = await world.platform.announce()
    await world.arrives(announced)
    await world.decides(announced, Resolution.ACCEPT)
    await world.sync()  # asks how the order stands
    await again(world) if not after_the_call else await world.platform.refresh()
    if after_the_call:
        await world.passes(minutes=1)
        await world.leaves_and_dies(announced, after_the_call=True)
    shape = await world.comes_to_rest(announced)
    await judged(world, announced, shape, Resolution.ACCEPT)


async def test_a_callback_that_is_missing_is_said_and_asked_for_again(world: World) -> None:
    announced = await world.platform.announce()
    await world.platform.command("PATCH", "/_sandbox/switches", {"callback_copies": 0})
    await world.sync()
    for _ in range(17):
        await again(world)
    assert "No callback from Fruugo since" in await trouble(world)
    assert "retour hooks" in await trouble(world)

    await world.platform.command("PATCH", "/_sandbox/switches", {"callback_copies": 1})
    await world.passes(minutes=16)
    await world.sync()
    await world.arrives(announced)
    await again(world)
    assert await trouble(world) == ""


async def test_a_callback_makes_the_hub_look_at_once_and_leaves_nothing_behind(world: World) -> None:
    await world.sync()
    await world.passes(seconds=12)
    await world.platform.refresh()
    row = await world.db(Connection.objects.get, pk=world.row.pk)
    assert row.next_at is not None
    assert row.checked_at is not None
    assert row.next_at - row.checked_at < timedelta(seconds=15)
    await world.sync()
    assert await world.db(Posted.objects.count) == 0


async def test_nobody_else_can_speak_for_fruugo(world: World) -> None:
    """Without the address nothing is kept; with it, nothing is believed that answers no question of ours."""
    announced = await world.platform.announce()
    await world.arrives(announced)
    address = reverse("hook", args=[world.row.pk, token_of(world.row.pk)])
    order_id, product, sku, _ = announced.ref.split(":")
    line = {"fruugoProductId": product, "fruugoSkuId": sku, "totalNumberOfItems": 1, "returnAnnouncedItems": 0}
    order = {
        "orderId": order_id,
        "orderReleaseDate": "2026-03-02T09:15:30Z",
        "orderLines": [line | {"returnedItems": 1}],
    }
    forged = {"type": "get", "payload": {"orders": [order]}, "merchantId": "4099"}

    async def post(path: str, correlation: str) -> int:
        body = json.dumps(forged | {"correlationId": correlation})
        answer = await world.db(lambda: Client().post(path, body, content_type="application/json"))
        return int(answer.status_code)

    before = await world.db(Posted.objects.count)
    assert await post(address[:-1] + ("0" if address[-1] != "0" else "1"), "x") == 404
    assert await world.db(Posted.objects.count) == before
    assert await post(address, "00000000-0000-4000-8000-000000000000") == 200
    kept = await world.db(Posted.objects.latest, "pk")
    for _ in range(3):
        await again(world)
    shape = await world.shape(announced.ref)
    assert shape is not None
    assert shape["stage"] == "open"
    assert not await world.db(Posted.objects.filter(pk=kept.pk).exists)
