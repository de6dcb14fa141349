"""A return request in every shop, through every kind of bad luck, judged by the shop's journal: one, and never two. A
shop that can be read back asks nobody; in one that cannot, an honest question leads to exactly one as well."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from retour.connectors import registry
from retour.connectors.contract import ReturnRequest, ShopManifest
from retour.core.model import Resolution, ShopSays
from retour.store.models import Connection
from retour.testing import Announced
from retour.testing.opened import with_wrong_secrets
from tests.every.hub import LUCK
from tests.every.shops import DEATHS, SHOPS, Death, ShopWorld

SHOP_LUCK = LUCK | {"504 after the effect": {"kind": "answer_after", "status": 504}}
QUESTION = ("attention", "ask_create")


@pytest.mark.parametrize("luck", SHOP_LUCK)
@pytest.mark.parametrize("shop", SHOPS)
async def test_it_is_made_once(shops: ShopWorld, luck: str) -> None:
    announced = await shops.announce(2)
    fault: dict[str, Any] | None = SHOP_LUCK[luck]
    if fault:
        shops.shop.fault(match=shops.shop.writes, **fault)
    await judged(shops, announced)
    if fault:
        assert shops.shop.simulator.faults.rules[-1].times == 0, "the fault has not struck"


@pytest.mark.parametrize(
    ("death", "hours"), [*((death, 0) for death in DEATHS), (DEATHS[0], 7), (DEATHS[-1], 7)], ids=lambda one: f"{one}"
)
@pytest.mark.parametrize("shop", SHOPS)
async def test_a_worker_is_killed(shops: ShopWorld, death: Death, hours: int) -> None:
    announced = await shops.announce(2)
    await shops.sees_only(shops.bol_row)
    await shops.leaves_and_dies(death)
    await shops.passes(hours=hours)
    await judged(shops, announced)


@pytest.mark.parametrize("before_the_call", [True, False], ids=["before its call", "after its call"])
@pytest.mark.parametrize("shop", SHOPS)
async def test_two_workers_at_once(shops: ShopWorld, before_the_call: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """One is held up while it makes the request, so long that the other takes over the connection."""
    announced = await shops.announce(2)
    held_up, goes_on = asyncio.Event(), asyncio.Event()
    _hold_up_the_first(monkeypatch, held_up, goes_on, before_the_call=before_the_call)
    first = asyncio.create_task(shops.sync())
    await asyncio.wait_for(held_up.wait(), 30)
    shop = Connection.objects.filter(pk=shops.row.pk)
    await shops.db(lambda: shop.update(lease_owner="", lease_until=None, next_at=None))
    await shops.sync()
    goes_on.set()
    await first
    await judged(shops, announced, asked=False)


@pytest.mark.parametrize("shop", SHOPS)
async def test_keys_that_are_no_longer_accepted(shops: ShopWorld) -> None:
    """First when the request is to be made, then when it is decided: what had to wait is done, once."""
    right = shops.shop.settings()
    wrong = with_wrong_secrets(registry.shop(shops.key).config.model_validate(right))
    announced = await shops.announce(2)
    await shops.signs_in(wrong)
    await is_shut_out(shops)
    await shops.time_goes_by(looks=1)
    assert await shops.made() == []
    await shops.signs_in(right)
    [shape] = await shops.comes_to_rest(announced)
    assert (shape["stage"], len(await shops.made())) == ("open", 1), shape

    await shops.signs_in(wrong)
    await shops.shop_decides(announced, Resolution.REJECT)
    await is_shut_out(shops)
    assert await shops.decisions(announced) == []
    await shops.signs_in(right)
    await shops.comes_to_its_end(announced)
    assert await shops.told(announced) == [("settled", "RETURN_DOES_NOT_MEET_CONDITIONS", 2)]
    assert len(await shops.made()) == 1


@pytest.mark.parametrize("shop", SHOPS)
async def test_the_order_that_the_shop_made_of_the_marketplaces_is_found(shops: ShopWorld) -> None:
    if not shops.able.orders:
        pytest.skip(f"orders cannot be searched in {type(shops.shop).__name__}")
    order = await shops.bol.command("POST", "/_sandbox/orders", {"items": [{}]})
    placed = await shops.shop.place_order("000000101", order["order_id"])
    line = {"order_id": order["order_id"], "order_item_id": order["items"][0]["order_item_id"]}
    announced = await shops.announce_unlinked(items=[line])
    await shops.comes_to_rest(announced)
    assert (await shops.shape(announced))["lines"][0]["shop_order"] == placed
    await judged(shops, announced)


async def judged(shops: ShopWorld, announced: Announced, *, asked: bool | None = None) -> None:
    """There is one request, and it is this return's: what the merchant decides there arrives at bol, once. `asked`:
    whether a person may have had to answer a question; None: where the shop cannot be read back."""
    may_ask = not shops.able.finds if asked is None else asked
    [shape] = await shops.comes_to_rest(announced)
    if may_ask and (shape["stage"], shape["why"]["key"]) == QUESTION:
        assert len(await shops.made()) <= 1, "never two"
        await shops.answers(announced)
        [shape] = await shops.comes_to_rest(announced)
    assert (shape["stage"], shape["why"]["key"]) == ("open", "waits_for_merchant"), shape
    [effect] = shape["effects"]
    assert (effect["kind"], effect["state"]) == ("create", "done")
    [made] = await shops.made()
    assert made["quantity"] == announced.quantity or made["kind"] != "created"
    await shops.shop_decides(announced, Resolution.ACCEPT)
    await shops.comes_to_its_end(announced)
    assert await shops.told(announced) == [("refund", "RETURN_RECEIVED", announced.quantity)]
    assert len(await shops.made()) == 1, "never two"


async def is_shut_out(shops: ShopWorld) -> None:
    """The hub says so, and all but the shop goes on."""
    reports = await shops.sync()
    assert {name: report.ok for name, report in reports.items()} == {f"{shops.key}-test": False, "bol-test": True}
    row = await shops.db(Connection.objects.get, pk=shops.row.pk)
    assert row.state == Connection.State.RECONNECT


def _hold_up_the_first(
    monkeypatch: pytest.MonkeyPatch, held_up: asyncio.Event, goes_on: asyncio.Event, *, before_the_call: bool
) -> None:
    declared = registry.shop

    async def hold_up() -> None:
        if not held_up.is_set():
            held_up.set()
            await goes_on.wait()

    def slowly(make: Callable[[ReturnRequest, str], Awaitable[ShopSays]]) -> Any:
        async def create(request: ReturnRequest, key: str) -> ShopSays:
            if before_the_call:
                await hold_up()
            says = await make(request, key)
            if not before_the_call:
                await hold_up()
            return says

        return create

    def slow(key: str) -> ShopManifest:
        manifest = declared(key)

        def opened(config: Any, door: Any) -> Any:
            connector: Any = manifest.open(config, door)
            connector.create = slowly(connector.create)
            return connector

        return replace(manifest, open=opened)

    monkeypatch.setattr(registry, "shop", slow)
