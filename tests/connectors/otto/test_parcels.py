"""Parcels on their way back: facts beside the list of returns, and units that it does not show."""

from datetime import timedelta
from typing import Any

import pytest

from retour.connectors.contract import Page
from retour.connectors.errors import ConnectorError, Transient
from retour.core.model import Resolution, Seen, SeenLine
from tests.connectors.asked import knows_nothing

from .world import Hub, World, part

LIST = "GET /v1/return-shipments"
ORDER = "GET /v4/orders"
SCOPES = "orders returns shipments"


@pytest.fixture
def world(world: World) -> World:
    world.otto = world.connect(parcels=True, scopes=SCOPES)
    return world


async def parcels(world: World, *, deep: bool = False) -> list[Page]:
    """What the list of parcels shows in one check."""
    since = None if deep else world.simulator.clock.now() - timedelta(days=3)
    return [page for page in await world.walk(since) if page.lane == "parcels"]


async def moved(world: World, **how: Any) -> dict[str, SeenLine]:
    return {seen.ref: seen.lines[0] for page in await parcels(world, **how) for seen in page.seen}


def wait(world: World, **time: float) -> None:
    world.simulator.clock.move(timedelta(**time).total_seconds())


async def test_off_by_default(world: World) -> None:
    world.otto = world.connect()
    [unit] = world.buy()
    world.simulator.send_back([unit.position_item_id])
    assert await world.shown() == []
    assert world.calls(LIST) == 0
    assert "parcels" not in {check.name for check in await world.otto.check()}


