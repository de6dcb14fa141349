"""Every marketplace where the seller reports returns, through every kind of bad luck, judged by its journal: one
return and one effect or an honest question, never two."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from retour.connectors.contract import CameBack
from retour.core.capabilities import Starts
from retour.core.model import Resolution, Source
from retour.store.models import Return
from retour.sync import declaring
from retour.testing import Announced
from tests.every.hub import LUCK
from tests.every.test_decisions import judged
from tests.every.world import MARKETPLACES, MONEY, World, abilities

DECLARED = [key for key in MARKETPLACES if Starts.SELLER in abilities(key).starts]


async def reported(world: World) -> Announced:
    """A product that was sold comes back, and the seller says so."""
    sold = await world.platform.sell()
    order = await declaring.find_order(world.row, sold.order_ref or "")
    assert order is not None
    line = next(line.ref for line in order.lines if line.returnable and line.ref)
    [key] = await declaring.declare(
        world.row, uuid4().hex, order.ref, [CameBack(line, 1)], None, Source.DESK, datetime.now(UTC), "noor@example.org"
    )
    row = await world.db(Return.objects.prefetch_related("lines").get, pk=key)
    return Announced(row.ref, (await world.db(row.lines.get)).ref, 1, order.ref)


async def effects(world: World) -> list[dict[str, Any]]:
    """All that the marketplace has done: there is one product."""
    return await world.platform.journal(*MONEY)


@pytest.fixture
def world_of_one(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(world, "effects", lambda _: effects(world))
    return world


@pytest.mark.parametrize("luck", LUCK)
@pytest.mark.parametrize("key", DECLARED)
async def test_a_report_is_told_once_or_a_person_is_asked(world_of_one: World, luck: str) -> None:
    world, fault = world_of_one, LUCK[luck]
    back = await reported(world)
    await world.sync()
    await world.decides(back, Resolution.ACCEPT)
    if fault:
        details = dict(fault)
        world.platform.fault(details.pop("kind"), world.platform.writes, **details)
    shape = await world.comes_to_rest(back)
    if fault:
        assert world.platform.simulator.faults.rules[-1].times == 0, "the fault has not struck"
    await judged(world, back, shape, Resolution.ACCEPT)
    await is_one_return(world)
    if luck in {"none", "429"}:
        assert [one["told"] for one in shape["lines"][0]["decisions"]] == ["confirmed"], shape


@pytest.mark.parametrize("after_the_call", [False, True], ids=["before its call", "after its call"])
@pytest.mark.parametrize("key", DECLARED)
async def test_a_worker_is_killed_while_it_tells_a_report(world_of_one: World, after_the_call: bool) -> None:
    world = world_of_one
    back = await reported(world)
    await world.sync()
    await world.decides(back, Resolution.ACCEPT)
    await world.leaves_and_dies(back, after_the_call=after_the_call)
    shape = await world.comes_to_rest(back)
    await judged(world, back, shape, Resolution.ACCEPT)
    await is_one_return(world)


async def is_one_return(world: World) -> None:
    """What the marketplace has made of it is seen, and is no second return."""
    await world.passes(minutes=6)
    await world.sync()
    assert await world.db(Return.objects.count) == 1
