"""OTTO's lists, orders and single units: contract otto 3."""

import json
from datetime import timedelta
from typing import Any

import pytest

from retour.connectors.contract import CameBack
from retour.connectors.errors import Refused, Transient
from retour.core.model import Handler, Reason, Resolution
from retour.sandbox.otto.samples import announce_many
from tests.connectors.asked import knows_nothing

from .world import LIST, Hub, World, now, part

R = Resolution


def ids(units: list[Any]) -> set[str]:
    return {unit.position_item_id for unit in units}


def refs(seen: list[Any]) -> list[str]:
    return [one.ref for one in seen]


async def test_a_unit_shows_as_its_status_says(world: World) -> None:
    announced, misdirected, accepted, rejected = world.announced(4, at=now() - timedelta(hours=5))
    world.simulator.misdirect(misdirected.position_item_id)
    world.simulator.accept_by_otto(accepted.position_item_id)
    await world.otto.settle(rejected.position_item_id, [part(rejected, R.REJECT, code="RETURN_PERIOD_EXCEEDED")])
    seen = {one.ref: one for one in await world.shown()}
    lines = {ref: one.lines[0] for ref, one in seen.items()}

    assert seen.keys() == ids([announced, misdirected, accepted, rejected])
    assert {(one.handler, one.complete, one.ref == one.lines[0].ref) for one in seen.values()} == {
        (Handler.MERCHANT, False, True)
    }
    first = seen[announced.position_item_id]
    assert abs(first.opened_at - (now() - timedelta(hours=5))) < timedelta(minutes=1)
    assert first.lines[0].order_ref == announced.order.sales_order_id
    assert first.lines[0].carrier == "HERMES"
    assert first.lines[0].tracking
    assert lines[announced.position_item_id].awaits
    assert lines[misdirected.position_item_id].awaits
    assert "warehouse of OTTO by mistake (HAM-2)" in (lines[misdirected.position_item_id].comment or "")
    [handling] = lines[accepted.position_item_id].handlings
    assert (handling.resolution, handling.raw, handling.revises) == (R.ACCEPT, "ACCEPTED/RETURN_RECEIVED", False)
    [handling] = lines[rejected.position_item_id].handlings
    assert (handling.resolution, handling.raw) == (R.REJECT, "REJECTED/RETURN_PERIOD_EXCEEDED")
    assert not any(lines[unit.position_item_id].awaits for unit in (accepted, rejected))


async def test_a_misdirected_parcel_can_still_be_accepted(world: World) -> None:
    [unit] = world.announced()
    world.simulator.misdirect(unit.position_item_id)
    await world.otto.settle(unit.position_item_id, [part(unit)])
    assert [kind for kind, *_ in world.effects(unit)] == ["refund"]


@pytest.mark.parametrize("absolute", [True, False])
async def test_every_page_is_read_once(world: World, absolute: bool) -> None:
    world.simulator.switches.absolute_links = absolute
    made = announce_many(world.simulator, 120, seed=2)
    assert set(refs(await world.shown())) == set(made)
    assert world.calls(LIST) == 3 + 3


async def test_an_empty_list_may_be_missing(world: World) -> None:
    world.simulator.switches.empty_is_404 = True
    assert await world.shown() == []
    [unit] = world.announced()
    assert refs(await world.shown()) == [unit.position_item_id]


async def test_a_check_ends_where_everything_is_known(world: World) -> None:
    hub = Hub()
    announce_many(world.simulator, 120, seed=2)
    await world.walk(now(), hub)
    read = world.calls(LIST)
    [unit] = world.announced()
    shown = await world.shown(now(), hub)

    assert unit.position_item_id in refs(shown)
    assert len(shown) == 100, "the page with the new unit, and the known one behind it"
    assert world.calls(LIST) == read + 2 + 3
    assert len(await world.shown(None)) == 121, "a deep sweep reads on"


async def test_a_check_without_news_writes_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    hub = Hub()
    for unit in world.announced(3)[:2]:
        await world.otto.settle(unit.position_item_id, [part(unit)])
    await world.walk(now(), hub)
    await world.walk(now(), hub)
    written: list[Any] = []
    monkeypatch.setattr(world.memory, "write", written.append)
    assert len(await world.shown(now(), hub)) == 3
    assert not written


async def test_a_unit_that_is_decided_long_after_is_seen_by_the_next_check(world: World) -> None:
    hub = Hub()
    made = announce_many(world.simulator, 120, seed=2)
    await world.walk(now(), hub)
    world.simulator.accept_by_otto(made[3])
    shown = {one.ref: one for one in await world.shown(now(), hub)}
    assert [entry.resolution for entry in shown[made[3]].lines[0].handlings] == [R.ACCEPT]


@pytest.mark.parametrize("checked_before", [True, False])
async def test_a_walk_that_broke_off_leaves_no_hole(world: World, checked_before: bool) -> None:
    hub = Hub()
    if checked_before:
        world.announced(at=now() - timedelta(days=1))
        await world.walk(now(), hub)
    made = ids(world.announced(120, at=now() + timedelta(seconds=2)))
    world.fault("answer", LIST, skip=1, times=3, status=500)
    with pytest.raises(Transient):
        await world.walk(now(), hub)
    assert len(hub.lines.keys() & made) == 50
    await world.walk(now(), hub)
    assert made <= hub.lines.keys(), "the known first page does not hide those behind it"


