"""Walking Walmart's list of returns: contract walmart 4.1, 4.2, 9 and 11."""

import json
from datetime import timedelta

import pytest

from retour.connectors.contract import Page
from retour.connectors.errors import Misconfigured, Transient
from retour.core.model import Handler, Seen

from .world import LIST, World


def seen_on(pages: list[Page]) -> list[Seen]:
    return [seen for page in pages for seen in page.seen]


def refs(pages: list[Page]) -> list[str]:
    return [seen.ref for seen in seen_on(pages)]


async def test_a_check_reads_what_has_changed_since(world: World) -> None:
    old = await world.open({}, opened_at=f"{world.simulator.clock.now() - timedelta(days=20):%Y-%m-%dT%H:%M:%SZ}")
    new = await world.announce()
    since = world.simulator.clock.now() - timedelta(days=3)
    assert refs(await world.walk(since)) == [new.ref]
    await world.happens(old, "ship")
    assert sorted(refs(await world.walk(since))) == sorted([old.ref, new.ref])
    query = world.sent[-1].query
    assert query.keys() == {"replacementInfo", "limit", "returnLastModifiedStartDate"}
    assert (query["replacementInfo"], query["limit"]) == ("true", "200")
    assert query["returnLastModifiedStartDate"].endswith("Z")


@pytest.mark.parametrize("last", ["missing", "null", "empty"])
@pytest.mark.parametrize("order", ["modified_newest_first", "modified_oldest_first"])
async def test_cursors_are_sent_as_they_came(world: World, last: str, order: str) -> None:
    """The simulator refuses one with anything added or encoded anew; this one holds an encoded date."""
    await world.switch(last_cursor=last, order=order)
    await world.command("POST", "/_sandbox/bulk", {"count": 450})
    pages = await world.walk(world.simulator.clock.now() - timedelta(days=30))
    assert [len(page.seen) for page in pages] == [200, 200, 50]
    assert len(set(refs(pages))) == 450


async def test_a_cursor_that_forgets_what_was_asked_for(world: World) -> None:
    """It goes on with returns that were not asked for, and without those of WFS."""
    await world.switch(cursor_forgets_filters=True)
    await world.command("POST", "/_sandbox/bulk", {"count": 250})
    theirs = await world.announce_own()
    since = world.simulator.clock.now() - timedelta(days=30)
    assert len(set(refs(await world.walk(since)))) == 250
    shown = seen_on(await world.walk())
    assert {one.ref for one in shown if one.handler is Handler.MARKETPLACE} == {theirs.ref}
    assert len({one.ref for one in shown}) == 251


async def test_a_list_without_end_is_given_up(world: World) -> None:
    await world.command("POST", "/_sandbox/bulk", {"count": 250})
    await world.switch(cursor_loops=True)
    with pytest.raises(Transient):
        await world.walk(world.simulator.clock.now() - timedelta(days=30))


@pytest.mark.parametrize("empty", ["empty", "missing", "404"])
async def test_nothing_has_forms(world: World, empty: str) -> None:
    await world.switch(empty_list=empty)
    assert refs(await world.walk()) == []
    assert await world.walmart.look("106152711271980001") is None


async def test_a_wrong_address_is_not_nothing(world: World) -> None:
    world.walmart = world.connect(api_url=f"{world.url}/elsewhere")
    with pytest.raises(Misconfigured):
        await world.walmart.look("106152711271980001")
    world.walmart = world.connect()
    body = '{"errors": [{"code": "URI_NOT_FOUND.GMP_GATEWAY_API"}]}'
    world.fault("answer", LIST, status=404, body=body)
    with pytest.raises(Misconfigured):
        await world.walk()


@pytest.mark.parametrize(
    "body", ["{}", "[]", '{"errors": []}', '{"returnOrders": {}}', '{"meta": {"nextCursor": "/x"}}']
)
async def test_an_answer_that_is_no_list_is_not_nothing(world: World, body: str) -> None:
    world.fault("answer", LIST, status=200, body=body, times=None)
    with pytest.raises(Transient):
        await world.walmart.look("106152711271980001")


async def test_a_partial_page_is_taken_and_said(world: World) -> None:
    await world.command("POST", "/_sandbox/bulk", {"count": 4})
    await world.switch(partial_pages=1)
    since = world.simulator.clock.now() - timedelta(days=30)
    pages = await world.walk(since)
    assert len(refs(pages)) == 2
    [row] = [row for page in pages for row in page.unreadable]
    assert "206" in row.why
    assert len(refs(await world.walk(since))) == 4


async def test_returns_that_are_opened_meanwhile_hide_no_other(world: World) -> None:
    await world.command("POST", "/_sandbox/bulk", {"count": 401})
    before = {one["return_order_id"] for one in await world.command("GET", "/_sandbox/returns?limit=1000")}
    await world.switch(created_between_pages=3)
    shown = refs(await world.walk(world.simulator.clock.now() - timedelta(days=30)))
    assert before <= set(shown)


