"""Telling bol a decision, with bad luck on the way: exactly once, and said to be told only when it was."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import cast
from uuid import uuid4

import pytest

from retour.connectors import registry
from retour.connectors.marketplaces.bol import Bol
from retour.core.model import Resolution
from retour.store.desk import Choice
from retour.store.lease import due_connections
from retour.store.models import Connection, Effect
from retour.sync import local, rhythm
from tests.sync.world import HOOK, ORDER_SEARCH, PUT, STATUS, World, until

ACCEPT, REJECT, KEEP, CANCEL = Resolution.ACCEPT, Resolution.REJECT, Resolution.KEEP, Resolution.CANCEL


async def test_a_decision_of_the_shop_is_told_once_and_closes_the_return(world: World) -> None:
    announced = await world.in_shop(2)
    await world.shop_decides(announced.line, "accepted")
    await world.sync()
    await world.sync()
    assert world.puts(announced.line) == [("RETURN_RECEIVED", 2)]
    assert await world.told(announced) == [("accept", 2, "shop", "confirmed")]
    assert await world.stage(announced) == ("closed", "done")


@pytest.mark.parametrize(
    ("status", "kind", "word"),
    [
        ("accepted", "refund", "RETURN_RECEIVED"),
        ("keeps", "refund", "RETURN_RECEIVED"),
        ("rejected", "settled", "RETURN_DOES_NOT_MEET_CONDITIONS"),
        ("repaired", "settled", "REPAIR_PRODUCT"),
        ("exchanged", "settled", "EXCHANGE_PRODUCT"),
        ("cancelled", "settled", "CUSTOMER_KEEPS_PRODUCT_PAID"),
    ],
)
async def test_only_accept_and_keep_move_money(world: World, status: str, kind: str, word: str) -> None:
    announced = await world.in_shop(2)
    await world.shop_decides(announced.line, status)
    await world.sync()
    assert world.settled(announced.line) == [(kind, word, 2)]


async def test_a_connection_that_drops_before_the_effect_is_looked_up_and_told_again(world: World) -> None:
    announced = await world.in_shop()
    await world.shop_decides(announced.line, "accepted")
    world.bol_fails("drop_before")
    await world.sync(until_idle=False)
    assert await world.stage(announced) == ("sending", "looking_up")
    assert await world.told(announced) == [("accept", 1, "shop", "unknown")]
    await world.sync()
    assert world.puts(announced.line) == [("RETURN_RECEIVED", 1)]
    assert await world.told(announced) == [("accept", 1, "shop", "confirmed")]
    assert "absent" in await world.timeline(announced)


async def test_a_connection_that_drops_after_the_effect_is_proven_and_not_told_again(world: World) -> None:
    announced = await world.in_shop()
    await world.shop_decides(announced.line, "accepted")
    world.bol_fails("drop_after")
    await world.sync(until_idle=False)
    assert await world.told(announced) == [("accept", 1, "shop", "unknown")]
    await world.sync()
    assert world.puts(announced.line) == [("RETURN_RECEIVED", 1)]
    assert await world.told(announced) == [("accept", 1, "shop", "confirmed")]
    assert world.bol.calls[PUT] == 1


async def test_a_lost_answer_of_a_process_that_still_runs_is_found_and_followed(world: World) -> None:
    world.bol_switches.process_seconds = 3600
    announced = await world.in_shop()
    await world.shop_decides(announced.line, "accepted")
    world.bol_fails("drop_after")
    for _ in range(20):
        await world.db(_everything_is_due)
        await world.sync(until_idle=False)
    assert await world.told(announced) == [("accept", 1, "shop", "pending")]
    world.bol.clock.move(3600)
    await world.db(_everything_is_due)
    await world.sync()
    assert world.puts(announced.line) == [("RETURN_RECEIVED", 1)]
    assert await world.told(announced) == [("accept", 1, "shop", "confirmed")]


async def test_a_server_error_after_a_put_is_looked_up(world: World) -> None:
    announced = await world.in_shop()
    await world.shop_decides(announced.line, "accepted")
    world.bol_fails("answer", status=500, headers={"Content-Type": "text/html"}, body="<h1>Oops</h1>")
    await world.sync()
    assert world.puts(announced.line) == [("RETURN_RECEIVED", 1)]
    assert await world.told(announced) == [("accept", 1, "shop", "confirmed")]


async def test_the_process_of_the_part_before_is_no_proof_of_the_next_part(world: World) -> None:
    """Both parts are the same PUT. The second never arrives, and the first one's process is the newest that bol has."""
    announced = await world.in_shop(2)
    world.bol_fails("drop_before", skip=1)
    await world.decide(announced, Choice(announced.line, ACCEPT, 1), Choice(announced.line, ACCEPT, 1))
    await world.sync()
    assert world.settled(announced.line) == [("refund", "RETURN_RECEIVED", 1)] * 2
    assert await world.told(announced) == [("accept", 1, "desk", "confirmed")] * 2


