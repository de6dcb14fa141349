"""Which order of the shop is it: searched again, offered, and never made twice; a return that waits is in sight."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from retour.sandbox.app import start
from retour.sandbox.magento_native import (
    ACCESS_TOKEN,
    ACCESS_TOKEN_SECRET,
    CONSUMER_KEY,
    CONSUMER_SECRET,
    Bought,
    MagentoNativeSimulator,
)
from retour.store import candidates, orders
from retour.store.links import link_orders
from retour.store.models import Connection, Effect, MarketplaceOrder, Project, Return
from retour.store.sealed import seal
from tests.sync.world import ORDER_SEARCH, Announced, World


async def order_of(world: World, announced: Announced) -> Any:
    """bol's order item of an announced return."""
    items = world.bol.account().retailer.return_items.values()
    return next(item for item in items if item.rma_id == announced.line)


async def offered(world: World) -> list[candidates.Offered]:
    def read() -> list[candidates.Offered]:
        refs = set(MarketplaceOrder.objects.values_list("ref", flat=True))
        return candidates.offered(Project.objects.get().pk, refs)

    return await world.db(read)


async def time_for_a_search(world: World) -> None:
    await world.db(lambda: MarketplaceOrder.objects.filter(shop_order="").update(search_at=datetime.now(UTC)))
    await world.change("shop", next_at=datetime.now(UTC))


async def asks(world: World, announced: Announced) -> None:
    """A person wants the shop to be searched now."""

    def ask() -> None:
        row = Return.objects.select_related("connection").get(ref=announced.ref)
        orders.ask_again(row, datetime.now(UTC), "noor@example.org")

    await world.db(ask)


# --- a shop that takes returns without their orders ---


async def test_one_that_was_made_without_its_order_is_linked_when_the_order_turns_up(world: World) -> None:
    announced = await world.in_shop()
    item = await order_of(world, announced)
    await world.at_shop("POST", "orders", {"increment_id": "000000012", "ext_order_id": item.order.order_id})
    await time_for_a_search(world)
    await world.sync()
    assert (await world.look(announced))["lines"][0]["shop_order"] == "000000012"
    assert (await world.timeline(announced)).count("linked_late") == 1
    await world.sync(deep=True)
    assert len(world.rows_of(announced.line)) == 1, "it is not made a second time"
    assert await world.effects(announced) == ["done"]
    assert await world.stage(announced) == ("open", "waits_for_merchant")


async def test_the_shop_is_not_searched_at_every_check(world: World) -> None:
    await world.in_shop()
    calls = await world.calls_during(world.sync)
    assert calls[ORDER_SEARCH] == 0
    await time_for_a_search(world)
    calls = await world.calls_during(world.sync)
    assert 1 < calls[ORDER_SEARCH] <= 3, "and for candidates, after the second search in vain"
    await time_for_a_search(world)
    calls = await world.calls_during(world.sync)
    assert calls[ORDER_SEARCH] == 1, "candidates were asked for today"


async def test_orders_are_offered_and_one_is_chosen(world: World) -> None:
    announced = await world.announce()
    item = await order_of(world, announced)
    number = {"increment_id": "000000012", "ext_order_id": f"import-{item.order.order_id}/1"}
    await world.at_shop("POST", "orders", {**number, "items": [{"sku": item.order_item.sku, "product_id": 11}]})
    await world.sync()
    assert await offered(world) == []
    await time_for_a_search(world)
    await world.sync()
    [one] = await offered(world)
    assert one.shop_order == "000000012"
    assert {"number_in_reference", "sku"} <= {why.key for why in one.reasons}
    assert (await world.look(announced))["lines"][0]["shop_order"] is None, "nothing is linked by itself"

    row = await world.db(Return.objects.select_related("connection__project").get, ref=announced.ref)
    await world.db(candidates.choose, row, one.pk, datetime.now(UTC), "noor@example.org")
    assert (await world.look(announced))["lines"][0]["shop_order"] == "000000012"
    assert await offered(world) == []
    await world.sync()
    assert len(world.rows_of(announced.line)) == 1


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "answer", "status": 400, "body": '{"message": "no"}'},
        {"kind": "answer", "status": 500, "body": "<h1>Oops</h1>"},
        {"kind": "answer", "status": 200, "body": "[1]"},
        {"kind": "answer", "status": 200, "body": '{"items": [{"entity_id": null}, 7]}'},
        {"kind": "drop_before"},
    ],
)
async def test_a_shop_that_cannot_be_asked_holds_up_nothing(world: World, fault: dict[str, Any]) -> None:
    announced = await world.in_shop()
    await asks(world, announced)
    kind = fault.pop("kind")
    world.shop_fails(kind, ORDER_SEARCH, skip=1, times=None, headers={"Content-Type": "application/json"}, **fault)
    await world.shop_decides(announced.line, "accepted")
    reports = await world.sync()
    assert reports["shop"].ok
    assert world.settled(announced.line) == [("refund", "RETURN_RECEIVED", 1)]
    assert await offered(world) == []


