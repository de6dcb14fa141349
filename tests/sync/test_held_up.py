"""What cannot be asked for holds up nothing else, and nobody waits for it without knowing."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from retour.connectors import registry
from retour.sandbox.app import start
from retour.store import desk
from retour.store.models import Connection, Effect
from retour.store.sealed import seal
from retour.sync import rhythm
from tests.connectors.lightspeed.simulated import EMPTY, SimulatedLightspeed
from tests.sync.world import PUT, Announced, World


async def everything_is_due(world: World) -> None:
    now = datetime.now(UTC)
    await world.db(lambda: Effect.objects.filter(due_at__isnull=False).update(due_at=now))
    await world.db(lambda: Connection.objects.filter(state="active").update(next_at=now))


async def ages(world: World, announced: Announced, age: timedelta) -> None:
    """What was sent of a return was sent so long ago."""
    sent = Effect.objects.filter(of__ref=announced.ref, kind="settle")
    await world.db(lambda: sent.update(sent_at=datetime.now(UTC) - age))


@pytest.mark.parametrize("asked", ["/retailer/returns/{}", "/shared/process-status"])
async def test_one_lost_answer_that_bol_refuses_to_tell_of_holds_up_no_other(world: World, asked: str) -> None:
    stuck, fine = await world.in_shop(), await world.in_shop()
    world.bol_fails("drop_before")
    await world.accept(stuck)
    await world.sync(until_idle=False)
    assert await world.told(stuck) == [("accept", 1, "desk", "unknown")]
    world.bol_fails("answer", f"GET {asked.format(stuck.ref)}", times=None, status=400)
    await world.accept(fine)
    await everything_is_due(world)
    await world.sync()
    assert await world.told(fine) == [("accept", 1, "desk", "confirmed")]
    assert await world.stage(stuck) == ("attention", "ask_settle"), "and somebody is told of it"
    assert world.puts(stuck.line) == []


async def test_a_lost_create_that_the_shop_refuses_to_tell_of_holds_up_no_other(world: World) -> None:
    running = await start(EMPTY.create(0))
    shop = SimulatedLightspeed(running)
    await shop.prepare(limits=False)
    try:
        await world.db(shop_is_lightspeed, shop.settings())
        stuck = await world.announce()
        shop.fault("drop_before", shop.writes)
        await arrives(world, stuck, "ORD90001")
        assert await world.effects(stuck, "create") == ["unknown"]
        shop.fault("answer", shop.reads, times=2, status=400)
        fine = await world.announce()
        await arrives(world, fine, "ORD90002")
        assert await world.effects(fine, "create") == ["done"]
        assert await world.stage(stuck) == ("attention", "ask_create"), "and somebody is told of it"
        assert len(shop.simulator.shop.returns) == 1
    finally:
        await running.stop()


def shop_is_lightspeed(settings: dict[str, str]) -> None:
    secrets = {name: settings[name] for name in ("api_key", "api_secret")}
    public = {name: value for name, value in settings.items() if name not in secrets}
    row = Connection.objects.filter(slug="shop")
    row.update(connector="lightspeed", settings=public, secrets=seal(secrets), fingerprint="shop 2")


async def arrives(world: World, announced: Announced, shop_order: str) -> None:
    """It is seen; the merchant says which order of the shop it is, and it leaves for the shop."""
    await world.db(lambda: Connection.objects.filter(slug="shop").update(state="paused"))
    await world.sync(until_idle=False)
    shop = await world.connection("shop")
    [line] = (await world.look(announced))["lines"]
    await world.db(desk.link_order, shop.project_id, line["order_ref"], shop_order, "desk")
    await world.resume("shop")
    await everything_is_due(world)
    await world.sync(until_idle=False)


async def test_receipts_that_bol_refuses_to_tell_of_hold_up_nothing_else(world: World) -> None:
    world.bol_switches.process_seconds = 3600
    first, second = await world.in_shop(), await world.in_shop()
    await world.accept(first)
    await world.sync(until_idle=False)
    assert await world.told(first) == [("accept", 1, "desk", "pending")]
    world.bol_fails("answer", "POST /shared/process-status", times=None, status=400)
    await world.accept(second)
    await everything_is_due(world)
    await world.sync(until_idle=False)
    assert world.puts(second.line) == [("RETURN_RECEIVED", 1)]


async def test_a_lost_answer_whose_process_never_ends_is_asked_of_a_person_after_a_day(world: World) -> None:
    world.bol_switches.process_seconds = 10**7
    announced = await world.in_shop()
    world.bol_fails("drop_after")
    await world.accept(announced)
    await world.sync(until_idle=False)
    assert await world.told(announced) == [("accept", 1, "desk", "unknown")]
    for age, stage in ((timedelta(hours=5), "sending"), (rhythm.PENDING_AT_MOST, "attention")):
        await ages(world, announced, age + timedelta(minutes=1))
        await everything_is_due(world)
        await world.sync(until_idle=False)
        assert (await world.stage(announced))[0] == stage
    assert len(world.puts(announced.line)) == 1


async def test_what_may_still_arrive_is_neither_absent_nor_asked_about(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    bol = registry.marketplace("bol")
    late = replace(bol, capabilities=lambda given: replace(bol.capabilities(given), arrives_within=timedelta(hours=1)))
    monkeypatch.setattr(registry, "marketplace", lambda _: late)
    announced = await world.in_shop()
    world.bol_fails("drop_before")
    await world.accept(announced)
    for _ in range(2 * rhythm.LOOKS_THAT_PROVE_ABSENCE):
        await world.sync(until_idle=False)
        await everything_is_due(world)
        assert await world.stage(announced) == ("sending", "looking_up")
    assert world.puts(announced.line) == []
    await ages(world, announced, timedelta(hours=1))
    await world.sync()
    assert world.puts(announced.line) == [("RETURN_RECEIVED", 1)]
    assert await world.told(announced) == [("accept", 1, "desk", "confirmed")]


async def test_one_look_in_vain_proves_nothing(world: World) -> None:
    """The marketplace may show it a moment later."""
    announced = await world.in_shop()
    world.bol_fails("drop_before")
    await world.accept(announced)
    for _ in range(rhythm.LOOKS_THAT_PROVE_ABSENCE):
        await world.sync(until_idle=False)
        assert await world.told(announced) == [("accept", 1, "desk", "unknown")]
        assert world.bol.calls[PUT] == 1
        await everything_is_due(world)
    await world.sync()
    assert world.bol.calls[PUT] == 2
    assert await world.told(announced) == [("accept", 1, "desk", "confirmed")]
