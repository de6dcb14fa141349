"""A connection that must not, or cannot, do its work: wrong secrets, pauses, precautions."""

import asyncio
from datetime import UTC, datetime

import pytest

from retour.core.model import Resolution
from retour.store.desk import Choice
from retour.store.models import Effect
from retour.store.sealed import seal
from retour.sync import act
from tests.sync.process import finished, one_pass
from tests.sync.world import PUT, World, until

ACCEPT = Resolution.ACCEPT


async def test_a_wrong_secret_asks_to_reconnect_and_calls_for_one_token_in_five_minutes(world: World) -> None:
    await world.change("bol-nl", secrets=seal({"client_secret": "wrong"}), fingerprint="2")
    for _ in range(4):
        reports = await world.sync()
    assert not reports["bol-nl"].ok
    assert reports["bol-nl"].words == "bol does not accept the client id and secret."
    connection = await world.connection("bol-nl")
    assert (connection.state, connection.state_words) == ("reconnect", reports["bol-nl"].words)
    assert (await world.connection("shop")).state == "active"
    assert world.bol.calls["POST /token"] == 1

    for _ in range(2):
        await finished(await one_pass())
    assert world.bol.calls["POST /token"] == 1

    await world.change("bol-nl", secrets=seal({"client_secret": "sandbox-secret"}), fingerprint="3", next_at=None)
    await world.sync()
    assert (await world.connection("bol-nl")).state == "active"


async def test_a_secret_that_turns_wrong_keeps_what_is_to_be_sent(world: World) -> None:
    announced = await world.in_shop()
    await world.accept(announced)
    await world.change("bol-nl", secrets=seal({"client_secret": "wrong"}), fingerprint="2")
    await world.sync()
    assert await world.effects(announced, "settle") == ["wanted"]
    await world.change("bol-nl", secrets=seal({"client_secret": "sandbox-secret"}), fingerprint="3")
    await world.resume("bol-nl")
    await world.db(_due)
    await world.sync()
    assert world.puts(announced.line) == [("RETURN_RECEIVED", 1)]


def _due() -> None:
    Effect.objects.filter(due_at__isnull=False).update(due_at=datetime.now(UTC))


async def test_settings_that_no_longer_fit_are_said_in_a_sentence(world: World) -> None:
    """After an upgrade, perhaps. Nothing of the project can be planned; its company's other projects go on."""
    await world.change("shop", settings={"base_url": "no address"}, fingerprint="2")
    announced = await world.announce()
    reports = await world.sync()
    assert "base_url" in reports["shop"].words
    assert "The settings of this project's shop do not fit" in reports["bol-nl"].words
    assert (await world.connection("shop")).state == "reconnect"
    assert (await world.connection("bol-nl")).trouble == reports["bol-nl"].words
    await world.change("shop", settings={"base_url": world.shop_runs.url}, fingerprint="3")
    await world.resume("shop")
    await world.sync()
    assert len(world.rows_of(announced.line)) == 1


async def test_a_paused_connection_asks_and_sends_nothing(world: World) -> None:
    announced = await world.in_shop()
    await world.accept(announced)
    await world.change("bol-nl", state="paused")
    calls = await world.calls_during(world.sync)
    assert not [call for call in calls if "/retailer/" in call or "/shared/" in call or "token" in call]
    assert world.puts(announced.line) == []
    await world.resume("bol-nl")
    await world.sync()
    assert world.puts(announced.line) == [("RETURN_RECEIVED", 1)]


async def test_pausing_stops_a_check_that_is_under_way(
    world: World, no_declared_limits: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = [await world.in_shop() for _ in range(3)]
    for announced in every:
        await world.accept(announced)
    world.bol_fails("slow", times=None, seconds=0.3)
    monkeypatch.setattr(act, "_batch", lambda job: 1)
    syncing = asyncio.create_task(world.sync())
    await until(lambda: world.bol.calls[PUT])
    await world.change("bol-nl", state="paused")
    await syncing
    assert world.bol.calls[PUT] == 1
    assert (await world.connection("bol-nl")).lease_owner == ""
    assert (await world.connection("bol-nl")).state == "paused"


async def test_a_day_that_refunds_far_more_than_usual_stops_and_resuming_sends(world: World) -> None:
    await world.change("bol-nl", options={"refund_limit": 2})
    every = [await world.in_shop() for _ in range(3)]
    for announced in every:
        await world.accept(announced)
    reports = await world.sync()
    assert not reports["bol-nl"].ok
    assert "3 refunds are waiting" in reports["bol-nl"].words
    assert (await world.connection("bol-nl")).state == "stopped"
    assert world.bol.journal.of("refund") == []

    await world.sync()
    assert world.bol.journal.of("put") == []
    await world.resume("bol-nl")
    await world.sync()
    assert sorted(e.ref for e in world.bol.journal.of("refund")) == sorted(announced.line for announced in every)


async def test_what_refunds_nothing_is_no_matter_for_the_valve(world: World) -> None:
    await world.change("bol-nl", options={"refund_limit": 0})
    announced = await world.in_shop()
    await world.decide(announced, Choice(announced.line, Resolution.REJECT, 1))
    await world.sync()
    assert world.puts(announced.line) == [("RETURN_DOES_NOT_MEET_CONDITIONS", 1)]
    refunded = await world.in_shop()
    await world.accept(refunded)
    await world.sync()
    assert (await world.connection("bol-nl")).state == "stopped"
    assert world.puts(refunded.line) == []
