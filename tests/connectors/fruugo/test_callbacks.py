"""Seeing returns by callbacks, on a network that is not kind: contract fruugo 3 and 4."""

import asyncio
import json
from contextlib import nullcontext
from datetime import timedelta
from typing import Any, get_args
from uuid import UUID

import pytest

from retour.connectors.contract import CameBack, Page
from retour.connectors.errors import Refused, Transient, Unavailable
from retour.core.model import Resolution
from retour.sandbox.fruugo.switches import CallbackFlaw
from tests.connectors.asked import knows_nothing

from .world import Later, World, ends, happened

R = Resolution
HARMLESS = {"no_type", "unknown_type", "unknown_fields", "other_merchant"}
OURS = {"no_payload", "bad_payload"}
"""They still say which question they answer."""


def callback(correlation: str, *orders: Any) -> bytes:
    return json.dumps({"type": "get", "payload": {"orders": orders}, "correlationId": correlation}).encode()


async def posted(later: Later) -> list[bytes]:
    """What waits in the box."""
    bodies = [await later.box.read(arrival.id) for arrival in await later.box.arrived()]
    return [body for body in bodies if body is not None]


# --- asking and being answered ---


async def test_what_was_asked_is_answered_later(new: Later) -> None:
    line = new.returned(2)
    assert await new.walk() == {}
    [seen] = (await new.walk()).values()
    assert (seen.ref, seen.lines[0].quantity, seen.lines[0].awaits) == (f"{line}:1", 2, True)
    assert seen.customer is not None


@pytest.mark.parametrize("filters", ["query", "body"])
async def test_all_that_is_watched_is_asked_for_in_slices(new: Later, filters: str) -> None:
    new.connect(v3_filters=filters, slice_days=40)
    new.switch(v3_filters=filters)
    line = new.returned(1, days_ago=85)
    pages = await new.pages()
    assert [page.again for page in pages] == [timedelta(seconds=15)]
    told = [sent.query if filters == "query" else json.loads(sent.body) for sent in new.asked()]
    assert [("dateFrom" in one, "dateTo" in one) for one in told] == [(True, True), (True, True), (True, False)]
    assert all(one["dateFrom"].endswith("Z") for one in told)
    assert len({UUID(sent.correlation) for sent in new.asked()}) == 3
    shown = [seen.ref for page in await new.pages() for seen in page.seen]
    assert shown == [f"{line}:1"]


async def test_while_an_answer_is_awaited_nothing_is_asked_again(later: Later) -> None:
    later.switch(callback_seconds=600)
    later.wait(minutes=5)
    first = await later.pages()
    asked = len(later.asked())
    later.wait(minutes=3)
    [page] = await later.pages()
    assert first[-1].again is not None
    assert page.again is not None
    assert page.again > first[-1].again, "looked for less and less often"
    assert len(later.asked()) == asked


async def test_an_arrival_is_no_reason_to_ask_for_everything(later: Later) -> None:
    """Each arrival makes the hub look; to ask anew for it would be answered again, without an end."""
    asked = len(later.asked())
    for _ in range(3):
        assert await later.pages() == []
    assert len(later.asked()) == asked
    later.wait(minutes=4, seconds=1)
    await later.pages()
    assert len(later.asked()) > asked


async def test_a_deep_sweep_that_comes_too_soon_is_made_up_for(later: Later) -> None:
    line = later.returned(1, days_ago=150)
    assert await later.walk(deep=True) == {}
    assert list(await later.seen()) == [f"{line}:1"]


async def test_a_list_is_known_as_of_when_it_was_asked_for(later: Later) -> None:
    later.wait(minutes=5)
    asked = later.simulator.clock.now()
    await later.pages()
    later.wait(minutes=2)
    [page] = await later.pages()
    assert page.as_of is not None
    assert abs(page.as_of - asked) < timedelta(seconds=5)


async def test_an_answer_survives_a_restart(later: Later) -> None:
    later.wait(minutes=5)
    line = later.returned(1)
    await later.walk()
    later.connect()
    assert list(await later.walk()) == [f"{line}:1"]


async def test_a_body_that_was_taken_in_by_a_worker_who_died_is_taken_in_once(later: Later) -> None:
    """Killed after the first page was recorded."""
    line = later.returned(1)
    later.wait(minutes=5)
    await later.walk()
    before = {name: note for name, note in (await later.memory.begins("")).items() if not name.startswith("line/")}
    bodies = await posted(later)
    assert list(await later.walk()) == [f"{line}:1"]
    await later.memory.write(before)
    for body in bodies:
        later.box.put(body)
    later.connect()
    assert list(await later.walk()) == [f"{line}:1"]


