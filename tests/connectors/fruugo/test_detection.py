"""Seeing returns where there are only counters, over HTTP: contract fruugo 2.1, 2.3 and 3."""

from datetime import datetime, timedelta

import pytest

from retour.connectors.errors import Refused, Transient, Unavailable
from retour.core.model import Handler, Resolution, Seen
from retour.sandbox.fruugo.samples import CUSTOMERS, Product
from tests.connectors.asked import knows_nothing

from .world import DOWNLOAD, World, ends

R = Resolution


async def test_the_first_download_is_the_baseline(fresh: World) -> None:
    gone, half, open_ = fresh.sell(1), fresh.sell(2), fresh.returned(2)
    fresh.refund(gone)
    fresh.announce(half)
    fresh.refund(half)
    fresh.announce(half)

    shown = await fresh.walk()
    assert {ref: seen.lines[0].quantity for ref, seen in shown.items()} == {f"{half}:1": 1, f"{open_}:1": 2}
    assert all(seen.lines[0].awaits and not seen.lines[0].handlings for seen in shown.values())


async def test_what_is_returned_after_the_baseline_is_news(world: World) -> None:
    line = world.sell(2)
    assert await world.walk() == {}
    world.refund(line)
    [seen] = (await world.walk()).values()

    assert seen.ref == f"{line}:1"
    assert ends(seen.lines[0].handlings) == [(R.ACCEPT, 1)]
    assert not seen.lines[0].awaits


async def test_a_baseline_that_broke_off_is_taken_again(fresh: World) -> None:
    gone = fresh.sell(1)
    fresh.refund(gone)
    fresh.fault("drop_before", DOWNLOAD, skip=2)
    with pytest.raises(Transient):
        await fresh.walk()

    assert await fresh.walk() == {}
    later = fresh.sell(1)
    fresh.refund(later)
    assert list(await fresh.walk()) == [f"{later}:1"]


async def test_a_wider_window_brings_no_history(world: World) -> None:
    old = world.sell(1, days_ago=100)
    announced = world.returned(1, days_ago=110)
    world.refund(old)
    assert await world.walk() == {}

    assert list(await world.walk(deep=True)) == [f"{announced}:1"]
    world.connect(window_days=365)
    assert list(await world.walk()) == [f"{announced}:1"]


async def test_each_announcement_is_a_return_of_its_own(world: World) -> None:
    line = world.sell(5)
    world.announce(line, 2)
    await world.walk()
    world.announce(line, 1)
    shown = await world.walk()

    assert {ref: seen.lines[0].quantity for ref, seen in shown.items()} == {f"{line}:1": 2, f"{line}:2": 1}
    world.connect()
    assert await world.walk() == shown, "a restart changes nothing"


async def test_numbers_survive_a_restored_backup(world: World) -> None:
    line = world.sell(5)
    world.announce(line, 2)
    await world.walk()
    backup = await world.memory.begins("")
    world.announce(line, 1)
    await world.walk()
    await world.tell(f"{line}:2")

    await world.memory.write({**dict.fromkeys(await world.memory.begins("")), **backup})
    shown = await world.walk()
    assert {ref: seen.lines[0].quantity for ref, seen in shown.items()} == {f"{line}:1": 2, f"{line}:2": 1}
    assert sum(len(seen.lines[0].handlings) for seen in shown.values()) == 1


async def test_withdrawn_units_are_gone_and_a_withdrawn_return_is_cancelled(world: World) -> None:
    line = world.sell(3)
    number = world.announce(line, 3)
    await world.walk()
    world.withdraw(number, 1)
    [seen] = (await world.walk()).values()
    assert (seen.lines[0].quantity, seen.lines[0].awaits, seen.lines[0].handlings) == (2, True, ())

    world.withdraw(number)
    [seen] = (await world.walk()).values()
    assert ends(seen.lines[0].handlings) == [(R.CANCEL, 2)]
    assert (seen.lines[0].handlings[0].raw, seen.lines[0].awaits) == ("withdrawn", False)

    world.announce(line, 1)
    shown = await world.walk()
    assert list(shown) == [f"{line}:1", f"{line}:2"]
    assert shown[f"{line}:2"].lines[0].awaits


async def test_fruugo_refunds_by_itself_after_two_weeks(world: World) -> None:
    line = world.returned(2)
    await world.walk()
    world.simulator.clock.move(timedelta(days=15).total_seconds())
    seen = (await world.walk())[f"{line}:1"]

    assert ends(seen.lines[0].handlings) == [(R.ACCEPT, 1), (R.ACCEPT, 1)]
    assert {one.raw for one in seen.lines[0].handlings} == {"returned"}
    assert not seen.lines[0].awaits


