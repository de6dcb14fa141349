"""What came back and nobody had announced, over HTTP: contract fruugo 1 and 3."""

import pytest

from retour.connectors.contract import CameBack, ReceiptState
from retour.connectors.errors import OutcomeUnknown, Refused
from retour.core.model import Order, Reason, Resolution
from retour.sandbox.fruugo.samples import PRODUCTS

from .world import POST, World, ends

R = Resolution


async def order_of(world: World, line: str) -> Order:
    order = await world.fruugo.order(line.partition(":")[0])
    assert order is not None
    return order


async def returnable(world: World, line: str) -> int | None:
    key = line.partition(":")[2]
    return next(one.returnable for one in (await order_of(world, line)).lines if one.ref == key)


async def declare(world: World, line: str, units: int = 1, reason: Reason | None = None) -> str:
    """The ref of the return that it becomes."""
    back = CameBack(line.partition(":")[2], units, reason)
    [seen] = await world.fruugo.declare(await order_of(world, line), [back])
    assert seen.lines[0].awaits
    return seen.ref


async def test_declared_units_are_a_return_that_stays(world: World) -> None:
    line = world.sell(3)
    ref = await declare(world, line, 2)

    assert ref == f"{line}:1"
    assert await returnable(world, line) == 1
    world.connect()
    shown = await world.walk()
    assert [(seen.ref, seen.lines[0].quantity, seen.lines[0].awaits) for seen in shown.values()] == [(ref, 2, True)]
    assert world.posts() == []
    assert (await world.tell(ref, units=2)).state is ReceiptState.DONE
    assert ends((await world.line(ref)).handlings) == [(R.ACCEPT, 1), (R.ACCEPT, 1)]
    assert world.refunds() == [(line, 2, "v2")]


async def test_an_order_that_is_not_known_here_is_found(fresh: World) -> None:
    line = fresh.sell(1, days_ago=80)
    ref = await declare(fresh, line)
    await fresh.tell(ref)
    assert fresh.refunds() == [(line, 1, "v2")]


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        (Reason.DEFECTIVE, "damaged_item"),
        (Reason.WRONG_ITEM_SENT, "wrong_item"),
        (Reason.NOT_AS_DESCRIBED, "item_did_not_match_description"),
        (Reason.CHANGED_MIND, "unsatisfied_with_item"),
        (Reason.WRONG_SIZE_FIT, "unsatisfied_with_item"),
        (Reason.REFUSED, "other"),
    ],
)
async def test_its_reason_is_told(world: World, reason: Reason, code: str) -> None:
    line = world.sell(1)
    ref = await declare(world, line, reason=reason)
    assert (await world.line(ref)).reason is reason
    await world.tell(ref)
    [refund] = world.simulator.journal.of("refund")
    assert refund.detail["reason"] == code


async def test_no_more_than_can_come_back(world: World) -> None:
    line = world.sell(4)
    world.announce(line, 1)
    world.refund(line)  # the announced unit
    world.announce(line, 1)
    order = await order_of(world, line)
    key = line.partition(":")[2]
    assert await returnable(world, line) == 2

    for units in (0, 3):
        with pytest.raises(Refused):
            await world.fruugo.declare(order, [CameBack(key, units)])
    with pytest.raises(Refused):
        await world.fruugo.declare(order, [CameBack(key, 2), CameBack(key, 1)])
    with pytest.raises(Refused):
        await world.fruugo.declare(order, [CameBack("1:2", 1)])
    with pytest.raises(Refused):
        await world.fruugo.declare(Order("42"), [CameBack(key, 1)])
    assert await returnable(world, line) == 2, "none of it was kept"


async def test_units_of_several_lines_are_several_returns(world: World) -> None:
    lines = [line.ref for line in world.simulator.market.place_order(PRODUCTS[:3]).lines]
    order = await order_of(world, lines[0])
    seen = await world.fruugo.declare(order, [CameBack(line.partition(":")[2], 1) for line in lines[:2]])
    assert [one.ref for one in seen] == [f"{line}:1" for line in lines[:2]]
    await world.tell(seen[0].ref)
    assert world.refunds() == [(lines[0], 1, "v2")]


async def test_units_that_were_not_shipped_cannot_come_back(world: World) -> None:
    assert await returnable(world, world.sell(2, shipped=False)) == 0


async def test_units_with_an_exception_are_left_to_a_person(world: World) -> None:
    line = world.sell(3)
    world.simulator.market.except_units(line)
    assert await returnable(world, line) == 0


async def test_a_late_announcement_of_it_is_no_second_return(world: World) -> None:
    line = world.sell(2)
    ref = await declare(world, line)
    world.announce(line)
    assert list(await world.walk()) == [ref]
    await world.tell(ref)
    assert list(await world.walk()) == [ref]
    assert world.refunds() == [(line, 1, "v2")]


async def test_an_announced_return_beside_it_stays_open(world: World) -> None:
    """Fruugo returns announced units first; the money goes to the same customer for the same product."""
    line = world.sell(2)
    world.announce(line)
    await world.walk()
    declared = await declare(world, line)
    assert declared == f"{line}:2"
    world.fault("drop_after", POST)
    with pytest.raises(OutcomeUnknown):
        await world.tell(declared)
    shown = await world.walk()
    assert [seen.lines[0].awaits for seen in shown.values()] == [True, False]
    await world.tell(f"{line}:1")
    shown = await world.walk()
    assert [seen.lines[0].awaits for seen in shown.values()] == [False, False]
    assert [units for _, units, _ in world.refunds()] == [1, 1]


async def test_the_portal_may_refund_it(world: World) -> None:
    line = world.sell(2)
    ref = await declare(world, line)
    world.refund(line)
    with pytest.raises(Refused, match="already"):
        await world.tell(ref)
    assert world.posts() == []
    assert list(await world.walk()) == [ref]


async def test_the_same_under_the_hubs_key_is_the_same_return(world: World) -> None:
    """The hub was killed after this and before it had written down what came of it."""
    line = world.sell(3)
    order = await order_of(world, line)
    back = CameBack(line.partition(":")[2], 1, key="shop-report-1:105:204")
    [first] = await world.fruugo.declare(order, [back])
    world.connect()
    [again] = await world.fruugo.declare(await order_of(world, line), [back])
    assert again.ref == first.ref
    assert list(await world.walk()) == [first.ref]
    await world.tell(first.ref)
    [known] = await world.fruugo.declare(await order_of(world, line), [back])
    assert (known.ref, known.lines[0].awaits) == (first.ref, False)
    [other] = await world.fruugo.declare(order, [CameBack(back.order_line_ref, 1, key="shop-report-2:105:204")])
    assert other.ref == f"{line}:2"