@pytest.mark.parametrize("status", [500, 429])
async def test_a_search_that_always_fails_puts_nothing_in_trouble(world: World, status: int) -> None:
    """It would stand first for a month, with the whole shop behind it."""
    announced = await world.in_shop()
    await time_for_a_search(world)
    world.shop_fails("answer", ORDER_SEARCH, times=None, status=status, body="", headers={"Retry-After": "1"})
    await world.shop_decides(announced.line, "accepted")
    reports = await world.sync(until_idle=False)
    assert reports["shop"].ok
    later = await world.db(MarketplaceOrder.objects.get)
    assert (later.searches, (later.search_at or later.searched_at) > datetime.now(UTC)) == (1, status == 500)
    await world.sync()
    assert world.settled(announced.line) == [("refund", "RETURN_RECEIVED", 1)]


async def test_an_order_that_cannot_be_searched_holds_up_no_others_request(world: World) -> None:
    first, second = await world.announce(), await world.announce()
    world.shop_fails("answer", ORDER_SEARCH, times=3, status=500, body="")
    reports = await world.sync(until_idle=False)
    assert not reports["shop"].ok
    await world.sync(until_idle=False)
    made = [announced for announced in (first, second) if world.rows_of(announced.line)]
    assert len(made) == 1
    soon = await world.db(Effect.objects.get, kind="create", state="wanted")
    assert soon.due_at is not None
    assert soon.due_at > datetime.now(UTC)
    await world.db(lambda: Effect.objects.filter(pk=soon.pk).update(due_at=datetime.now(UTC)))
    await world.change("shop", next_at=datetime.now(UTC))
    await world.sync()
    assert [len(world.rows_of(announced.line)) for announced in (first, second)] == [1, 1]


async def test_a_person_who_asks_gets_an_answer_at_the_next_check(world: World) -> None:
    announced = await world.in_shop()
    item = await order_of(world, announced)
    await world.at_shop("POST", "orders", {"increment_id": "1", "ext_order_id": f"x/{item.order.order_id}"})
    await world.sync()
    assert await offered(world) == []
    await asks(world, announced)
    await world.sync(until_idle=False)
    assert [one.shop_order for one in await offered(world)] == ["1"]


# --- one where a return stands with its order ---


@pytest.fixture
async def strict(world: World) -> AsyncIterator[MagentoNativeSimulator]:
    """The project's shop is Magento without a plugin."""
    shop = MagentoNativeSimulator()
    runs = await start(shop)
    keys = {
        "consumer_key": CONSUMER_KEY,
        "consumer_secret": CONSUMER_SECRET,
        "access_token": ACCESS_TOKEN,
        "access_token_secret": ACCESS_TOKEN_SECRET,
    }
    await world.change(
        "shop", connector="magento_native", settings={"base_url": runs.url}, secrets=seal(keys), fingerprint="native"
    )
    shop.options.add("resolution", "Refund")
    yield shop
    await runs.stop()


def made(shop: MagentoNativeSimulator) -> int:
    return len(shop.journal.of("created"))


