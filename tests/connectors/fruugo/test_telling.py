"""Telling Fruugo a decision exactly once, over HTTP: contract fruugo 2.2, 5 and 6."""

import asyncio
from typing import Any
from urllib.parse import parse_qs

import pytest

from retour.connectors.contract import ReceiptState
from retour.connectors.errors import OutcomeUnknown, Refused, Transient, Unauthorized, Unavailable
from retour.core.model import Resolution
from retour.sandbox.fruugo.samples import PRODUCTS

from .world import POST, World, ends, part

R = Resolution
TOLD = (R.ACCEPT, R.KEEP)
pytestmark = pytest.mark.parametrize("decision", TOLD)


async def opened(world: World, units: int = 1, ordered: int = 3) -> str:
    """A return of so many units, of an order that has more: what is sent twice would be paid twice."""
    line = world.sell(ordered)
    world.announce(line, units)
    await world.walk()
    return f"{line}:1"


def line_of(ref: str) -> str:
    return ref.rpartition(":")[0]


async def test_it_is_told_once_and_reads_back(world: World, decision: Resolution) -> None:
    ref = await opened(world, 2)
    receipt = await world.tell(ref, decision, 2)

    assert receipt.state is ReceiptState.DONE
    assert world.refunds() == [(line_of(ref), 2, "v2")]
    line = await world.line(ref)
    assert ends(line.handlings) == [(R.ACCEPT, 1), (R.ACCEPT, 1)]
    assert not line.awaits


async def test_the_item_is_always_named(world: World, decision: Resolution) -> None:
    """Without one, Fruugo returns the whole order."""
    order = world.simulator.market.place_order(PRODUCTS[:4])
    line = order.lines[1].ref
    world.announce(line)
    await world.walk()
    await world.tell(f"{line}:1", decision)

    [form] = world.posts()
    order_id, product, sku = line.split(":")
    assert f"item={product},{sku},1" in form
    fields = parse_qs(form, strict_parsing=True)
    message = ["customer keeps item"] if decision is R.KEEP else None
    assert fields.pop("messageToFruugo", None) == message
    assert fields == {"orderId": [order_id], "item": [f"{product},{sku},1"], "returnReason": ["other"]}
    assert world.refunds() == [(line, 1, "v2")]


async def test_parts_of_a_return_are_told_one_by_one(world: World, decision: Resolution) -> None:
    ref = await opened(world, 3)
    await world.tell(ref, decision, 1)
    line = await world.line(ref)
    assert (line.awaits, len(line.handlings)) == (True, 1)
    await world.tell(ref, R.ACCEPT, 2)
    line = await world.line(ref)
    assert (line.awaits, len(line.handlings)) == (False, 3)
    assert [units for _, units, _ in world.refunds()] == [1, 2]


async def test_the_return_that_was_told_is_the_one_that_is_refunded(world: World, decision: Resolution) -> None:
    ref = await opened(world)
    world.announce(line_of(ref))
    await world.walk()
    second = f"{line_of(ref)}:2"
    await world.tell(second, decision)

    assert (await world.line(ref)).awaits
    assert not (await world.line(second)).awaits
    shown = await world.walk()
    assert [len(seen.lines[0].handlings) for seen in shown.values()] == [0, 1]


# --- lost, refused, too early ---


async def test_an_answer_that_was_lost_is_read_back(world: World, decision: Resolution) -> None:
    """Also by another process, and where an older return of the same line is open."""
    ref = await opened(world)
    world.announce(line_of(ref))
    await world.walk()
    second = f"{line_of(ref)}:2"
    world.fault("drop_after", POST)
    with pytest.raises(OutcomeUnknown):
        await world.tell(second, decision)

    world.connect()
    assert not (await world.line(second)).awaits
    assert (await world.line(ref)).awaits
    with pytest.raises(Refused, match="already"):
        await world.tell(second, decision)
    assert world.refunds() == [(line_of(ref), 1, "v2")]


async def test_a_call_that_was_lost_can_be_made_again(world: World, decision: Resolution) -> None:
    ref = await opened(world)
    world.fault("drop_before", POST)
    with pytest.raises(OutcomeUnknown):
        await world.tell(ref, decision)
    for _ in range(2):
        line = await world.line(ref)
        assert (line.awaits, line.handlings) == (True, ())
    assert world.refunds() == []
    assert (await world.tell(ref, decision)).state is ReceiptState.DONE
    assert world.refunds() == [(line_of(ref), 1, "v2")]


