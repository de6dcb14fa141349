"""A whole hub that reads External Fulfillment Returns beside Amazon's reports: one return, one refund, or a person; and
refunds that wait for a report."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from retour.core.model import Resolution
from retour.store.models import Return
from retour.testing import Announced
from tests.every.world import World, open_world

from .simulated import NL, SimulatedAmazon, settings


@pytest.fixture
async def world(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    monkeypatch.setattr(SimulatedAmazon, "settings", lambda self: settings(self.url, external_returns=True, fba=False))
    async with open_world("amazon") as world:
        await world.sync()
        yield world


async def announced(world: World, **how: Any) -> Announced:
    body = {"items": [{"quantity": 1}], "external": True} | how
    made = await world.platform.command("POST", "/_sandbox/returns", body)
    ref = f"{NL}:{made['rma_id']}"
    return Announced(ref, f"{ref}:{made['lines'][0]['sku']}", 1, made["order_id"])


async def test_one_return_and_one_refund(world: World) -> None:
    back = await announced(world)
    shape = await world.arrives(back)
    await world.platform.command("POST", f"/_sandbox/returns/{back.ref.partition(':')[2]}/deliver", {})
    await world.decides(back, Resolution.ACCEPT)
    shape = await world.comes_to_rest(back)
    assert [one["told"] for one in shape["lines"][0]["decisions"]] == ["confirmed"]
    shape = await world.hears_more(back)
    assert (shape["stage"], len(await world.effects(back))) == ("closed", 1)
    assert await world.db(Return.objects.count) == 1


async def test_what_no_report_shows_is_left_to_a_person(world: World) -> None:
    back = await announced(world, reported=False)
    await world.arrives(back)
    await world.decides(back, Resolution.ACCEPT)
    shape = await world.comes_to_rest(back)
    assert (shape["stage"], await world.effects(back)) == ("attention", [])
    [settle] = [effect for effect in shape["effects"] if effect["kind"] == "settle"]
    assert "Seller Central" in settle["error"]


async def test_what_ends_there_is_closed_here(world: World) -> None:
    back = await announced(world, reported=False)
    await world.arrives(back)
    await world.platform.command(
        "POST", f"/_sandbox/returns/{back.ref.partition(':')[2]}/external", {"status": "PROCESSED"}
    )
    shape = await world.hears_more(back)
    assert (shape["stage"], "PROCESSED" in shape["why"]["text"]) == ("closed", True)


async def test_without_the_role_everything_else_goes_on(world: World) -> None:
    await world.platform.command("PATCH", "/_sandbox/switches", {"external_role": False})
    back = await announced(world)
    await world.arrives(back)
    await world.decides(back, Resolution.ACCEPT)
    shape = await world.comes_to_rest(back)
    assert [one["told"] for one in shape["lines"][0]["decisions"]] == ["confirmed"]
    await world.db(world.row.refresh_from_db)
    assert (world.row.state, world.row.trouble) == ("active", "")
    [row] = await world.db(lambda: list(world.row.unreadable.all()))
    assert "Direct to Consumer Shipping" in row.why


async def test_a_refund_that_waits_for_a_report_does_not_hold_up_the_report(world: World) -> None:
    back = await announced(world, external=False)
    await world.arrives(back)
    await world.passes(days=3)  # nobody was here; what is known is too old to refund by
    await world.decides(back, Resolution.ACCEPT)
    for _ in range(4):
        await world.sync()
        await world.passes(minutes=61)  # each time, what waits is due before the lists are
    assert len(await world.effects(back)) == 1
