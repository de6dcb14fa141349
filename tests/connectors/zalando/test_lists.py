"""What Zalando lists, check after check: contract zalando 4, 6 and 7."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from retour.connectors.errors import Refused, Transient, Unavailable
from retour.connectors.marketplaces.zalando.lists import REASON
from retour.core.model import Handler, Reason, Resolution
from retour.sandbox.zalando.samples import announce_many
from tests.connectors.asked import knows_nothing

from .world import ANNOUNCED, ORDER, World, part, ref_of

ONE_ORDER = "GET /merchants/{merchant_id}/orders/{order_id}"
LIST = "GET /merchants/{merchant_id}/orders"


def since() -> datetime:
    return datetime.now(UTC) - timedelta(days=3)


async def test_a_label_for_units_of_two_orders_makes_a_return_of_each(world: World) -> None:
    first, second = world.buy(2)
    [other] = world.buy()
    at = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=5)
    world.announce(first, other, reason="DONT_LIKE", at=at)
    shown = await world.shown()

    assert [seen.ref for seen in shown] == [ref_of(first), ref_of(other)]
    assert second.line_id not in {line.ref for seen in shown for line in seen.lines}
    assert {(seen.opened_at, seen.handler, seen.complete) for seen in shown} == {(at, Handler.MERCHANT, False)}
    [line] = shown[0].lines
    assert (line.order_ref, line.order_line_ref) == (first.item.order.order_id, first.line_id)
    assert (line.reason, line.reason_text) == (Reason.CHANGED_MIND, "DONT_LIKE")
    assert (line.sku, line.gtin, line.title) == ("0000000000017", "0000000000017", "Red scarf")
    assert line.tracking


async def test_a_reason_that_is_not_known_stays_in_its_words(world: World) -> None:
    world.announce(*world.buy(), reason="Pulled a thread")
    [seen] = await world.shown()
    assert (seen.lines[0].reason, seen.lines[0].reason_text) == (None, "Pulled a thread")


async def test_a_check_shows_what_is_new_and_reads_no_order_again(world: World) -> None:
    world.announce(*world.buy())
    assert len(await world.shown(since())) == 1
    read = world.calls(ONE_ORDER)
    assert await world.shown(since()) == []
    assert world.calls(ONE_ORDER) == read

    [line] = world.buy()
    world.announce(line)
    assert [seen.ref for seen in await world.shown(since())] == [ref_of(line)]
    assert world.calls(ONE_ORDER) == read + 1


async def test_what_appears_late_is_shown_all_the_same(world: World) -> None:
    world.announce(*world.buy())
    await world.walk(since())
    [line] = world.buy()
    world.announce(line, at=datetime.now(UTC) - timedelta(minutes=30))
    assert [seen.ref for seen in await world.shown(since())] == [ref_of(line)]


async def test_a_pause_longer_than_the_hub_looks_back_hides_nothing(world: World) -> None:
    """The note of the last check says from where to go on, whatever `since` says."""
    await world.walk(since())
    [line] = world.buy()
    world.announce(line)
    later = datetime.now(UTC) + timedelta(days=10)
    assert [seen.ref for seen in await world.shown(later)] == [ref_of(line)]


async def test_what_zalando_refunds_is_shown_once_and_never_waits_again(world: World) -> None:
    [line] = world.buy()
    world.announce(line)
    await world.walk(since())
    world.simulator.return_by_zalando(line.line_id)

    [seen] = await world.shown(since())
    [shown] = seen.lines
    assert seen.ref == ref_of(line)
    assert not shown.awaits
    assert [(entry.resolution, entry.raw) for entry in shown.handlings] == [(Resolution.ACCEPT, "returned")]
    again = await world.shown()
    assert [line.awaits for seen in again for line in seen.lines] == [False], "announced, but it does not wait"


async def test_what_zalando_refunds_of_its_own_is_its_own(world: World) -> None:
    [line] = world.buy(order_type="ZalandoFulfilled")
    await world.walk(since())
    world.simulator.return_by_zalando(line.line_id)
    [seen] = await world.shown(since())
    assert (seen.handler, seen.lines[0].awaits) == (Handler.MARKETPLACE, False)


async def test_history_makes_no_returns(world: World) -> None:
    """The first check of a new connection: what was refunded long ago is over."""
    old, new = world.buy(2)
    world.simulator.clock.move(-timedelta(days=10).total_seconds())
    world.simulator.return_by_zalando(old.line_id)
    world.simulator.clock.move(timedelta(days=10).total_seconds())
    assert await world.shown() == []
    world.simulator.return_by_zalando(new.line_id)
    assert [seen.ref for seen in await world.shown()] == [ref_of(new)]
    assert [seen.ref for seen in await world.shown(since())] == [ref_of(new)]


async def test_a_sweep_stops_where_nothing_changed_lately(world: World) -> None:
    """Newest first: the pages behind are not read."""
    for _ in range(450):
        world.buy(placed_at=datetime.now(UTC) - timedelta(days=30))
    [line] = world.buy()
    world.simulator.return_by_zalando(line.line_id)
    assert [seen.ref for seen in await world.shown()] == [ref_of(line)]
    assert world.calls(LIST) == 2


async def test_many_are_shown_whatever_the_last_page_links_to(world: World) -> None:
    ids = announce_many(world.simulator, 120, seed=3)
    world.simulator.switches.trailing_empty_page = True
    pages = await world.walk()
    units = {line.ref for page in pages for seen in page.seen for line in seen.lines}
    merchant = world.simulator.merchant()
    assert units == {line.line_id for ref in ids for line, _ in merchant.announced[ref].lines}
    assert world.calls(ANNOUNCED) == 4


async def test_orders_that_change_while_they_are_read_are_shown_by_the_next_check(world: World) -> None:
    lines = [world.buy()[0] for _ in range(450)]
    for line in lines:
        world.simulator.return_by_zalando(line.line_id)
    world.simulator.switches.changed_between_pages = 2
    shown = {seen.ref for seen in await world.shown(since())}
    shown |= {seen.ref for seen in await world.shown(since())}
    assert shown == {ref_of(line) for line in lines}


async def test_a_walk_that_broke_off_is_made_again(world: World) -> None:
    announce_many(world.simulator, 70, seed=5, days=0.5)
    world.fault("answer", "announced-returns", skip=1, times=3, status=500)
    pages = world.zalando.returns(since(), knows_nothing)
    changed, announced = await anext(pages), await anext(pages)
    with pytest.raises(Transient):
        await anext(pages)
    shown = {seen.ref for page in (changed, announced) for seen in page.seen}
    whole = {seen.ref for seen in await world.shown(since())}
    assert shown < whole
    assert len(whole) >= 70


@pytest.mark.parametrize("hours", [0, 20])
async def test_an_order_that_fails_hides_no_other_and_is_tried_again(world: World, hours: int) -> None:
    [bad], [good] = world.buy(), world.buy()
    at = datetime.now(UTC) - timedelta(hours=hours)
    world.announce(bad, at=at)
    world.announce(good, at=at)
    world.fault("answer", rf"GET /merchants/[^/]+/orders/{bad.item.order.order_id}", times=3, status=500)
    pages = await world.walk(since())
    assert [seen.ref for page in pages for seen in page.seen] == [ref_of(good)]
    assert [row.raw for page in pages for row in page.unreadable] == [f'"{bad.item.order.order_id}"']

    assert [seen.ref for seen in await world.shown(since())] == [ref_of(bad)]


async def test_an_order_that_zalando_no_longer_knows_is_told_once(world: World) -> None:
    world.announce(*world.buy(placed_at=datetime.now(UTC) - timedelta(days=370)))
    [row] = [row for page in await world.walk(since()) for row in page.unreadable]
    assert "Zalando does not know it" in row.why
    assert not [row for page in await world.walk(since()) for row in page.unreadable]


async def test_a_check_without_news_writes_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.announce(*world.buy())
    await world.walk(since())
    written: list[Any] = []
    monkeypatch.setattr(world.memory, "write", written.append)
    await world.walk(since())
    assert not written


async def test_a_limit_stops_the_walk(world: World) -> None:
    world.announce(*world.buy())
    world.fault("answer", ORDER, status=429, headers={"Retry-After": "9"})
    with pytest.raises(Unavailable):
        await world.walk(since())


@pytest.mark.parametrize("flaw", ["no_id", "not_an_object"])
async def test_a_unit_that_cannot_be_read_hides_no_other(world: World, flaw: Any) -> None:
    first, second = world.buy(2)
    world.announce(first, second)
    world.simulator.garble(first.line_id, flaw)
    pages = await world.walk()
    assert [seen.ref for page in pages for seen in page.seen] == [ref_of(second)]
    assert [row for page in pages for row in page.unreadable]


async def test_what_is_announced_is_left_out_on_demand(world: World) -> None:
    zalando = world.connect(announced_returns=False)
    [line] = world.buy()
    world.announce(line)
    assert await world.shown(None, zalando) == []
    assert world.calls(ANNOUNCED) == 0


async def test_reasons_are_not_kept_for_ever(world: World) -> None:
    [told], [elsewhere] = world.buy(), world.buy()
    world.announce(told)
    world.announce(elsewhere)
    await world.memory.write({f"{REASON}gone": {"code": 2, "at": "2020-01-01T00:00:00+00:00"}})
    await world.walk()
    assert set(await world.memory.begins(REASON)) == {REASON + told.line_id, REASON + elsewhere.line_id}

    await world.zalando.settle(ref_of(told), [part(told)])
    world.simulator.return_by_zalando(elsewhere.line_id)
    await world.walk(since())
    assert not await world.memory.begins(REASON)


async def test_an_order_tells_people_numbers_and_what_can_come_back(world: World) -> None:
    first, second = world.buy(2, order_number="10401", merchant_order_id="M-7")
    world.simulator.return_by_zalando(first.line_id)
    order = await world.zalando.order(first.item.order.order_id)
    assert order is not None
    assert order.numbers == ("10401", "M-7")
    assert [(line.ref, line.quantity, line.returnable) for line in order.lines] == [
        (first.line_id, 1, 0),
        (second.line_id, 1, 1),
    ]
    assert order.billing is not None
    assert order.shipping is not None
    assert (order.shipping.city, order.billing.email) == ("Berlin", "jule.1@example.org")
    seen = await world.zalando.look(ref_of(second))
    assert seen is not None
    assert seen.complete
    assert seen.customer == order.shipping


async def test_an_order_is_found_by_its_number(world: World) -> None:
    [line] = world.buy(order_number="10401")
    for _ in range(2):
        world.buy(order_number="10402")
    order = await world.zalando.order("10401")
    assert order is not None
    assert (order.ref, [one.ref for one in order.lines]) == (line.item.order.order_id, [line.line_id])
    assert await world.zalando.order("10403") is None
    with pytest.raises(Refused, match="Several orders"):
        await world.zalando.order("10402")
