"""Returns that the merchant makes in the shop, of orders that came over bol: reported there once or prepared for a
person, judged by the journals of both."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from retour.connectors.contract import CameBack
from retour.core.model import Resolution, Source
from retour.sandbox.lightspeed import WantedLine, WantedOrder, WantedReturn
from retour.store import declared, shop_reports
from retour.store.links import link_orders
from retour.store.models import Connection, Return, ShopReport
from retour.store.shapes import shapes
from retour.sync import declaring
from tests.every.shops import SHOPS, ShopWorld, open_shop_world

SHOW = [name for name in SHOPS if name in {"Lightspeed", "MagentoNative"}]
SKU = "MUG-BLUE"
every = pytest.mark.parametrize("shop", SHOW)


class Killed(BaseException):
    """Nothing of ours catches it."""


@pytest.fixture
async def there(transactional_db: None, shop: str) -> AsyncIterator[ShopWorld]:
    """A shop whose own returns are reported; the hub has looked once."""
    async with open_shop_world(SHOPS[shop], report_shop_returns=True) as world:
        await world.sync()
        await world.passes(minutes=6)
        yield world


async def sell(world: ShopWorld, *quantities: int, sku: str = SKU) -> str:
    items = [{"sku": sku, "quantity": quantity} for quantity in quantities or (3,)]
    return str((await world.bol.command("POST", "/_sandbox/orders", {"items": items}))["order_id"])


async def looks(world: ShopWorld, times: int = 3) -> None:
    for _ in range(times):
        await world.sync()
        await world.passes(minutes=6)


async def known(world: ShopWorld) -> list[dict[str, Any]]:
    return await world.db(lambda: list(shapes(Return.objects.order_by("pk"))))


async def reports(world: ShopWorld) -> list[tuple[str, str]]:
    return await world.db(lambda: list(ShopReport.objects.order_by("pk").values_list("state", "why")))


async def refunds(world: ShopWorld) -> list[int]:
    return [entry["quantity"] for entry in await world.bol.journal("refund")]


@every
async def test_it_is_reported_once_and_its_decision_counts(there: ShopWorld) -> None:
    ref = await there.shop.return_there("000000301", await sell(there), SKU, 2)
    made = len(await there.made())
    await looks(there)
    [shape] = await known(there)
    [line] = shape["lines"]
    assert (shape["stage"], line["quantity"], line["shop_return"]) == ("open", 2, ref)
    assert await there.bol.journal("post") == [], "to report it tells bol nothing"
    assert len(await there.made()) == made, "no second return is made in the shop"

    await there.shop.decide(ref or "", Resolution.ACCEPT)
    await looks(there)
    [shape] = await known(there)
    [decision] = shape["lines"][0]["decisions"]
    assert decision == {"resolution": "accept", "quantity": 2, "source": "shop", "told": "confirmed"}
    assert await refunds(there) == [2]
    assert len(await there.made()) == made
    assert await reports(there) == [("reported", "")]


@every
async def test_one_that_is_decided_when_it_is_first_seen(there: ShopWorld) -> None:
    ref = await there.shop.return_there("000000301", await sell(there), SKU, 3)
    await there.shop.decide(ref or "", Resolution.REJECT)
    await looks(there)
    [shape] = await known(there)
    assert [(one["resolution"], one["told"]) for one in shape["lines"][0]["decisions"]] == [("reject", "confirmed")]
    assert await refunds(there) == []


@every
async def test_a_link_that_is_known_goes_first(there: ShopWorld) -> None:
    """The shop's order names no number of the marketplace; a person's list does."""
    order = await sell(there)
    await there.db(_link, there, order, "000000301")
    await there.shop.return_there("000000301", "X-9999999", SKU)
    await looks(there)
    assert [shape["lines"][0]["order_ref"] for shape in await known(there)] == [order]


@every
async def test_an_order_of_the_shops_own_is_nobodys_business(there: ShopWorld) -> None:
    await there.shop.return_there("000000301", "C000ABCDEF", SKU)
    await looks(there)
    assert await known(there) == []
    assert await reports(there) == [("elsewhere", "")]
    calls = (await there.bol.all_calls()).get("GET /retailer/orders/{order_id}", 0)
    await looks(there)
    assert (await there.bol.all_calls()).get("GET /retailer/orders/{order_id}", 0) == calls, "it is asked once"


@every
async def test_what_the_hub_has_made_there_is_not_the_shops_own(there: ShopWorld) -> None:
    await there.in_shop()
    await looks(there)
    assert await reports(there) == []
    assert len(await known(there)) == 1


@every
@pytest.mark.parametrize(
    ("sold", "sku", "quantity", "why"),
    [
        ((3,), "LAMP-7", 1, "has no product MUG-BLUE"),
        ((1,), SKU, 2, "1 can still be reported; 2 was asked for"),
    ],
)
async def test_what_is_not_certain_waits_for_a_person_and_is_reported_once(
    there: ShopWorld, sold: tuple[int, ...], sku: str, quantity: int, why: str
) -> None:
    order = await sell(there, *sold, sku=sku)
    ref = await there.shop.return_there("000000301", order, SKU, quantity)
    await looks(there)
    [(state, said)] = await reports(there)
    assert state == "prepared"
    assert why in said
    assert await known(there) == []

    row = await there.db(ShopReport.objects.get)
    assert (row.marketplace_id, row.order_ref) == (there.bol_row.pk, order)
    found = await declaring.find_order(there.bol_row, order)
    assert found is not None
    units = [CameBack(found.lines[0].ref or "", 1)]
    for token in ("a form", "the same form, opened twice"):
        made = await declaring.declare(
            there.bol_row, token, order, units, None, Source.DESK, datetime.now(UTC), "noor@example.org", row.pk
        )
    assert [f"r-{key}" for key in made] == [shape["id"] for shape in await known(there)]
    await there.shop.decide(ref or "", Resolution.ACCEPT)
    await looks(there)
    assert await refunds(there) == [1]
    assert [shape["lines"][0]["shop_return"] for shape in await known(there)] == [ref]


@every
async def test_what_the_customer_has_announced_is_not_reported_as_well(there: ShopWorld) -> None:
    body = {"items": [{"sku": SKU, "quantity": 3}]}
    announced = (await there.bol.command("POST", "/_sandbox/returns", body))["items"][0]["order_id"]
    await looks(there)
    await there.shop.return_there("000000301", announced, SKU, 3)
    await looks(there)
    [(state, why)] = await reports(there)
    assert state == "prepared"
    assert "decided there" in why
    assert len(await known(there)) == 1


async def test_an_order_that_names_two_of_the_marketplace_is_a_persons_to_choose(transactional_db: None) -> None:
    """Anybody can write a number into a comment."""
    async with open_shop_world(SHOPS["Lightspeed"], report_shop_returns=True) as world:
        await world.sync()
        await world.passes(minutes=6)
        first, second = await sell(world), await sell(world)
        desk = world.shop.simulator.shop
        desk.place_order(WantedOrder("ORD1", (WantedLine(SKU, quantity=3),), comment=f"{first}, {second}"))
        desk.add_return(WantedReturn("ORD1", {SKU: 1}, by_staff=True))
        await looks(world)
        [(state, why)] = await reports(world)
        assert (state, "several orders" in why) == ("prepared", True)
        assert await known(world) == []


@every
async def test_a_worker_that_dies_between_report_and_record(there: ShopWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    record, times = declared.declare, []

    def dies(*given: Any) -> list[int]:
        times.append(given)
        if len(times) == 1:
            raise Killed
        return record(*given)

    monkeypatch.setattr(declared, "declare", dies)
    ref = await there.shop.return_there("000000301", await sell(there), SKU, 3)
    made = len(await there.made())
    with pytest.raises(Killed):
        await looks(there)
    await looks(there)
    assert [shape["lines"][0]["shop_return"] for shape in await known(there)] == [ref]
    assert len(await there.made()) == made, "nor has the shop got a second one"
    await there.shop.decide(ref or "", Resolution.ACCEPT)
    await looks(there)
    assert await refunds(there) == [3]


@every
async def test_what_was_interrupted_is_linked_before_a_list_shows_it(
    there: ShopWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Shown first, it would be made in the shop a second time."""
    record, times = declared.declare, []

    def dies(*given: Any) -> list[int]:
        times.append(given)
        if len(times) == 1:
            raise Killed
        return record(*given)

    monkeypatch.setattr(declared, "declare", dies)
    ref = await there.shop.return_there("000000301", await sell(there), SKU, 3)
    made = len(await there.made())
    with pytest.raises(Killed):
        await looks(there)
    there.bol.fault("answer", "GET /retailer/orders/", status=200, body="{}", times=None)
    await looks(there)
    assert await known(there) == []
    there.bol.simulator.faults.clear()
    await looks(there)
    assert [shape["lines"][0]["shop_return"] for shape in await known(there)] == [ref]
    assert len(await there.made()) == made


