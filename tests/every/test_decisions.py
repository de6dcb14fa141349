"""Every decision that a marketplace can be told, through every kind of bad luck, judged by the marketplace's journal:
one effect or an honest question, never two."""

from typing import Any

import pytest

from retour.core.model import Resolution
from tests.every.hub import LUCK
from tests.every.world import MARKETPLACES, World, abilities

TOLD = [(key, decision) for key in MARKETPLACES for decision in Resolution if decision in abilities(key).tells]


@pytest.mark.parametrize("luck", LUCK)
@pytest.mark.parametrize(("key", "decision"), TOLD)
async def test_it_happens_once_or_a_person_is_asked(world: World, decision: Resolution, luck: str) -> None:
    world.platform.wants(decision)
    announced = await world.platform.announce()
    await world.arrives(announced)
    await world.decides(announced, decision)
    fault: dict[str, Any] | None = LUCK[luck]
    if fault:
        world.platform.fault(match=world.platform.writes, **fault)
    shape = await world.comes_to_rest(announced)
    if fault:
        assert world.platform.simulator.faults.rules[-1].times == 0, "the fault has not struck"
    await judged(world, announced, shape, decision)
    if luck in {"none", "429"}:
        assert [one["told"] for one in shape["lines"][0]["decisions"]] == ["confirmed"], shape


@pytest.mark.parametrize("after_the_call", [False, True], ids=["before its call", "after its call"])
@pytest.mark.parametrize(("key", "decision"), TOLD)
async def test_a_worker_is_killed(world: World, decision: Resolution, after_the_call: bool) -> None:
    world.platform.wants(decision)
    announced = await world.platform.announce()
    await world.arrives(announced)
    await world.decides(announced, decision)
    await world.leaves_and_dies(announced, after_the_call=after_the_call)
    shape = await world.comes_to_rest(announced)
    await judged(world, announced, shape, decision)


@pytest.mark.parametrize("after_the_call", [False, True], ids=["before its call", "after its call"])
@pytest.mark.parametrize("key", MARKETPLACES)
async def test_a_worker_is_killed_and_nobody_is_there_for_hours(world: World, after_the_call: bool) -> None:
    decision = next(iter(world.able.tells))
    world.platform.wants(decision)
    announced = await world.platform.announce()
    await world.arrives(announced)
    await world.decides(announced, decision)
    await world.leaves_and_dies(announced, after_the_call=after_the_call)
    await world.passes(hours=7)
    await world.platform.refresh()
    shape = await world.comes_to_rest(announced)
    await judged(world, announced, shape, decision)


@pytest.mark.parametrize("key", MARKETPLACES)
async def test_a_token_expires_between_the_return_and_its_decision(world: World) -> None:
    if world.platform.tokens is None:
        pytest.skip(f"{world.suite.manifest.name} has no tokens that expire")
    decision = next(iter(world.able.tells))
    world.platform.wants(decision)
    announced = await world.platform.announce()
    await world.arrives(announced)
    await world.decides(announced, decision)
    await world.passes(days=1)
    shape = await world.comes_to_rest(announced)
    await judged(world, announced, shape, decision)
    assert [one["told"] for one in shape["lines"][0]["decisions"]] == ["confirmed"], shape


@pytest.mark.parametrize("key", MARKETPLACES)
async def test_a_late_accept_after_the_marketplaces_own_refund_does_nothing(world: World) -> None:
    announced = await world.platform.announce()
    await world.arrives(announced)
    if not await world.platform.refund(announced):
        pytest.skip(f"{world.suite.manifest.name} never refunds by itself")
    before = await world.effects(announced)
    await world.decides(announced, Resolution.ACCEPT)
    await world.comes_to_rest(announced)
    shape = await world.hears_more(announced)
    assert await world.effects(announced) == before
    assert [one["told"] for one in shape["lines"][0]["decisions"] if one["source"] == "desk"] == ["confirmed"], shape


async def judged(world: World, announced: Any, shape: dict[str, Any], decision: Resolution) -> None:
    """What the hub says holds against what the marketplace did."""
    effects = await world.effects(announced)
    kind = "refund" if decision.refunds else "settled"
    assert sum(one["quantity"] for one in effects) <= announced.quantity, "never two"
    assert all(one["kind"] == kind for one in effects)
    [line] = shape["lines"]
    [told] = [one["told"] for one in line["decisions"] if one["source"] == "desk"]
    if told == "confirmed":
        assert sum(one["quantity"] for one in effects) == announced.quantity, "called told, and was not"
    else:
        assert shape["stage"] == "attention", f"{told}, and nobody is asked: {shape}"