async def test_a_list_that_moves_while_it_is_read_hides_nothing(world: World) -> None:
    hub = Hub()
    made = announce_many(world.simulator, 120, seed=2)
    world.simulator.switches.announced_between_pages = 2
    pages = await world.walk(now(), hub)
    shown = [line.ref for page in pages for seen in page.seen for line in seen.lines]
    assert len(shown) == len(set(shown)), "a row that is pushed to the next page is shown once"
    world.simulator.switches.announced_between_pages = 0
    await world.walk(now(), hub)
    assert len(hub.lines) == 122
    assert set(made) < hub.lines.keys()


async def test_a_unit_that_otto_accepts_while_the_list_is_read_is_shown_as_accepted(world: World) -> None:
    hub = Hub()
    announce_many(world.simulator, 120, seed=2)
    world.simulator.switches.accepted_between_pages = 2
    await world.walk(now(), hub)
    await world.walk(now(), hub)
    accepted = {entry.ref for entry in world.simulator.journal.of("refund")}
    assert len(accepted) == 2
    assert {ref for ref, line in hub.lines.items() if not line.awaits} == accepted


async def test_only_so_much_of_what_has_ended_is_read(world: World) -> None:
    otto = world.connect(ended_pages=1)
    for ref in announce_many(world.simulator, 120, seed=2):
        world.simulator.accept_by_otto(ref)
    assert len([seen for page in await world.walk(now(), otto=otto) for seen in page.seen]) == 50
    assert len([seen for page in await world.walk(None, otto=otto) for seen in page.seen]) == 120


async def test_a_time_that_cannot_be_read_is_the_time_of_the_answer(world: World) -> None:
    [unit] = world.announced()
    world.simulator.garble(unit.position_item_id, "bad_time")
    [seen] = await world.shown()
    assert abs(seen.opened_at - now()) < timedelta(minutes=1)


async def test_a_status_that_is_not_known_is_no_end(world: World) -> None:
    [unit] = world.announced()
    world.simulator.garble(unit.position_item_id, "unknown_values")
    [seen] = await world.shown()
    assert (seen.lines[0].awaits, seen.lines[0].handlings) == (True, ())


@pytest.mark.parametrize("flaw", ["no_order_id", "bare"])
async def test_an_order_that_is_left_out_is_known_from_before(world: World, flaw: Any) -> None:
    [unit] = world.announced()
    await world.walk()
    world.simulator.garble(unit.position_item_id, flaw)
    [seen] = await world.shown()
    assert seen.lines[0].order_ref == unit.order.sales_order_id


# --- one unit ---


async def test_a_look_tells_product_price_and_customer(world: World) -> None:
    [unit] = world.announced()
    seen = await world.otto.look(unit.position_item_id)
    assert seen is not None
    [line] = seen.lines
    assert seen.complete
    assert (line.sku, line.gtin, line.title) == ("LAMP-CLAMP", "0000000000017", "Klemmleuchte, schwarz")
    assert line.unit_price is not None
    assert (str(line.unit_price.amount), line.unit_price.currency) == ("32.49", "EUR")
    assert seen.customer is not None
    assert (seen.customer.city, seen.customer.country, seen.customer.gender) == ("Leipzig", "DE", "female")


async def test_a_look_reads_only_what_changed_since(world: World) -> None:
    announce_many(world.simulator, 300, seed=4, days=20)
    await world.walk()
    unit = min(world.simulator.partner.orders.values(), key=lambda order: order.ordered_at).units[0]
    read = world.calls(LIST)
    assert (await world.line(unit)).awaits
    assert world.calls(LIST) <= read + 2
    world.simulator.accept_by_otto(unit.position_item_id)
    assert not (await world.line(unit)).awaits


async def test_without_a_note_the_whole_list_is_searched(world: World) -> None:
    made = announce_many(world.simulator, 120, seed=4)
    seen = await world.otto.look(made[0])
    assert seen is not None
    assert world.calls(LIST) == 3
    assert await world.otto.look("nobody") is None


async def test_a_unit_whose_row_cannot_be_read_is_in_no_known_state(world: World) -> None:
    [unit] = world.announced()
    await world.walk()
    body = {"positionItems": [{"positionItemId": unit.position_item_id, "status": None}], "links": []}
    world.fault("answer", LIST, status=200, body=json.dumps(body))
    with pytest.raises(Transient):
        await world.otto.look(unit.position_item_id)


async def test_an_order_that_is_gone_leaves_what_the_list_tells(world: World) -> None:
    [unit] = world.announced()
    world.fault("answer", "GET /v4/orders/", status=404)
    seen = await world.otto.look(unit.position_item_id)
    assert seen is not None
    assert seen.complete
    assert (seen.lines[0].awaits, seen.lines[0].title, seen.customer) == (True, None, None)