async def test_arrival_is_told_once_it_is_there(world: World) -> None:
    [unit] = world.announced()
    first = await moved(world)
    assert first[unit.position_item_id].tracking == unit.shipment.tracking_number
    assert (first[unit.position_item_id].carrier, first[unit.position_item_id].received_at) == ("HERMES", None)
    wait(world, hours=7)
    assert await moved(world) == {}, "nothing moved"
    world.simulator.move_parcel(unit.shipment.shipment_id, "DELIVERED")
    wait(world, hours=7)
    [line] = (await moved(world)).values()
    assert (line.received_at, line.awaits, line.handlings) == (
        unit.shipment.states[-1][1].replace(microsecond=unit.shipment.states[-1][1].microsecond // 1000 * 1000),
        True,
        (),
    )


async def test_a_hub_that_merges_both_lists_comes_to_rest(world: World) -> None:
    [unit] = world.announced()
    world.simulator.misdirect(unit.position_item_id)
    hub = Hub()
    await world.walk(None, hub)
    comment = hub.lines[unit.position_item_id].comment
    pages = await parcels(world, deep=True)
    [seen] = [seen for page in pages for seen in page.seen]
    assert comment
    assert seen.lines[0].comment is None, "which keeps what the other list told"


async def test_what_was_sent_back_unannounced_is_a_return(world: World) -> None:
    [unit, other] = world.buy(2)
    world.simulator.send_back([unit.position_item_id])
    [line] = (await moved(world)).values()
    assert (line.ref, line.order_ref, line.awaits) == (unit.position_item_id, unit.order.sales_order_id, True)
    looked = await world.line(unit)
    assert (looked.ref, looked.awaits, looked.title is not None) == (unit.position_item_id, True, True)
    await world.otto.settle(unit.position_item_id, [part(unit)])
    assert world.effects() == [("refund", unit.position_item_id, "api")]
    assert other.return_status is None


async def test_one_order_is_asked_once_for_all_its_units(world: World) -> None:
    bought = world.buy(3)
    world.simulator.send_back([unit.position_item_id for unit in bought])
    assert len(await moved(world)) == 3
    assert sum(world.calls(name) for name in world.simulator.calls if name.startswith(ORDER)) == 1


@pytest.mark.parametrize("resolution", [Resolution.ACCEPT, Resolution.REJECT])
async def test_what_is_decided_does_not_come_back(world: World, resolution: Resolution) -> None:
    world.otto = world.connect(parcels=True, scopes=SCOPES, reject_as="ITEM_DAMAGED")
    [unit] = world.announced()
    await world.walk()
    await world.otto.settle(unit.position_item_id, [part(unit, resolution)])
    world.simulator.move_parcel(unit.shipment.shipment_id, "DELIVERED")
    wait(world, hours=7)
    assert await moved(world) == {}
    wait(world, hours=20)
    assert await moved(world, deep=True) == {}


async def test_what_otto_refunded_before_anybody_saw_it_is_no_return(world: World) -> None:
    [unit] = world.buy()
    world.simulator.send_back([unit.position_item_id])
    world.simulator.accept_by_otto(unit.position_item_id)
    assert await moved(world) == {}


async def test_every_page_is_read_once(world: World) -> None:
    for _ in range(60):
        world.announced()
    assert len(await moved(world)) == 60
    assert world.calls(LIST) == 3


@pytest.mark.parametrize(("since", "hours"), [("created", 6.1), ("moved", 0.1)])
async def test_whatever_datefrom_means_nothing_is_missed(world: World, since: Any, hours: float) -> None:
    world.simulator.switches.shipments_since = since
    [unit] = world.announced()
    wait(world, days=2)
    await world.walk(world.simulator.clock.now())
    world.simulator.move_parcel(unit.shipment.shipment_id, "ON_THE_WAY")
    wait(world, hours=hours)
    assert list(await moved(world)) == [unit.position_item_id]


async def failing(world: World) -> tuple[list[Seen], ConnectorError | None]:
    """What was shown before a failure, and the failure."""
    shown: list[Seen] = []
    try:
        async for page in world.otto.returns(None, knows_nothing):
            shown += page.seen
    except ConnectorError as error:
        return shown, error
    return shown, None


async def test_without_permission_the_other_lists_go_on(world: World) -> None:
    world.otto = world.connect(parcels=True)
    [unit] = world.announced()
    said: list[str] = []
    for _ in range(3):
        pages = await world.walk()
        assert [seen.ref for page in pages for seen in page.seen] == [unit.position_item_id]
        said += [row.why for page in pages for row in page.unreadable]
        wait(world, minutes=10)
    assert [("add shipments" in words) for words in said] == [True]
    assert world.calls(LIST) == 1, "it rests"
    [check] = [check for check in await world.otto.check() if check.name == "parcels"]
    assert (check.ok, "scopes" in check.words) == (False, True)
    world.otto = world.connect(parcels=True, scopes=SCOPES)
    wait(world, hours=1)
    assert list(await moved(world)) == [unit.position_item_id]
    assert all(check.ok for check in await world.otto.check())


async def test_what_cannot_be_asked_now_is_asked_again(world: World) -> None:
    [unit] = world.buy()
    world.simulator.send_back([unit.position_item_id])
    [other] = world.announced()
    world.fault("answer", ORDER, status=500, times=3)
    shown, failure = await failing(world)
    assert {seen.ref for seen in shown} == {other.position_item_id}
    assert isinstance(failure, Transient)
    assert unit.position_item_id in await moved(world)


async def test_a_check_that_broke_off_misses_nothing(world: World) -> None:
    for _ in range(30):
        world.announced()
    first: list[str] = []
    async for page in world.otto.returns(None, knows_nothing):
        if page.lane == "parcels":
            first += [seen.ref for seen in page.seen]
            break  # killed before it was recorded
    assert len(first) == 25
    assert len(await moved(world)) == 30


async def test_a_row_that_cannot_be_read_hides_no_other(world: World) -> None:
    [bad, good] = world.announced(2)
    bad.shipment.units[0].order.sales_order_id = ""
    pages = await parcels(world)
    assert [seen.ref for page in pages for seen in page.seen] == [good.position_item_id]
    assert [row.ref for page in pages for row in page.unreadable] == [bad.shipment.shipment_id]


async def test_an_order_that_otto_refuses_is_said_once(world: World) -> None:
    [unit] = world.buy()
    world.simulator.send_back([unit.position_item_id])
    world.fault("answer", ORDER, status=400)
    [row] = [row for page in await parcels(world) for row in page.unreadable]
    assert row.ref == unit.position_item_id
    wait(world, hours=7)
    assert [page.unreadable for page in await parcels(world) if page.unreadable] == []


async def test_what_is_old_is_forgotten_and_all_when_it_is_turned_off(world: World) -> None:
    world.announced()
    await world.walk()
    assert len(await world.memory.begins("parcel:")) == 1
    wait(world, days=40)
    world.announced()
    await world.walk()
    assert len(await world.memory.begins("parcel:")) == 1
    world.otto = world.connect()
    await world.walk()
    assert not await world.memory.begins("parcel")