async def test_a_walk_that_was_only_half_asked_for_is_no_baseline(new: Later) -> None:
    """Killed between two questions: what was returned of the orders of the other ones is still history."""
    gone = new.sell(1)
    new.refund(gone)
    new.fault("slow", r"POST /v3/orders$", seconds=0.2, skip=1)
    asking = asyncio.create_task(new.pages())
    await happened(lambda: len(new.asked()) == 2)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    await happened(lambda: len(new.simulator.callbacks.log) == 2)
    new.connect()
    assert await new.walk() == {}
    assert await new.memory.read("baseline") == {}
    assert await new.walk() == {}
    assert await new.memory.read("baseline") != {}
    assert await new.walk() == {}


async def test_an_answer_that_was_too_large_is_said(later: Later) -> None:
    """Some slices are answered, and one never is."""
    later.plan("get", copies=0)
    later.wait(minutes=5)
    await later.walk()
    await later.walk()
    later.plan("get", copies=0)
    later.wait(minutes=16)
    with pytest.raises(Transient, match=r"only a part.*slice_days"):
        await later.walk()


async def test_a_question_that_cannot_be_asked_was_not_asked(later: Later) -> None:
    later.wait(minutes=5)
    later.fault("answer", r"POST /v3/orders$", status=500, times=3, skip=1)
    with pytest.raises(Transient):
        await later.walk()
    line = later.returned(1)
    assert await later.walk() == {}
    assert list(await later.walk()) == [f"{line}:1"]


async def test_an_acknowledgement_must_be_one(later: Later) -> None:
    later.wait(minutes=5)
    for how in ({"body": "<html/>"}, {"headers": {"X-Correlation-ID": "another"}}):
        later.fault("answer", r"POST /v3/orders$", status=200, **how)
        with pytest.raises(Transient, match="acknowledges"):
            await later.walk()


@pytest.mark.parametrize("switches", [{"v3_payload": "list"}, {"numeric_order_ids": True}, {"ack_status": 202}])
async def test_what_is_not_documented_may_be_otherwise(later: Later, switches: dict[str, Any]) -> None:
    later.switch(**switches)
    line = later.returned(1)
    assert list(await later.seen()) == [f"{line}:1"]
    assert await later.fruugo.look(f"{line}:1") is not None


# --- callbacks that do not come ---


async def test_a_missing_callback_is_asked_for_again_and_shown(later: Later) -> None:
    line = later.returned(1)
    later.switch(callback_copies=0)
    later.wait(minutes=5)
    await later.walk()
    asked, silent_since = len(later.asked()), later.simulator.clock.now()
    later.wait(minutes=10)
    await later.walk()
    assert len(later.asked()) == asked

    later.wait(minutes=6)
    words = f"No callback from Fruugo since {silent_since:%Y-%m-%d %H:%M} UTC.*retour hooks"
    with pytest.raises(Transient, match=words):
        await later.walk()
    assert len(later.asked()) == 2 * asked
    with pytest.raises(Transient, match=words):
        await later.walk()
    [doctor] = [check for check in await later.plain.check() if check.name == "callbacks"]
    assert not doctor.ok
    assert "No callback" in doctor.words

    later.switch(callback_copies=1)
    later.wait(minutes=16)
    with pytest.raises(Transient, match=words):
        await later.walk()
    assert list(await later.walk()) == [f"{line}:1"]
    assert [check.ok for check in await later.plain.check()] == [True, True, True]


async def test_an_order_whose_answer_does_not_come_holds_up_nothing_else_for_long(later: Later) -> None:
    line = later.returned(1)
    later.plan("get", copies=0)
    with pytest.raises(Unavailable):
        await later.plain.look(f"{line}:1")
    later.wait(minutes=3)
    with pytest.raises(Transient) as waits:
        await later.plain.look(f"{line}:1")
    assert not isinstance(waits.value, Unavailable)
    assert len(later.asked()) == 1

    later.wait(minutes=13)
    with pytest.raises(Transient, match="No callback"):
        await later.plain.look(f"{line}:1")
    assert len(later.asked()) == 2
    seen = await later.plain.look(f"{line}:1")
    assert seen is not None


async def test_a_clock_that_was_put_back_stops_nothing(later: Later) -> None:
    later.wait(days=-3)
    line = later.returned(1)
    await later.walk()
    assert list(await later.walk()) == [f"{line}:1"]


async def test_the_doctor_says_what_is_to_be_done_first(new: Later) -> None:
    checks = {check.name: check for check in await new.plain.check()}
    assert all(check.ok for check in checks.values())
    assert "Register" in checks["callbacks"].words
    assert await new.memory.begins("") == {}, "the doctor changes nothing"
    await new.walk()
    assert await new.walk() == {}, "what it was answered is nobody's"