async def test_nor_when_the_part_before_was_proven_without_its_receipt(world: World) -> None:
    announced = await world.in_shop(2)
    world.bol_fails("drop_after")
    world.bol_fails("drop_before", skip=1)
    await world.decide(announced, Choice(announced.line, ACCEPT, 1), Choice(announced.line, ACCEPT, 1))
    await world.sync()
    assert world.settled(announced.line) == [("refund", "RETURN_RECEIVED", 1)] * 2
    assert await world.told(announced) == [("accept", 1, "desk", "confirmed")] * 2
    assert "asks" not in await world.timeline(announced)


async def test_different_decisions_for_parts_are_puts_in_order_each_confirmed_before_the_next(world: World) -> None:
    announced = await world.in_shop(3)
    world.bol_switches.process_seconds = 0.05
    await world.decide(announced, Choice(announced.line, ACCEPT, 2), Choice(announced.line, REJECT, 1))
    await world.sync()
    told = [("RETURN_RECEIVED", 2), ("RETURN_DOES_NOT_MEET_CONDITIONS", 1)]
    assert world.puts(announced.line) == told
    entries = [e for e in world.bol.journal.entries if e.ref == announced.line]
    assert [e.kind for e in entries] == ["put", "refund", "put", "settled"]
    assert await world.stage(announced) == ("closed", "done")


@pytest.mark.parametrize("at_once", [True, False])
async def test_what_is_left_of_a_line_stays_open_however_bol_counts(world: World, at_once: bool) -> None:
    world.bol_switches.handled_after_first_put = at_once
    announced = await world.in_shop(3)
    await world.accept(announced, 1)
    await world.sync()
    await world.sync()
    [line] = (await world.look(announced))["lines"]
    assert line["left"] == 2
    assert await world.stage(announced) == ("open", "waits_for_merchant")
    await world.shop_decides(announced.line, "rejected")
    await world.sync()
    assert world.puts(announced.line) == [("RETURN_RECEIVED", 1), ("RETURN_DOES_NOT_MEET_CONDITIONS", 2)]
    assert (await world.stage(announced))[0] == "closed"


async def test_a_refusal_becomes_a_refund_after_all(world: World) -> None:
    announced = await world.in_shop()
    await world.shop_decides(announced.line, "rejected")
    await world.sync()
    await world.decide(announced, Choice(announced.line, ACCEPT, 1, revises=True))
    await world.sync()
    assert world.puts(announced.line) == [("RETURN_DOES_NOT_MEET_CONDITIONS", 1), ("STILL_APPROVED", 1)]
    assert world.settled(announced.line)[-1] == ("refund", "STILL_APPROVED", 1)
    assert (await world.told(announced))[-1] == ("accept", 1, "desk", "confirmed")
    assert (await world.stage(announced))[0] == "closed"


@pytest.mark.parametrize("applied", [True, False])
async def test_a_process_that_times_out_is_looked_up_at_the_return(world: World, applied: bool) -> None:
    announced = await world.in_shop()
    await world.shop_decides(announced.line, "accepted")
    await world.at_bol("POST", "processes/next", {"outcome": "TIMEOUT", "applied": applied})
    await world.sync()
    assert world.settled(announced.line) == [("refund", "RETURN_RECEIVED", 1)]
    assert len(world.puts(announced.line)) == (1 if applied else 2)
    assert await world.told(announced) == [("accept", 1, "shop", "confirmed")]


async def test_a_process_that_fails_is_never_repeated_by_itself(world: World) -> None:
    announced = await world.in_shop()
    await world.shop_decides(announced.line, "accepted")
    await world.at_bol("POST", "processes/next", {"outcome": "FAILURE", "message": "Handling is not possible now."})
    await world.sync()
    await world.sync()
    assert world.settled(announced.line) == []
    assert len(world.puts(announced.line)) == 1
    assert await world.told(announced) == [("accept", 1, "shop", "refused")]
    shape = await world.look(announced)
    assert shape["stage"] == "attention"
    assert shape["why"]["text"] == "The marketplace refused the decision: Handling is not possible now."

    await world.retry(announced)
    await world.sync()
    assert world.settled(announced.line) == [("refund", "RETURN_RECEIVED", 1)]
    assert await world.told(announced) == [("accept", 1, "shop", "confirmed")]


async def test_a_refused_decision_that_a_person_carried_out_there_is_done(world: World) -> None:
    announced = await world.in_shop()
    await world.shop_decides(announced.line, "accepted")
    await world.at_bol("POST", "processes/next", {"outcome": "FAILURE"})
    await world.sync()
    await world.at_bol("POST", f"returns/{announced.line}/dashboard", {"handling": "RETURN_RECEIVED"})
    await world.mark_done(announced)
    await world.sync()
    assert world.settled(announced.line) == [("refund", "RETURN_RECEIVED", 1)]
    assert (await world.stage(announced))[0] == "closed"


async def test_a_process_that_bol_has_lost_is_looked_up_at_the_return(world: World) -> None:
    announced = await world.in_shop()
    await world.shop_decides(announced.line, "accepted")
    await world.at_bol("POST", "processes/next", {"outcome": "LOST", "applied": True})
    await world.sync()
    assert world.puts(announced.line) == [("RETURN_RECEIVED", 1)]
    assert await world.told(announced) == [("accept", 1, "shop", "confirmed")]


