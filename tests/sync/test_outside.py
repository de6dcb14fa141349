"""What others do at bol: customers, the merchant in bol's own pages, bol's warehouse."""

from datetime import UTC, datetime, timedelta

import pytest

from retour.core.model import Resolution
from retour.store import desk
from retour.store.desk import Choice
from retour.store.models import Connection, Effect, Return
from tests.sync.world import World

ACCEPT, REJECT = Resolution.ACCEPT, Resolution.REJECT


async def test_bols_own_return_arrives_in_the_shop_as_accepted_and_is_never_told(world: World) -> None:
    announced = await world.announce(2, fulfilment_method="FBB")
    await world.sync()
    assert await world.stage(announced) == ("open", "marketplace_handles")
    assert world.rows_of(announced.line) == []
    await world.at_bol("POST", f"returns/{announced.line}/dashboard", {"handling": "RETURN_RECEIVED"})
    await world.sync()
    [row] = world.rows_of(announced.line)
    assert row.status == "accepted"
    shape = await world.look(announced)
    assert (shape["stage"], shape["why"]["key"], shape["handler"]) == ("closed", "marketplace_accepted", "marketplace")
    assert world.puts(announced.line) == []
    assert [e.kind for e in world.bol.journal.entries if e.kind == "put"] == []


async def test_handled_in_bols_pages_before_a_decision_closes_it(world: World) -> None:
    announced = await world.in_shop()
    await world.at_bol("POST", f"returns/{announced.line}/dashboard", {"handling": "RETURN_RECEIVED"})
    await world.sync()
    assert await world.stage(announced) == ("closed", "marketplace_closed")
    await world.shop_decides(announced.line, "rejected")
    await world.sync()
    assert world.puts(announced.line) == []


async def test_handled_there_otherwise_than_decided_here_is_a_conflict_and_nothing_is_sent(world: World) -> None:
    announced = await world.in_shop()
    world.bol_fails("answer", times=None, status=429, headers={"Retry-After": "1"})
    await world.shop_decides(announced.line, "rejected")
    await world.sync(until_idle=False)
    await world.at_bol("POST", f"returns/{announced.line}/dashboard", {"handling": "RETURN_RECEIVED"})
    world.bol.faults.clear()
    await world.db(_lists_first)
    await world.sync()
    shape = await world.look(announced)
    assert (shape["stage"], shape["why"]["key"]) == ("attention", "conflict")
    assert world.puts(announced.line) == []
    number = int(shape["id"].removeprefix("r-"))
    await world.db(desk.mark_done, number, datetime.now(UTC), "somebody")
    await world.sync()
    assert (await world.stage(announced))[0] == "closed"
    assert world.puts(announced.line) == []


async def test_handled_there_as_decided_here_is_done_without_a_call(world: World) -> None:
    announced = await world.in_shop()
    world.bol_fails("answer", times=None, status=429, headers={"Retry-After": "1"})
    await world.shop_decides(announced.line, "accepted")
    await world.sync(until_idle=False)
    await world.at_bol("POST", f"returns/{announced.line}/dashboard", {"handling": "RETURN_RECEIVED"})
    world.bol.faults.clear()
    await world.db(_lists_first)
    await world.sync()
    assert world.puts(announced.line) == []
    assert world.settled(announced.line) == [("refund", "RETURN_RECEIVED", 1)]
    assert (await world.told(announced))[0] == ("accept", 1, "shop", "confirmed")
    assert (await world.stage(announced))[0] == "closed"


def _lists_first() -> None:
    """The lists are read before what was refused is sent again."""
    soon = datetime.now(UTC) + timedelta(seconds=3)
    Effect.objects.filter(state="wanted").update(due_at=soon)
    Connection.objects.update(next_at=None, observe_at=None)


async def test_a_customer_who_cancels_ends_it(world: World) -> None:
    announced = await world.in_shop()
    await world.at_bol("POST", f"returns/{announced.line}/cancel")
    await world.sync()
    assert (await world.stage(announced))[0] == "closed"
    assert world.puts(announced.line) == []


async def test_a_return_that_expires_ends_it(world: World) -> None:
    announced = await world.in_shop()
    await world.at_bol("POST", f"returns/{announced.line}/expire")
    await world.sync()
    shape = await world.look(announced)
    assert shape["stage"] == "closed"
    assert "EXPIRED" in shape["why"]["text"]


async def test_cancelled_before_we_saw_it_never_reaches_the_shop(world: World) -> None:
    announced = await world.announce()
    await world.at_bol("POST", f"returns/{announced.line}/cancel")
    await world.sync()
    assert world.rows_of(announced.line) == []


async def test_part_handled_there_is_never_refunded_again(world: World) -> None:
    """The shop's word is for the whole line; how much of it still counts is asked of a person."""
    world.bol_switches.handled_after_first_put = False
    announced = await world.in_shop(3)
    await world.at_bol("POST", f"returns/{announced.line}/dashboard", {"handling": "RETURN_RECEIVED", "quantity": 1})
    await world.sync()
    assert (await world.look(announced))["lines"][0]["left"] == 2
    await world.shop_decides(announced.line, "accepted")
    await world.sync()
    assert await world.stage(announced) == ("attention", "conflict")
    assert world.puts(announced.line) == []
    await world.decide(announced, Choice(announced.line, ACCEPT, 2))
    await world.sync()
    assert world.settled(announced.line) == [("refund", "RETURN_RECEIVED", 1), ("refund", "RETURN_RECEIVED", 2)]
    assert (await world.stage(announced))[0] == "closed"


async def test_a_foreign_handling_while_an_answer_is_lost_asks_a_person(world: World) -> None:
    """The PUT never arrived, and somebody handled a unit in bol's pages: nobody but a person can tell whose it was."""
    world.bol_switches.handled_after_first_put = False
    announced = await world.in_shop(3)
    world.bol_fails("drop_before")
    await world.decide(announced, Choice(announced.line, REJECT, 2))
    await world.sync(until_idle=False)
    await world.at_bol("POST", f"returns/{announced.line}/dashboard", {"handling": "RETURN_RECEIVED", "quantity": 1})
    await world.sync()
    assert await world.stage(announced) == ("attention", "ask_settle")
    assert world.puts(announced.line) == []
    await world.retry(announced)
    await world.sync()
    assert world.puts(announced.line) == [("RETURN_DOES_NOT_MEET_CONDITIONS", 2)]


@pytest.mark.parametrize("repaired", [True, False])
async def test_an_order_that_bol_has_forgotten_does_not_hold_the_return(world: World, repaired: bool) -> None:
    announced = await world.announce()
    [item] = world.bol.account().retailer.return_items.values()
    if repaired:
        world.bol_fails("answer", f"GET /retailer/orders/{item.order.order_id}", times=3, status=500)
        await world.sync(until_idle=False)
        assert (await world.stage(announced))[0] == "new"
        await world.db(_look_now)
    else:
        await world.at_bol("DELETE", f"orders/{item.order.order_id}")
    await world.sync()
    assert len(world.rows_of(announced.line)) == 1


def _look_now() -> None:
    Return.objects.filter(look_at__isnull=False).update(look_at=datetime.now(UTC))
