"""Making the return in the shop, with bad luck on the way: never twice by itself, and an honest question in doubt."""

import json
from datetime import UTC, datetime

import pytest
from aiohttp import web

from retour.store.models import Connection, Effect, Return
from retour.sync import observe
from tests.sync.world import HOOK, STATUS, World


async def test_a_new_return_reaches_the_shop_once_with_all_that_it_needs(world: World) -> None:
    announced = await world.announce(2)
    [item] = [i for i in world.bol.account().retailer.return_items.values() if i.rma_id == announced.line]
    order = {"increment_id": "000000012", "ext_order_id": item.order.order_id}
    await world.at_shop("POST", "orders", order)
    await world.sync()
    await world.sync()
    [row] = world.rows_of(announced.line)
    document = row.item_fields()
    assert document["quantity"] == 2
    assert document["order_id"] == "000000012"
    assert document["gtin"] == item.order_item.ean
    assert document["sku"] == item.order_item.sku
    assert row.status == "new"
    assert row.channel_return_id == announced.ref
    assert row.address_fields()["city"]
    assert row.address_fields()["billing"]["city"]
    assert await world.stage(announced) == ("open", "waits_for_merchant")


@pytest.mark.parametrize(("kind", "arrived"), [("drop_before", False), ("drop_after", True)])
@pytest.mark.parametrize("retried", [False, True])
async def test_a_lost_answer_becomes_a_question_that_a_person_answers(
    world: World, kind: str, arrived: bool, retried: bool
) -> None:
    announced = await world.announce()
    world.shop_fails(kind)  # type: ignore[arg-type]
    await world.sync()
    await world.sync()
    assert await world.stage(announced) == ("attention", "ask_create")
    assert world.shop.calls[HOOK] == 1
    rows = len(world.rows_of(announced.line))
    assert rows == (1 if arrived else 0)

    if retried:
        await world.retry(announced)
        await world.sync()
        assert len(world.rows_of(announced.line)) == rows + 1
    else:
        if not arrived:
            return
        await world.mark_done(announced, str(world.rows_of(announced.line)[0].entity_id))
        await world.sync()
        assert len(world.rows_of(announced.line)) == 1
    assert await world.stage(announced) == ("open", "waits_for_merchant")
    shown = (await world.look(announced))["lines"][0]["shop_return"]
    assert shown == str(world.rows_of(announced.line)[-1].entity_id)

    await world.at_shop("POST", f"returns/{shown}/decide", {"status": "accepted"})
    await world.sync()
    assert world.settled(announced.line) == [("refund", "RETURN_RECEIVED", 1)]


async def test_a_500_after_a_create_is_a_question_too(world: World) -> None:
    announced = await world.announce()
    world.shop_fails("answer", status=500, headers={"Content-Type": "text/html"}, body="<h1>Oops</h1>")
    await world.sync()
    assert await world.stage(announced) == ("attention", "ask_create")


async def test_maintenance_is_waited_for(world: World) -> None:
    announced = await world.announce()
    world.shop_switches.maintenance = True
    await world.sync(until_idle=False)
    assert await world.stage(announced) == ("new", "to_shop")
    assert await world.effects(announced) == ["wanted"]
    world.shop_switches.maintenance = False
    await world.db(_shop_is_due)
    await world.sync()
    assert len(world.rows_of(announced.line)) == 1
    assert await world.stage(announced) == ("open", "waits_for_merchant")


def _shop_is_due() -> None:
    """Time passes for the hub."""
    Effect.objects.filter(due_at__isnull=False).update(due_at=datetime.now(UTC))
    Connection.objects.update(next_at=None)


async def test_a_shop_that_redirects_stops_its_connection_and_nothing_is_made(world: World) -> None:
    announced = await world.announce()
    world.shop_switches.post_redirects = True
    reports = await world.sync()
    assert not reports["shop"].ok
    assert "redirected" in reports["shop"].words
    assert (await world.connection("shop")).state == "reconnect"
    assert (await world.connection("bol-nl")).state == "active"
    assert world.rows_of(announced.line) == []

    world.shop_switches.post_redirects = False
    await world.resume("shop")
    await world.db(_shop_is_due)
    await world.sync()
    assert len(world.rows_of(announced.line)) == 1


async def test_a_slow_first_call_is_waited_for(world: World) -> None:
    announced = await world.announce()
    world.shop_switches.first_call_seconds = 1
    await world.sync()
    assert len(world.rows_of(announced.line)) == 1
    assert await world.stage(announced) == ("open", "waits_for_merchant")