@every
async def test_the_answer_of_the_marketplace_that_tells_the_order_fails(there: ShopWorld) -> None:
    await there.shop.return_there("000000301", await sell(there), SKU)
    there.bol.fault("answer", "GET /retailer/orders/", status=500, times=None)
    await looks(there)
    await there.bol.command("POST", "/_sandbox/returns", {"items": [{"sku": SKU, "quantity": 1}]})
    await looks(there)
    assert await reports(there) == [("waiting", "")]
    assert len(await known(there)) == 1, "what customers announce is seen all the same"
    there.bol.simulator.faults.clear()
    await looks(there)
    assert await reports(there) == [("reported", "")]


@every
async def test_an_order_that_can_never_be_read_is_put_before_a_person(there: ShopWorld) -> None:
    await there.shop.return_there("000000301", await sell(there), SKU)
    there.bol.fault("answer", "GET /retailer/orders/", status=200, body="{}", times=None)
    await looks(there)
    assert [state for state, _ in await reports(there)] == ["waiting"]
    await there.passes(hours=25)
    await looks(there)
    [(state, why)] = await reports(there)
    assert (state, "cannot be read" in why) == ("prepared", True)


@every
async def test_another_marketplace_is_asked_before_anything_is_reported(there: ShopWorld) -> None:
    """While it cannot be asked, nothing is certain; when both know such an order, a person chooses."""
    await there.db(_second, there)
    await there.shop.return_there("000000301", await sell(there), SKU)
    there.bol.fault("answer", "POST /token", status=500, times=None)
    await looks(there, 1)
    there.bol.simulator.faults.clear()
    await looks(there)
    [(state, why)] = await reports(there)
    assert (state, "Several marketplaces" in why) == ("prepared", True)
    assert await known(there) == []