async def test_a_refused_parcel_is_seen_when_fruugo_refunds_it(world: World) -> None:
    line = world.sell(1)
    world.simulator.market.refuse_parcel(line)
    assert await world.walk() == {}
    world.simulator.clock.move(timedelta(days=15).total_seconds())
    assert ends((await world.walk())[f"{line}:1"].lines[0].handlings) == [(R.ACCEPT, 1)]


async def test_the_portal_refunds_the_oldest_first(world: World) -> None:
    line = world.sell(3)
    world.announce(line)
    await world.walk()
    world.announce(line)
    await world.walk()
    world.refund(line)
    shown = await world.walk()
    assert [len(seen.lines[0].handlings) for seen in shown.values()] == [1, 0]


async def test_what_a_return_shows(world: World) -> None:
    line = world.sell(2, customer=CUSTOMERS[1])
    world.announce(line, 2)
    [listed] = (await world.walk()).values()
    looked = await world.fruugo.look(f"{line}:1")

    assert looked is not None
    assert (listed.complete, looked.complete) == (False, True)
    assert Seen(listed.ref, listed.opened_at, listed.handler, listed.lines, True, listed.customer) == looked
    assert looked.handler is Handler.MERCHANT
    [item] = looked.lines
    assert (item.sku, item.title, item.quantity, item.reason) == ("MUG-BLUE", "Mug, blue", 2, None)
    assert item.unit_price is not None
    order_id, key = line.split(":", 1)
    assert (item.order_ref, item.order_line_ref) == (order_id, key)
    assert looked.customer is not None
    assert (looked.customer.last_name, looked.customer.city, looked.customer.phone) == ("O'Neill", "Leeds", None)


async def test_the_order_has_both_numbers(world: World) -> None:
    line = world.returned(1)
    order_id = line.partition(":")[0]
    order = await world.fruugo.order(order_id)

    assert order is not None
    assert order.numbers == (order_id[:8],)
    assert order.shipping is not None
    assert order.placed_at is not None
    assert abs(order.placed_at - world.ago(0)) < timedelta(minutes=1), "local time with an offset"


@pytest.mark.parametrize("prefix", ["o", "ns2", ""])
async def test_the_prefix_of_the_namespace_means_nothing(world: World, prefix: str) -> None:
    world.switch(prefix=prefix)
    line = world.returned(1)
    assert list(await world.walk()) == [f"{line}:1"]
    await world.tell(f"{line}:1")
    assert world.refunds() == [(line, 1, "v2")]


async def test_ids_beyond_numbers_are_kept(world: World) -> None:
    line = world.returned(1, order_id="123456789012345678901")
    assert list(await world.walk()) == [f"{line}:1"]
    await world.tell(f"{line}:1")
    assert "orderId=123456789012345678901" in world.posts()[0]


async def test_an_order_that_is_shown_twice_counts_once(world: World) -> None:
    world.switch(repeated_orders=5)
    line = world.returned(2)
    for _ in range(2):
        assert {ref: seen.lines[0].quantity for ref, seen in (await world.walk()).items()} == {f"{line}:1": 2}


async def test_lines_of_the_same_product_are_one(world: World) -> None:
    mug = Product("MUG", "MUG-BLUE", "Mug, blue", CUSTOMERS[0].rate, 2)
    line = world.simulator.market.place_order([mug, mug]).lines[0].ref
    world.announce(line, 3)
    [seen] = (await world.walk()).values()
    assert seen.lines[0].quantity == 3
    await world.tell(seen.ref, units=3)
    assert sum(units for _, units, _ in world.refunds(line)) == 3


async def test_it_does_not_matter_whether_announced_units_still_count_as_shipped(world: World) -> None:
    world.switch(shipped_keeps_counting=True)
    line = world.sell(3)
    world.announce(line, 2)
    assert (await world.walk())[f"{line}:1"].lines[0].quantity == 2
    order = await world.fruugo.order(line.partition(":")[0])
    assert order is not None
    assert [one.returnable for one in order.lines] == [1]
    await world.tell(f"{line}:1", units=2)
    with pytest.raises(Refused, match="already"):
        await world.tell(f"{line}:1")
    assert world.refunds() == [(line, 2, "v2")]


@pytest.mark.parametrize("flaw", ["bad_date", "unknown_status", "unknown_fields"])
async def test_what_is_not_needed_may_be_odd(world: World, flaw: str) -> None:
    line = world.returned(1)
    world.switch(garbled={line.partition(":")[0]: flaw})
    [page] = await world.pages()
    assert [seen.ref for seen in page.seen] == [f"{line}:1"]
    assert not page.unreadable