# --- what Walmart handles ---


async def test_what_walmart_handles_is_shown_once_a_day(world: World) -> None:
    ours, theirs = await world.announce(), await world.announce_own()
    assert refs(await world.walk(world.simulator.clock.now() - timedelta(days=3))) == [ours.ref]
    pages = await world.walk()
    assert [(one.ref, one.handler) for one in seen_on(pages)] == [
        (ours.ref, Handler.MERCHANT),
        (theirs.ref, Handler.MARKETPLACE),
    ]
    await world.happens(theirs, "deliver")
    [line] = next(one for one in seen_on(await world.walk()) if one.ref == theirs.ref).lines
    assert not line.awaits
    assert [(one.resolution, one.raw) for one in line.handlings] == [("accept", "WALMART_SETTLED_REFUND")]


async def test_what_walmart_handles_can_be_left_out(world: World) -> None:
    theirs = await world.announce_own()
    world.walmart = world.connect(wfs=False)
    assert refs(await world.walk()) == []
    assert await world.walmart.look(theirs.ref) is None
    assert all("isWFSEnabled" not in one.query for one in world.sent)


async def test_a_return_that_the_first_walk_missed_is_not_taken_for_walmarts(world: World) -> None:
    """Otherwise it would never be answered. It moved while the list was read."""
    ours = [await world.announce() for _ in range(2)]
    [first, second] = await world.rows()
    world.fault("answer", LIST, skip=1, status=200, body=json.dumps({"meta": {}, "returnOrders": [first]}))
    shown = seen_on(await world.walk())
    assert [(one.ref, one.handler) for one in shown] == [(first["returnOrderId"], Handler.MERCHANT)]
    assert {first["returnOrderId"], second["returnOrderId"]} == {one.ref for one in ours}


async def test_what_walmart_handles_is_asked_about_once(world: World) -> None:
    for _ in range(5):
        await world.announce_own()
    await world.walk()
    first = await world.calls("GET /v3/returns")
    world.walmart = world.connect()
    assert len(refs(await world.walk())) == 5
    assert (first, await world.calls("GET /v3/returns") - first) == (8, 3)


# --- how rows look ---


@pytest.mark.parametrize("flaw", ["unknown_values", "bare"])
async def test_an_unusual_row_is_read(world: World, flaw: str) -> None:
    announced = await world.announce(quantity=2)
    await world.spoil(announced, flaw)
    [seen] = seen_on(await world.walk())
    [line] = seen.lines
    assert (seen.ref, line.quantity, line.awaits) == (announced.ref, 2, True)
    assert seen.opened_at <= world.simulator.clock.now() + timedelta(minutes=1)
    assert not seen.complete, "the order is still to be fetched"


async def test_a_row_tells_what_it_holds(world: World) -> None:
    announced = await world.open(
        {"sku": "MUG", "title": "Mug", "reason": "WRONG_SIZE/POOR_FIT", "unit_price": "12.95", "group": 1},
        {"sku": "TEA", "reason": "SURPRISE", "group": 2, "keep_it": True},
        customer={"first_name": "Jordan", "last_name": "Example"},
    )
    await world.happens(announced, "ship")
    seen = await world.walmart.look(announced.ref)
    assert seen is not None
    assert seen.complete
    assert seen.customer is not None
    assert (seen.customer.first_name, seen.customer.last_name) == ("Jordan", "Example")
    mug, tea = seen.lines
    assert (mug.sku, mug.title, mug.reason, mug.reason_text) == ("MUG", "Mug", "wrong_size_fit", "WRONG_SIZE/POOR_FIT")
    assert mug.unit_price is not None
    assert (str(mug.unit_price.amount), mug.unit_price.currency) == ("12.95", "USD")
    assert (tea.reason, tea.reason_text, mug.order_line_ref, tea.order_line_ref) == (None, "SURPRISE", "1", "2")
    assert mug.tracking
    assert mug.carrier
    assert mug.received_at is None
    await world.happens(announced, "deliver", line=1)
    mug, tea = (await world.walmart.look(announced.ref)).lines  # type: ignore[union-attr]
    assert mug.received_at is not None
    assert abs(mug.received_at - world.simulator.clock.now()) < timedelta(minutes=1)
    assert tea.received_at is None


@pytest.mark.parametrize("newest_first", [True, False])
async def test_events_come_in_any_order(world: World, newest_first: bool) -> None:
    await world.switch(events_newest_first=newest_first)
    announced = await world.announce()
    for what in ("ship", "deliver", "cancel"):
        await world.happens(announced, what)
    assert await world.ends(announced) == [("cancel", "RETURN_CANCELLED")]