# --- twice, late, overtaken ---


async def test_the_same_callback_twice_is_one(later: Later) -> None:
    later.switch(callback_copies=3)
    line = later.returned(2)
    assert len((await later.seen())[f"{line}:1"].lines) == 1
    asked = len(later.asked())
    assert await later.walk() == {}
    assert await later.box.arrived() == []
    assert len(later.asked()) == asked


async def test_an_old_callback_that_is_sent_again_says_nothing(later: Later) -> None:
    """By a stranger, or by Fruugo."""
    line = later.returned(2)
    later.wait(minutes=5)
    await later.walk()
    old = await posted(later)
    assert list(await later.walk()) == [f"{line}:1"]
    later.simulator.market.refund(line, 2, "portal")
    await later.seen()

    for body in old:
        later.box.put(body)
    assert await later.walk() == {}
    assert not (await later.line(f"{line}:1")).awaits


async def test_an_answer_that_was_overtaken_withdraws_nothing(later: Later) -> None:
    line = later.sell(3)
    later.announce(line)
    await later.seen()
    later.wait(minutes=5)
    for _ in range(3):
        later.plan("get", delay=60)
    await later.walk()
    await later.box.arrived()  # it shows how things stand now, and comes in a minute
    later.announce(line)
    assert (await later.line(f"{line}:2")).awaits

    later.wait(minutes=2)
    shown = await later.walk()
    assert {ref: seen.lines[0].awaits for ref, seen in shown.items()} == {f"{line}:1": True, f"{line}:2": True}
    assert [ends(seen.lines[0].handlings) for seen in shown.values()] == [[], []]


async def test_an_answer_that_comes_after_it_was_asked_for_again_says_nothing(later: Later) -> None:
    line = later.sell(1)
    for _ in range(3):
        later.plan("get", delay=20 * 60)
    later.wait(minutes=5)
    await later.walk()
    await later.box.arrived()
    later.wait(minutes=16)
    later.announce(line)
    with pytest.raises(Transient, match="No callback"):
        await later.walk()
    assert list(await later.walk()) == [f"{line}:1"]
    later.wait(minutes=5)
    await later.walk()
    assert (await later.line(f"{line}:1")).awaits


# --- strangers ---


async def test_a_stranger_who_knows_the_address_says_nothing(later: Later) -> None:
    line = later.returned(1)
    later.wait(minutes=5)
    await later.walk()
    [genuine] = [json.loads(body) for body in await posted(later) if line.partition(":")[0].encode() in body]
    forged = genuine["payload"]["orders"]
    forged[0]["orderLines"][0]["returnAnnouncedItems"] = 5
    assert list(await later.walk()) == [f"{line}:1"]
    later.box.put(callback("00000000-0000-4000-8000-000000000000", *forged))
    later.box.put(callback("../../etc/passwd", *forged))
    later.box.put(callback(f"line/{line}", *forged))
    before = await later.memory.begins("")
    assert await later.walk() == {}
    assert await later.memory.begins("") == before
    assert await later.box.arrived() == []


async def test_what_another_account_was_answered_says_nothing_here(later: Later, fresh: World) -> None:
    """Both addresses are registered for the same account, say."""
    mine = later.returned(1)
    later.wait(minutes=5)
    await later.walk()
    [answer, *_] = [body for body in await posted(later) if mine.partition(":")[0].encode() in body]
    other = Later(fresh.running, fresh.sent, fresh.meanwhile, box=later.box)
    other.connect()
    await other.pages()  # has asked for all orders itself, and is waiting
    other.box.put(answer)
    assert await other.walk() == {}
    assert await other.memory.begins("line/") == {}
    await other.doors[-1].close()


async def test_an_answer_about_other_orders_is_none(later: Later) -> None:
    """It has the right id, and speaks of an order that was not asked for."""
    line, other = later.returned(1), later.returned(1)
    later.plan("get", copies=0)
    with pytest.raises(Unavailable):
        await later.plain.look(f"{line}:1")
    row = {"orderId": other.partition(":")[0], "orderReleaseDate": "2026-03-02T09:15:30Z", "orderLines": []}
    later.box.put(callback(later.asked()[-1].correlation, row))
    with pytest.raises(Transient, match="something else"):
        await later.plain.look(f"{line}:1")
    assert await later.memory.begins(f"line/{other}") == {}
    assert await later.fruugo.look(f"{line}:1") is not None