@pytest.mark.parametrize("shop", SHOW)
async def test_it_is_off_unless_it_is_switched_on(transactional_db: None, shop: str) -> None:
    async with open_shop_world(SHOPS[shop]) as world:
        await world.sync()
        await world.passes(minutes=6)
        await world.shop.return_there("000000301", await sell(world), SKU)
        await looks(world)
        assert await reports(world) == []
        # Switched on now: what was there before is not the hub's.
        row = await world.db(lambda: Connection.objects.get(pk=world.row.pk))
        changed = {"settings": row.settings | {"report_shop_returns": True}, "fingerprint": "another"}
        await world.db(lambda: Connection.objects.filter(pk=world.row.pk).update(**changed))
        await looks(world)
        assert await reports(world) == []


@every
async def test_a_person_says_that_there_is_nothing_to_report(there: ShopWorld) -> None:
    await there.shop.return_there("000000301", await sell(there, 1), SKU, 2)
    await looks(there)
    key = (await there.db(ShopReport.objects.get)).pk
    assert await there.db(shop_reports.dismiss, key, "noor@example.org")
    assert not await there.db(shop_reports.dismiss, key, "noor@example.org")
    await looks(there)
    assert [state for state, _ in await reports(there)] == ["dismissed"]
    assert await known(there) == []


def _link(world: ShopWorld, order: str, number: str) -> None:
    link_orders(world.row.project, {order: number}, "import")


def _second(world: ShopWorld) -> Connection:
    row = Connection.objects.get(pk=world.bol_row.pk)
    row.pk, row.slug, row.fingerprint, row.checked_at, row.next_at = None, "bol-second", "second", None, None
    row.save()
    return row