async def test_a_worker_that_dies_under_way_leaves_its_intent(world: World, decision: Resolution) -> None:
    ref = await opened(world)
    world.announce(line_of(ref))
    await world.walk()
    second = f"{line_of(ref)}:2"
    left = asyncio.Event()
    world.meanwhile[POST] = left.set
    world.fault("slow", POST, seconds=0.2)
    telling = asyncio.create_task(world.tell(second, decision))
    await left.wait()
    telling.cancel()
    with pytest.raises(asyncio.CancelledError):
        await telling

    world.refund(line_of(ref))  # it takes effect after all
    world.connect()
    assert not (await world.walk())[second].lines[0].awaits


@pytest.mark.parametrize(
    ("status", "failure"),
    [(429, Unavailable), (401, Unauthorized), (403, Unauthorized), (500, OutcomeUnknown), (503, OutcomeUnknown)],
)
async def test_failures_have_no_effect_and_say_so(
    world: World, decision: Resolution, status: int, failure: type[Exception]
) -> None:
    ref = await opened(world)
    world.answers(POST, "not now", status)
    with pytest.raises(failure):
        await world.tell(ref, decision)
    assert len(world.posts()) == 1
    assert world.refunds() == []
    note = (await world.memory.begins("line/"))[f"line/{line_of(ref)}"]
    assert note["batches"][0]["told"] == (1 if failure is OutcomeUnknown else 0)
    world.connect()  # a door of its own, that need not wait
    await world.tell(ref, decision)
    assert world.refunds() == [(line_of(ref), 1, "v2")]


async def test_a_login_that_is_refused_does_nothing(world: World, decision: Resolution) -> None:
    ref = await opened(world)
    world.simulator.set_credentials("sandbox@example.org", "another-secret")
    with pytest.raises(Unauthorized):
        await world.tell(ref, decision)
    assert world.posts() == []
    world.connect(password="another-secret")
    await world.tell(ref, decision)
    assert world.refunds() == [(line_of(ref), 1, "v2")]


async def test_the_words_of_a_refusal_are_fruugos(world: World, decision: Resolution) -> None:
    ref = await opened(world)
    world.answers(POST, "Item 105,204 cannot be returned", 400)
    with pytest.raises(Refused) as refused:
        await world.tell(ref, decision)
    assert refused.value.words == "Item 105,204 cannot be returned"
    assert world.refunds() == []


@pytest.mark.parametrize(
    "body",
    [
        "OK",
        "<html><body>Thanks</body></html>",
        "<orders/>",
        "<order><orderId>1</orderId></order>",
        "<orders><order><orderId>{order}</orderId></order></orders>",
    ],
)
async def test_an_answer_that_is_not_understood_is_never_taken_for_done(
    world: World, decision: Resolution, body: str
) -> None:
    ref = await opened(world)
    world.answers(POST, body.replace("{order}", ref.partition(":")[0]))
    with pytest.raises(OutcomeUnknown):
        await world.tell(ref, decision)


@pytest.mark.parametrize("root", ["orders", "order"])
async def test_the_answers_root_may_be_either(world: World, decision: Resolution, root: str) -> None:
    world.switch(post_root=root)
    ref = await opened(world)
    assert (await world.tell(ref, decision)).state is ReceiptState.DONE


async def test_an_answer_that_shows_too_little_is_never_taken_for_done(world: World, decision: Resolution) -> None:
    """A Fruugo that answers 200 and returns fewer units than it was told."""
    ref = await opened(world, 2)
    await world.line(ref)
    world.answers(POST, world.sent[-1].answer)
    with pytest.raises(OutcomeUnknown, match="fewer"):
        await world.tell(ref, decision, 2)
    assert world.refunds() == []


# --- never too much ---


async def test_what_the_portal_refunded_is_not_refunded_again(world: World, decision: Resolution) -> None:
    world.switch(too_many="refunded_again")
    ref = await opened(world, 1, ordered=1)
    world.refund(line_of(ref))
    with pytest.raises(Refused, match="already"):
        await world.tell(ref, decision)
    assert world.posts() == []