async def test_a_refusal_of_the_shop_is_shown_and_tried_again_on_request(world: World) -> None:
    announced = await world.announce()
    body = json.dumps({"validated": "false", "errors": "Warning: Undefined array key in /var/www/html/app/x.php"})
    world.shop_fails("answer", status=200, headers={"Content-Type": "application/json"}, body=body)
    await world.sync()
    shape = await world.look(announced)
    assert (shape["stage"], shape["why"]["key"]) == ("attention", "refused_create")
    assert "/var/www" not in shape["why"]["text"]
    assert world.shop.calls[HOOK] == 1
    await world.retry(announced)
    await world.sync()
    assert len(world.rows_of(announced.line)) == 1


async def test_what_the_shop_could_not_save_is_tried_again(world: World) -> None:
    announced = await world.announce()
    body = json.dumps({"validated": "false", "errors": "Could not save the return: SQLSTATE[40001]: deadlock"})
    world.shop_fails("answer", status=200, headers={"Content-Type": "application/json"}, body=body)
    await world.sync()
    assert len(world.rows_of(announced.line)) == 1


async def test_a_row_that_was_deleted_in_the_shop_is_no_decision(world: World) -> None:
    announced = await world.in_shop()
    [row] = world.rows_of(announced.line)
    await world.at_shop("DELETE", f"returns/{row.entity_id}")
    await world.sync()
    assert await world.stage(announced) == ("attention", "shop_gone")
    assert world.puts(announced.line) == []
    await world.accept(announced)
    await world.sync()
    assert world.settled(announced.line) == [("refund", "RETURN_RECEIVED", 1)]
    assert (await world.stage(announced))[0] == "closed"


async def test_a_status_that_nobody_knows_is_shown_to_a_person(world: World) -> None:
    announced = await world.in_shop()
    await world.shop_decides(announced.line, "teleported")
    await world.sync()
    shape = await world.look(announced)
    assert (shape["stage"], shape["why"]["key"]) == ("attention", "shop_unclear")
    assert "teleported" in shape["why"]["text"]
    assert world.puts(announced.line) == []
    await world.shop_decides(announced.line, "accepted")
    await world.sync()
    assert world.settled(announced.line) == [("refund", "RETURN_RECEIVED", 1)]


async def test_a_later_word_of_the_shop_is_shown_and_not_told(world: World) -> None:
    announced = await world.in_shop()
    await world.shop_decides(announced.line, "rejected")
    await world.sync()
    await world.shop_decides(announced.line, "accepted")
    calls = await world.calls_during(world.sync)
    assert calls[STATUS] == 0, "what is told is asked about once a night"
    await world.sync(deep=True)
    assert await world.stage(announced) == ("attention", "conflict_shop")
    assert world.puts(announced.line) == [("RETURN_DOES_NOT_MEET_CONDITIONS", 1)]
    await world.shop_decides(announced.line, "rejected")
    await world.sync(deep=True)
    assert await world.stage(announced) == ("closed", "done")


async def test_a_request_says_the_quantity_that_is_known_when_it_leaves(world: World) -> None:
    """The customer changes the quantity while the shop is down."""
    announced = await world.announce(2)
    world.shop_switches.maintenance = True
    await world.sync(until_idle=False)
    await world.at_bol("POST", f"returns/{announced.line}/quantity", {"quantity": 3})
    await world.sync(until_idle=False)
    world.shop_switches.maintenance = False
    await world.db(_shop_is_due)
    await world.sync()
    [row] = world.rows_of(announced.line)
    assert row.item_fields()["quantity"] == 3


async def test_one_request_that_the_shop_cannot_tell_about_hides_no_other(
    world: World, no_declared_limits: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when it is in the first of several batches."""
    monkeypatch.setattr(observe, "ASK_AT_ONCE", 2)
    every = [await world.in_shop() for _ in range(4)]
    for announced in every:
        await world.shop_decides(announced.line, "accepted")
    _stumble_over(world, world.rows_of(every[0].line)[0].entity_id)
    reports = await world.sync(until_idle=False)
    assert not reports["shop"].ok
    assert await world.told(every[0]) == []
    for announced in every[1:]:
        [(resolution, *_)] = await world.told(announced)
        assert resolution == "accept"


def _stumble_over(world: World, entity_id: int) -> None:
    """The shop fails whenever it is asked about this one request."""
    answer = world.shop.shop.returns.get

    def stumbling(key: int) -> object:
        if key == entity_id:
            raise web.HTTPInternalServerError
        return answer(key)

    world.shop.shop.returns.get = stumbling  # type: ignore[method-assign, assignment]


async def test_every_known_return_is_in_the_hub_once(world: World) -> None:
    announced = await world.in_shop()
    for _ in range(3):
        await world.sync(deep=True)
    assert await world.db(Return.objects.filter(ref=announced.ref).count) == 1
    assert len(world.rows_of(announced.line)) == 1