async def test_a_line_that_cannot_be_read_withdraws_nothing(world: World) -> None:
    mug = Product("MUG", "MUG-BLUE", "Mug, blue", CUSTOMERS[0].rate, 2)
    line = world.simulator.market.place_order([mug, mug]).lines[0].ref
    world.announce(line, 3)
    before = await world.walk()
    world.switch(garbled={line.partition(":")[0]: "bad_counter"})
    [page] = await world.pages()
    assert (len(page.unreadable), page.seen) == (1, ())
    with pytest.raises(Transient):
        await world.fruugo.look(f"{line}:1")
    with pytest.raises(Transient):
        await world.tell(f"{line}:1")
    world.switch(garbled={})
    assert await world.walk() == before
    assert world.refunds() == []


# --- downloads ---


async def test_the_window_is_walked_in_slices(world: World) -> None:
    lines = {world.returned(1, days_ago=age) for age in (0, 20, 40, 60, 85)}
    assert set(await world.walk()) == {f"{line}:1" for line in lines}

    windows = [sent.query for sent in world.sent if sent.call == DOWNLOAD][1:]
    assert len(windows) == 3
    assert [one["to"] for one in windows[:-1]] == [one["from"] for one in windows[1:]]
    assert "to" not in windows[-1], "whoever's clock is wrong, nothing is missed"
    length = datetime.fromisoformat(windows[0]["to"]) - datetime.fromisoformat(windows[0]["from"])
    assert length == timedelta(days=31)


async def test_many_orders_come_in_pages(world: World) -> None:
    refs = world.simulator.market.announce_many(250, 10, 1)
    pages = await world.pages()
    assert {seen.ref for page in pages for seen in page.seen} == {f"{ref}:1" for ref in refs}
    assert max(len(page.seen) for page in pages) <= 100


async def test_a_look_is_one_small_download(world: World) -> None:
    line = world.returned(1, days_ago=30)
    world.simulator.market.announce_many(20, 60, 1)
    await world.walk()
    world.sent.clear()
    await world.line(f"{line}:1")

    [sent] = world.sent
    length = datetime.fromisoformat(sent.query["to"]) - datetime.fromisoformat(sent.query["from"])
    assert length == timedelta(minutes=2)


async def test_a_look_finds_an_order_that_nothing_is_remembered_of(fresh: World) -> None:
    line = fresh.returned(1, days_ago=70)
    assert (await fresh.line(f"{line}:1")).awaits


async def test_what_is_no_return_is_none(world: World) -> None:
    line = world.returned(1)
    await world.walk()
    for ref in (f"{line}:2", f"{line}9:1", f"9{line}:1", line, "nonsense"):
        assert await world.fruugo.look(ref) is None
    assert await world.fruugo.order("42") is None


@pytest.mark.parametrize("zone", ["Z", "+00:00"])
async def test_times_are_sent_as_the_setting_says(world: World, zone: str) -> None:
    world.switch(zulu=zone == "Z")
    world.connect(zone_as=zone)
    line = world.returned(1)
    assert list(await world.walk()) == [f"{line}:1"]
    assert all("+" not in sent.raw_query for sent in world.sent), "a bare plus is a space"


@pytest.mark.parametrize(
    "body",
    [
        "",
        "<html><body>Maintenance</body></html>",
        "{}",
        "<o:orders xmlns:o='x'><o:order><o:orderId>1</o:orderId>",
        '<!DOCTYPE orders [<!ENTITY a "b">]><orders>&a;</orders>',
        '<!DOCTYPE orders SYSTEM "http://127.0.0.1:9/x.dtd"><orders/>',
        "<orders>" + "<a>" * 60 + "</a>" * 60 + "</orders>",
    ],
    ids=["empty", "html", "json", "broken off", "entity", "external", "deep"],
)
@pytest.mark.parametrize("passes", [0, 1], ids=["small", "large"])
async def test_what_is_no_document_of_orders_is_asked_for_again(world: World, body: str, passes: int) -> None:
    world.answers(DOWNLOAD, body, skip=passes, times=3)
    with pytest.raises(Transient, match="cannot be read"):
        await world.walk()


async def test_orders_before_a_break_are_kept(world: World) -> None:
    line = world.returned(1, days_ago=80)
    world.fault("drop_before", DOWNLOAD, skip=3)
    pages = world.fruugo.returns(world.ago(3), knows_nothing)
    first = await anext(pages)
    assert [seen.ref for seen in first.seen] == [f"{line}:1"]
    with pytest.raises(Transient):
        await anext(pages)


async def test_a_limit_is_a_pause(world: World) -> None:
    world.switch(limits=True, retry_after=True)
    with pytest.raises(Unavailable):
        await world.walk()