@pytest.mark.parametrize("flaw", get_args(CallbackFlaw))
async def test_a_callback_that_cannot_be_read_is_shown_and_asked_for_again(later: Later, flaw: str) -> None:
    line = later.returned(1)
    later.wait(minutes=5)
    for _ in range(3):
        later.plan("get", flaw=flaw)
    await later.walk()
    if flaw in HARMLESS:
        assert list(await later.walk()) == [f"{line}:1"]
        return
    pages: list[Page] = []
    with pytest.raises(Transient, match="cannot be read") if flaw in OURS else nullcontext():
        async for page in later.plain.returns(later.ago(3), knows_nothing):
            pages.append(page)  # noqa: PERF401 - what came before the failure counts
    unreadable = [row for page in pages for row in page.unreadable]
    assert not [seen for page in pages for seen in page.seen]
    if flaw != "other_correlation_id":
        assert unreadable
        assert all("callback" in row.why for row in unreadable)
    assert await later.box.arrived() == []

    later.wait(minutes=16)
    with pytest.raises(Transient, match="No callback"):
        await later.walk()
    assert list(await later.walk()) == [f"{line}:1"]


@pytest.mark.parametrize(
    "body",
    [b"", b"\xff\xfe", b"[" * 100_000, b'{"correlationId": ' + b"9" * 10_000 + b"}", b"null", b'{"correlationId": {}}'],
)
async def test_no_body_is_too_odd(later: Later, body: bytes) -> None:
    later.box.put(body)
    [page] = await later.pages()
    [row] = page.unreadable
    assert row.why.startswith("A callback cannot be read")
    assert len(row.raw) <= 20_000
    assert "\0" not in row.raw
    assert await later.box.arrived() == []


async def test_of_a_flood_that_nobody_can_read_one_is_shown(later: Later) -> None:
    """Somebody has learned the address: each body is another, and each would be kept for a month."""
    later.wait(minutes=5)
    line = later.returned(1)
    for number in range(50):
        later.box.put(b"made up %d" % number)
    await later.walk()
    for number in range(50):
        later.box.put(b"made up, too %d" % number)
    pages = await later.pages()
    assert len([row for page in pages for row in page.unreadable]) == 1
    assert [seen.ref for page in pages for seen in page.seen] == [f"{line}:1"]
    assert await later.box.arrived() == []


async def test_one_order_that_cannot_be_read_hides_no_other(later: Later) -> None:
    garbled, whole = later.returned(1), later.returned(1)
    later.switch(garbled={garbled.partition(":")[0]: "bad_counter"})
    later.wait(minutes=5)
    await later.walk()
    pages = await later.pages()
    assert [seen.ref for page in pages for seen in page.seen] == [f"{whole}:1"]
    [row] = [row for page in pages for row in page.unreadable]
    assert row.ref == garbled.partition(":")[0]


# --- the same account, whichever way it is reached ---


async def test_changing_the_way_changes_no_return(later: Later) -> None:
    first, second = later.returned(2), later.returned(1)
    by_callback = await later.seen()
    assert by_callback.keys() == {f"{first}:1", f"{second}:1"}
    later.refund(second)
    at_once = World(later.running, later.sent, later.meanwhile, memory=later.memory)
    at_once.connect()
    shown = await at_once.walk()
    assert shown.keys() == by_callback.keys()
    assert not shown[f"{second}:1"].lines[0].awaits
    await at_once.tell(f"{first}:1", units=2)
    await at_once.doors[-1].close()

    shown = await later.seen()
    assert shown.keys() == by_callback.keys()
    assert not any(seen.lines[0].awaits for seen in shown.values())
    with pytest.raises(Refused, match="already"):
        await later.tell(f"{first}:1", units=2)


async def test_what_was_returned_before_the_connection_was_made_is_history(new: Later) -> None:
    gone = new.sell(1)
    new.refund(gone)
    assert await new.seen() == {}
    news = new.sell(1)
    new.refund(news)
    assert list(await new.seen()) == [f"{news}:1"]


async def test_what_came_back_unannounced_is_declared(later: Later) -> None:
    line = later.sell(2)
    order = await later.fruugo.order(line.partition(":")[0])
    assert order is not None
    assert order.numbers
    [seen] = await later.fruugo.declare(order, [CameBack(order.lines[0].ref or "", 1)])
    assert seen.ref == f"{line}:1"
    assert later.asked("POST /v3/orders/return") == []


@pytest.mark.parametrize("ref", ["no such", "1:2", "", "9" * 51, "a,b"])
async def test_what_can_be_no_order_is_not_asked_for(later: Later, ref: str) -> None:
    assert await later.plain.order(ref) is None
    assert later.asked() == []


async def test_what_orders_looked_like_is_soon_forgotten(later: Later) -> None:
    """They hold names and addresses."""
    line = later.returned(1)
    await later.fruugo.look(f"{line}:1")
    assert await later.memory.begins("order/")
    await later.seen()
    assert await later.memory.begins("order/") == {}
    assert await later.memory.begins("question/") == {}