async def test_after_48_hours_only_the_return_itself_can_tell(world: World) -> None:
    world.bol_switches.process_seconds = 60
    announced = await world.in_shop()
    await world.shop_decides(announced.line, "accepted")
    await world.sync(until_idle=False)
    assert await world.told(announced) == [("accept", 1, "shop", "pending")]
    world.bol.clock.move(60)
    world.bol.catch_up()
    world.bol.clock.move(49 * 3600)
    await world.db(_everything_is_due)
    await world.sync()
    assert world.puts(announced.line) == [("RETURN_RECEIVED", 1)]
    assert await world.told(announced) == [("accept", 1, "shop", "confirmed")]


class WithoutReceipts:
    """bol, where it cannot be asked for its processes."""

    def __init__(self, bol: Bol) -> None:
        self.returns, self.look, self.settle = bol.returns, bol.look, bol.settle
        self.order, self.find, self.check = bol.order, bol.find, bol.check


async def test_receipts_that_nobody_can_be_asked_for_any_more_are_looked_up_at_the_return(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a change of settings under which the connector cannot follow them."""
    world.bol_switches.process_seconds = 60
    announced = await world.in_shop()
    await world.shop_decides(announced.line, "accepted")
    await world.sync(until_idle=False)
    assert await world.told(announced) == [("accept", 1, "shop", "pending")]
    declared = registry.marketplace("bol")
    changed = replace(declared, open=lambda config, door: WithoutReceipts(cast("Bol", declared.open(config, door))))
    monkeypatch.setattr(registry, "marketplace", lambda key: changed)
    await world.change("bol-nl", fingerprint=uuid4().hex)
    world.bol.clock.move(60)
    await world.db(_everything_is_due)
    await world.sync()
    assert world.puts(announced.line) == [("RETURN_RECEIVED", 1)]
    assert await world.told(announced) == [("accept", 1, "shop", "confirmed")]


async def test_a_decision_on_the_desk_is_told_without_reading_the_lists_again(world: World) -> None:
    announced = await world.in_shop()
    await world.accept(announced)
    due = await world.db(due_connections, datetime.now(UTC))
    assert [connection.slug for connection in due] == ["bol-nl"]
    calls = await world.calls_during(lambda: _glance(world))
    assert calls["GET /retailer/returns"] == 0
    assert calls[PUT] == 1
    assert world.puts(announced.line) == [("RETURN_RECEIVED", 1)]


async def _glance(world: World) -> None:
    """What the running worker does when something is due."""
    stop = asyncio.Event()
    worker = asyncio.create_task(local.work(stop))
    await until(lambda: world.bol.journal.of("refund"))
    stop.set()
    await worker


async def test_a_return_costs_no_more_calls_than_the_contract_needs(world: World) -> None:
    announced = await world.announce()
    first = await world.calls_during(world.sync)
    assert first == {
        "POST /token": 1,
        "GET /retailer/returns": 4,
        "GET /retailer/returns/{return_id}": 1,
        "GET /retailer/orders/{order_id}": 1,
        ORDER_SEARCH: 1,
        HOOK: 1,
    }
    await world.shop_decides(announced.line, "accepted")
    second = await world.calls_during(world.sync)
    assert second[PUT] == 1
    assert second["POST /shared/process-status"] == 1
    assert second[STATUS] == 1
    assert second["GET /retailer/returns/{return_id}"] == 0
    third = await world.calls_during(world.sync)
    assert dict(third) == {"POST /token": 1, "GET /retailer/returns": 4}


async def test_one_return_that_cannot_be_looked_at_holds_up_no_other(world: World) -> None:
    stuck, fine = await world.in_shop(), await world.in_shop()
    world.bol_fails("drop_before")
    await world.accept(stuck)
    await world.sync(until_idle=False)
    world.bol_fails("answer", f"GET /retailer/returns/{stuck.ref}", times=None, status=500)
    await world.accept(fine)
    for _ in range(2):  # told, then confirmed
        await world.db(_everything_is_due)
        await world.sync(until_idle=False)
    assert await world.told(fine) == [("accept", 1, "desk", "confirmed")]
    assert await world.told(stuck) == [("accept", 1, "desk", "unknown")]
    world.bol.faults.clear()
    await world.db(_everything_is_due)
    await world.sync()
    assert await world.told(stuck) == [("accept", 1, "desk", "confirmed")]
    assert world.puts(stuck.line) == [("RETURN_RECEIVED", 1)]


def _everything_is_due() -> None:
    """Time passes for the hub."""
    now = datetime.now(UTC)
    Effect.objects.filter(due_at__isnull=False).update(due_at=now)
    Connection.objects.filter(state="active").update(next_at=now)


def test_absence_is_proven_by_more_than_one_look() -> None:
    assert rhythm.LOOKS_THAT_PROVE_ABSENCE >= 2