async def test_a_return_waits_for_its_order_and_is_made_once_it_is_there(
    world: World, strict: MagentoNativeSimulator
) -> None:
    announced = await world.announce()
    item = await order_of(world, announced)
    await world.sync()
    await world.sync()
    assert await world.stage(announced) == ("attention", "needs_order")
    assert made(strict) == 0
    bought = Bought(item.order_item.sku, "Mug", 2, 9.95)
    strict.shop.add_order([bought], increment_id="000000501", ext_order_id=item.order.order_id)
    await time_for_a_search(world)
    await world.sync()
    assert await world.stage(announced) == ("open", "waits_for_merchant")
    assert made(strict) == 1
    await world.sync(deep=True)
    assert made(strict) == 1


async def test_a_link_that_arrives_sets_it_free_at_once(world: World, strict: MagentoNativeSimulator) -> None:
    announced = await world.announce()
    item = await order_of(world, announced)
    await world.sync()
    strict.shop.add_order([Bought(item.order_item.sku, "Mug", 2, 9.95)], increment_id="000000501")
    await world.db(lambda: link_orders(Project.objects.get(), {item.order.order_id: "000000501"}, "import"))
    assert await world.stage(announced) == ("new", "to_shop")
    await world.sync()
    assert made(strict) == 1
    assert "linked" in await world.timeline(announced)


async def test_it_may_be_decided_on_the_desk_while_it_waits(world: World, strict: MagentoNativeSimulator) -> None:
    announced = await world.announce()
    await world.sync()
    await world.accept(announced)
    await world.sync()
    assert world.settled(announced.line) == [("refund", "RETURN_RECEIVED", 1)]
    assert (await world.stage(announced))[0] == "closed"
    item = await order_of(world, announced)
    strict.shop.add_order([Bought(item.order_item.sku)], increment_id="1", ext_order_id=item.order.order_id)
    await time_for_a_search(world)
    await world.sync()
    assert made(strict) == 0


async def test_more_units_than_the_order_has_are_asked_about(world: World, strict: MagentoNativeSimulator) -> None:
    announced = await world.announce(2)
    item = await order_of(world, announced)
    lines = [Bought(item.order_item.sku, "Mug", 1, 9.95), Bought("OTHER", "Jug", 5, 9.95)]
    strict.shop.add_order(lines, increment_id="000000501", ext_order_id=item.order.order_id)
    await world.sync()
    assert await world.stage(announced) == ("attention", "needs_line")
    line = await world.db(lambda: Return.objects.get(ref=announced.ref).lines.select_related("of__connection").get())
    jug = next(one for one in await world.db(candidates.shop_lines_of, line) if one.sku == "OTHER")
    assert await world.db(candidates.choose_line, line, jug.ref, datetime.now(UTC), "noor@example.org")
    await world.sync()
    assert made(strict) == 1
    assert await world.stage(announced) == ("open", "waits_for_merchant")


async def test_what_is_said_of_one_return_lets_the_others_of_the_product_go(
    world: World, strict: MagentoNativeSimulator
) -> None:
    first = await world.announce()
    item = await order_of(world, first)
    second = await world.announce()
    other = await order_of(world, second)
    bought = [Bought("BLUE", "Mug", 2, 9.95), Bought("RED", "Jug", 5, 9.95)]
    for number, one in (("000000501", item), ("000000502", other)):
        one.order_item.sku = "OF-BOL"
        strict.shop.add_order(bought, increment_id=number, ext_order_id=one.order.order_id)
    await world.sync()
    assert await world.stage(first) == await world.stage(second) == ("attention", "needs_line")
    line = await world.db(lambda: Return.objects.get(ref=first.ref).lines.select_related("of__connection").get())
    jug = next(one for one in await world.db(candidates.shop_lines_of, line) if one.sku == "RED")
    await world.db(candidates.choose_line, line, jug.ref, datetime.now(UTC), "noor@example.org")
    await world.sync()
    assert await world.stage(first) == await world.stage(second) == ("open", "waits_for_merchant")
    await world.sync(deep=True)
    assert made(strict) == 2


async def test_the_shop_is_gone_from_the_settings_while_a_return_waits(
    world: World, strict: MagentoNativeSimulator
) -> None:
    announced = await world.announce()
    await world.sync()
    await world.db(lambda: Connection.objects.filter(slug="shop").update(removed=True))
    await world.sync()
    assert (await world.look(announced))["ref"] == announced.ref, "it is not dropped"