async def test_a_note_alone_proves_no_unit(world: World) -> None:
    [unit] = world.announced()
    await world.walk()
    world.simulator.switches.withdrawn_stay_announced = False
    world.simulator.withdraw(unit.position_item_id)
    assert (await world.line(unit)).awaits, "its order shows it as sent"
    world.fault("answer", "GET /v4/orders/", status=404)
    assert await world.otto.look(unit.position_item_id) is None


# --- what the merchant reports himself ---


async def test_a_declared_unit_is_the_return_that_would_be_announced(world: World) -> None:
    first, second = world.buy(2)
    order = await world.otto.order(first.order.sales_order_id)
    assert order is not None
    declared = await world.otto.declare(
        order, [CameBack(first.position_item_id, 1, Reason.DEFECTIVE), CameBack(second.position_item_id, 1)]
    )
    assert refs(list(declared)) == [first.position_item_id, second.position_item_id]
    assert all(one.complete and one.lines[0].awaits for one in declared)
    assert declared[0].lines[0].reason is Reason.DEFECTIVE
    assert (await world.line(first)).awaits
    world.simulator.announce([first.position_item_id])
    assert refs(await world.shown()) == [first.position_item_id]

    await world.otto.settle(first.position_item_id, [part(first)])
    await world.otto.settle(second.position_item_id, [part(second)])
    for unit in (first, second):
        assert [entry.resolution for entry in (await world.line(unit)).handlings] == [R.ACCEPT]
        assert [kind for kind, *_ in world.effects(unit)] == ["refund"]


async def test_a_declared_unit_that_somebody_accepts_is_seen(world: World) -> None:
    [unit] = world.buy()
    order = await world.otto.order(unit.order.sales_order_id)
    assert order is not None
    await world.otto.declare(order, [CameBack(unit.position_item_id, 1)])
    world.simulator.accept_by_otto(unit.position_item_id)
    line = await world.line(unit)
    assert (line.awaits, [entry.resolution for entry in line.handlings]) == (False, [R.ACCEPT])


async def test_an_order_that_says_returned_proves_what_no_list_shows(world: World) -> None:
    [unit] = world.buy()
    order = await world.otto.order(unit.order.sales_order_id)
    assert order is not None
    await world.otto.declare(order, [CameBack(unit.position_item_id, 1)])
    world.simulator.accept_by_otto(unit.position_item_id)
    world.fault("answer", LIST, status=404)
    line = await world.line(unit)
    assert (line.awaits, [entry.resolution for entry in line.handlings]) == (False, [R.ACCEPT])


async def test_no_unit_is_declared_twice_or_after_its_refund(world: World) -> None:
    first, second = world.buy(2)
    [unsent] = world.buy(status="PROCESSABLE")
    order = await world.otto.order(first.order.sales_order_id)
    other = await world.otto.order(unsent.order.sales_order_id)
    assert order is not None
    assert other is not None
    world.simulator.accept_by_otto(second.position_item_id)
    wrong = [
        (order, [CameBack(first.position_item_id, 2)]),
        (order, [CameBack(first.position_item_id, 1), CameBack(first.position_item_id, 1)]),
        (order, [CameBack(first.position_item_id, 1), CameBack(second.position_item_id, 1)]),
        (order, [CameBack("nobody", 1)]),
        (other, [CameBack(unsent.position_item_id, 1)]),
    ]
    for asked, units in wrong:
        with pytest.raises(Refused):
            await world.otto.declare(asked, units)
    assert not await world.memory.begins("unit:")


async def test_an_order_tells_people_and_what_can_come_back(world: World) -> None:
    first, second = world.buy(2, order_number="b77")
    world.simulator.accept_by_otto(first.position_item_id)
    order = await world.otto.order(first.order.sales_order_id)
    assert order is not None
    assert order.numbers == ("b77",)
    assert [(line.ref, line.quantity, line.returnable) for line in order.lines] == [
        (first.position_item_id, 1, 0),
        (second.position_item_id, 1, 1),
    ]
    assert order.shipping is not None
    assert order.shipping.last_name == "Vogt"
    assert order.billing == order.shipping


async def test_doctor_says_when_the_interface_ends(world: World) -> None:
    world.announced()
    assert all(check.ok for check in await world.otto.check())
    world.simulator.switches.sunset = "Sat, 01 May 2027 00:00:00 GMT"
    [check] = [check for check in await world.otto.check() if not check.ok]
    assert "01 May 2027" in check.words


async def test_doctor_misses_the_permission_for_orders(world: World) -> None:
    world.announced()
    otto = world.connect(scopes="returns")
    assert [check.name for check in await otto.check() if not check.ok] == ["orders"]


async def test_notes_go_when_otto_has_refunded(world: World) -> None:
    waiting, accepted = world.announced(2)
    await world.walk(None, knows_nothing)
    world.simulator.accept_by_otto(accepted.position_item_id)
    await world.walk(None, knows_nothing)
    assert set(await world.memory.begins("unit:")) == {f"unit:{waiting.position_item_id}"}