async def test_what_the_portal_refunds_at_the_last_moment_is_not_refunded_again(
    world: World, decision: Resolution
) -> None:
    ref = await opened(world, 1, ordered=1)
    world.meanwhile[POST] = lambda: world.refund(line_of(ref))
    with pytest.raises(Refused) as refused:
        await world.tell(ref, decision)
    assert refused.value.words
    assert world.refunds() == [(line_of(ref), 1, "portal")]
    assert not (await world.line(ref)).awaits


@pytest.mark.parametrize("counting", [True, False])
async def test_a_fruugo_that_pays_twice_is_not_asked_twice(world: World, decision: Resolution, counting: bool) -> None:
    world.switch(too_many="refunded_again", shipped_keeps_counting=counting)
    ref = await opened(world, 2, ordered=2)
    await world.tell(ref, decision, 2)
    with pytest.raises(Refused):
        await world.tell(ref, decision, 2)
    assert len(world.posts()) == 1
    assert world.refunds() == [(line_of(ref), 2, "v2")]


async def test_two_at_the_same_time_pay_once(world: World, decision: Resolution) -> None:
    world.switch(too_many="refunded_again")
    ref = await opened(world, 1, ordered=5)
    outcomes = await asyncio.gather(world.tell(ref, decision), world.tell(ref, decision), return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Receipt", "Refused"]
    assert world.refunds() == [(line_of(ref), 1, "v2")]


async def test_what_was_withdrawn_is_not_refunded(world: World, decision: Resolution) -> None:
    line = world.sell(3)
    number = world.announce(line, 2)
    await world.walk()
    world.withdraw(number, 1)
    with pytest.raises(Refused, match="only 1 units"):
        await world.tell(f"{line}:1", decision, 2)
    world.withdraw(number)
    with pytest.raises(Refused, match="withdrawn"):
        await world.tell(f"{line}:1", decision)
    assert world.posts() == []


async def test_an_exception_is_left_to_a_person(world: World, decision: Resolution) -> None:
    ref = await opened(world)
    world.simulator.market.except_units(line_of(ref))
    with pytest.raises(Refused, match="exception"):
        await world.tell(ref, decision)
    assert world.posts() == []


# --- reasons ---


@pytest.mark.parametrize(
    ("how", "settings", "reason"),
    [
        ({}, {}, "other"),
        ({}, {"return_reason": "damaged_item"}, "damaged_item"),
        ({"code": "wrong_item"}, {"return_reason": "damaged_item"}, "wrong_item"),
        ({"reason": "The zip is broken"}, {}, "other"),
    ],
)
async def test_the_reason_is_one_of_fruugos(
    world: World, decision: Resolution, how: dict[str, Any], settings: dict[str, Any], reason: str
) -> None:
    world.connect(**settings)
    ref = await opened(world)
    await world.tell(ref, decision, **how)
    [refund] = world.simulator.journal.of("refund")
    assert refund.detail["reason"] == reason
    assert refund.detail["message_to_customer"] in {None, ""}


async def test_what_cannot_be_told_never_leaves(world: World, decision: Resolution) -> None:
    ref = await opened(world)
    by_hand = world.connect(keep_as="by_hand")
    refused = [
        [part(ref, R.KEEP)],
        *([part(ref, resolution)] for resolution in R if resolution not in TOLD),
        [part(ref, R.ACCEPT, 0)],
        [part(ref, R.ACCEPT, 2)],
        [part(ref, R.ACCEPT, code="because")],
        [],
        [part(ref, R.ACCEPT), part(ref, R.ACCEPT)],
    ]
    for parts in refused:
        with pytest.raises(Refused):
            await by_hand.settle(ref, parts)
    for unknown in (f"{line_of(ref)}:7", f"9{ref}", "nonsense"):
        with pytest.raises(Refused):
            await by_hand.settle(unknown, [part(unknown)])
    assert world.posts() == []
    assert world.refunds() == []


async def test_a_server_that_is_not_there_is_transient(world: World, decision: Resolution) -> None:
    ref = await opened(world)
    await world.running.stop()
    with pytest.raises(Transient):
        await world.tell(ref, decision)
