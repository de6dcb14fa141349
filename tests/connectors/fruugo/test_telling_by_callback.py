"""Telling Fruugo a decision exactly once where nothing is answered at once: contract fruugo 2.2, 4 and 5."""

import asyncio
import json
from typing import Any

import pytest

from retour.connectors.contract import ReceiptState
from retour.connectors.errors import OutcomeUnknown, Refused, Transient, Unauthorized, Unavailable
from retour.core.model import Resolution
from retour.sandbox.fruugo.samples import Product

from .world import RETURN, Later, happened, part

R = Resolution
DONE, PENDING, LOST, REFUSED = ReceiptState.DONE, ReceiptState.PENDING, ReceiptState.LOST, ReceiptState.REFUSED
WRITE = r"POST /v3/orders/return"


async def opened(later: Later, units: int = 1, ordered: int = 3) -> str:
    """A return of so many units, of an order that has more: what is sent twice would be paid twice."""
    line = later.sell(ordered)
    later.announce(line, units)
    await later.seen()
    later.sent.clear()
    return f"{line}:1"


def line_of(ref: str) -> str:
    return ref.rpartition(":")[0]


def told(later: Later) -> list[dict[str, Any]]:
    """The orders of all calls that tell a return."""
    return [order for sent in later.asked(RETURN) for order in json.loads(sent.body)["orders"]]


@pytest.mark.parametrize("decision", [R.ACCEPT, R.KEEP])
async def test_it_is_told_once_and_reads_back(later: Later, decision: Resolution) -> None:
    ref = await opened(later, 2)
    receipt = await later.end(ref, 2, resolution=decision)
    assert receipt.state is DONE
    assert later.refunds() == [(line_of(ref), 2, "v3")]
    line = await later.line(ref)
    assert not line.awaits
    assert [one.resolution for one in line.handlings] == [R.ACCEPT, R.ACCEPT]
    assert (await later.plain.confirm([receipt.ref or ""]))[receipt.ref or ""].state is DONE, "asked once more"


async def test_the_item_is_always_named(later: Later) -> None:
    """Without one, Fruugo returns the whole order. Its names are the merchant's own, and the quantity a number."""
    ref = await opened(later)
    await later.end(ref, code="wrong_item")
    [order] = told(later)
    assert order == {
        "type": "return",
        "orderId": ref.partition(":")[0],
        "itemQuantities": [{"productId": "MUG", "skuId": "MUG-BLUE", "quantity": 1}],
        "returnReason": "wrong_item",
    }


async def test_fruugos_own_ids_where_that_is_set(later: Later) -> None:
    later.connect(v3_ids="fruugo")
    later.switch(v3_ids="fruugo")
    ref = await opened(later)
    assert (await later.end(ref)).state is DONE
    _, product, sku, _ = ref.split(":")
    [order] = told(later)
    assert order["itemQuantities"] == [{"productId": product, "skuId": sku, "quantity": 1}]


async def test_two_products_with_the_same_ids_are_left_to_a_person(later: Later) -> None:
    twin = Product("MUG", "MUG-BLUE", "Mug, blue", 12, 1)  # type: ignore[arg-type]
    other = Product("MUG", "MUG-BLUE", "Mug, the other blue", 12, 1)  # type: ignore[arg-type]
    order = later.simulator.market.place_order([twin, other])
    if len({line.ref for line in order.lines}) < 2:
        order.lines[1].fruugo_sku_id = "999999"
    ref = order.lines[0].ref
    later.announce(ref)
    await later.seen()
    with pytest.raises(Refused, match="same numbers"):
        await later.tell(f"{ref}:1")
    assert told(later) == []


# --- looked at before ---


async def test_nothing_leaves_before_fruugo_was_asked_for_this_very_decision(later: Later) -> None:
    ref = await opened(later)
    assert (await later.line(ref)).awaits, "an answer is at hand, for somebody else's question"
    decided = part(ref)
    with pytest.raises(Unavailable):
        await later.plain.settle(ref, [decided])
    assert told(later) == []
    assert len(later.asked()) == 2

    receipt = await later.plain.settle(ref, [decided])
    assert receipt.state is PENDING
    assert len(later.asked()) == 2


async def test_what_the_portal_refunded_meanwhile_is_not_refunded_again(later: Later) -> None:
    later.switch(too_many="refunded_again")
    ref = await opened(later, 1, ordered=1)
    assert (await later.line(ref)).awaits
    later.refund(line_of(ref))
    with pytest.raises(Refused, match="already"):
        await later.tell(ref)
    assert told(later) == []


async def test_an_answer_that_waited_too_long_is_asked_for_again(later: Later) -> None:
    """It came at once; the connection was paused, and the portal acted meanwhile."""
    later.switch(too_many="refunded_again")
    ref = await opened(later, 1, ordered=1)
    decided = part(ref)
    with pytest.raises(Unavailable):
        await later.plain.settle(ref, [decided])
    await later.box.arrived()
    later.wait(minutes=2, seconds=1)
    later.refund(line_of(ref))
    with pytest.raises(Unavailable):
        await later.plain.settle(ref, [decided])
    with pytest.raises(Refused, match="already"):
        await later.plain.settle(ref, [decided])
    assert told(later) == []


async def test_an_answer_that_came_too_late_is_asked_for_again(later: Later) -> None:
    """What it shows was so when it was asked for, or since: nobody can tell."""
    ref = await opened(later)
    decided = part(ref)
    later.plan("get", delay=14 * 60)
    with pytest.raises(Unavailable):
        await later.plain.settle(ref, [decided])
    later.wait(minutes=20)
    with pytest.raises(Unavailable):
        await later.plain.settle(ref, [decided])
    assert len(later.asked()) == 2


@pytest.mark.parametrize("slow", [False, True])
async def test_two_decisions_of_one_order_do_not_take_each_others_answer_away(later: Later, slow: bool) -> None:
    line = later.sell(3)
    for _ in range(2):
        later.announce(line)
        await later.seen()
    later.sent.clear()
    first, second = part(f"{line}:1"), part(f"{line}:2")
    for one in (first, second):
        if slow:
            later.plan("get", delay=5)
        with pytest.raises(Unavailable):
            await later.plain.settle(one.line_ref, [one])
    later.wait(seconds=10)
    later.plan("return", delay=30)
    assert (await later.plain.settle(first.line_ref, [first])).state is PENDING

    with pytest.raises(Unavailable, match="busy"):
        await later.plain.settle(second.line_ref, [second])
    later.wait(seconds=30)
    with pytest.raises(Unavailable, match="stands"):
        await later.plain.settle(second.line_ref, [second])  # how it stands since the first
    assert (await later.plain.settle(second.line_ref, [second])).state is PENDING
    await later.seen()
    assert later.refunds() == [(line, 1, "v3"), (line, 1, "v3")]


@pytest.mark.parametrize("counting", [True, False])
async def test_a_fruugo_that_pays_twice_is_not_asked_twice(later: Later, counting: bool) -> None:
    later.switch(too_many="refunded_again", shipped_keeps_counting=counting)
    ref = await opened(later, 2, ordered=2)
    assert (await later.end(ref, 2)).state is DONE
    with pytest.raises(Refused, match="already"):
        await later.tell(ref, units=2)
    assert len(told(later)) == 1


async def test_two_at_the_same_time_pay_once(later: Later) -> None:
    later.switch(too_many="refunded_again")
    ref = await opened(later, 1, ordered=5)
    outcomes = await asyncio.gather(later.tell(ref), later.tell(ref), return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Receipt", "Unavailable"]
    with pytest.raises(Refused, match="already"):
        await later.tell(ref)
    assert later.refunds() == [(line_of(ref), 1, "v3")]


# --- followed to its end ---


async def test_what_fruugo_refuses_is_refused_in_its_words(later: Later) -> None:
    ref = await opened(later, 1, ordered=1)
    later.meanwhile[RETURN] = lambda: later.refund(line_of(ref))
    receipt = await later.end(ref)
    assert receipt.state is REFUSED
    assert receipt.words
    assert later.refunds() == [(line_of(ref), 1, "portal")]
    assert not (await later.line(ref)).awaits


@pytest.mark.parametrize(
    ("switches", "applied"),
    [
        ({"v3_rows": "id"}, True),
        ({"v3_refusals": "unchanged"}, False),
        ({"v3_refusals": "left_out"}, False),
        ({"callback_flaw": "no_payload"}, True),
        ({"callback_flaw": "bad_payload"}, True),
    ],
)
async def test_a_callback_that_says_neither_is_looked_into(
    later: Later, switches: dict[str, Any], applied: bool
) -> None:
    """The order decides. Where it shows nothing either, a person is asked: Fruugo had taken the call."""
    ref = await opened(later, 1, ordered=1)
    if not applied:
        later.meanwhile[RETURN] = lambda: later.refund(line_of(ref))
    decided = part(ref)
    with pytest.raises(Unavailable):
        await later.plain.settle(ref, [decided])
    await later.box.arrived()
    later.switch(**switches)
    receipt = await later.plain.settle(ref, [decided])
    assert receipt.ref
    found = (await later.plain.confirm([receipt.ref]))[receipt.ref]
    assert found.state is (DONE if "unchanged" in switches.values() else LOST)
    later.switch(callback_flaw=None)
    if found.state is LOST:
        with pytest.raises(Unavailable):
            await later.plain.find(ref, [decided], later.ago(1))
        assert await later.plain.find(ref, [decided], later.ago(1)) is None, "now the order shows it"
        assert not (await later.line(ref)).awaits


async def test_a_lost_callback_is_found_in_the_order(later: Later) -> None:
    ref = await opened(later)
    decided = part(ref)
    later.plan("return", copies=0)
    receipt = await _told(later, decided)
    assert (await later.plain.confirm([receipt]))[receipt].state is PENDING
    assert (await later.plain.find(ref, [decided], later.ago(1))).state is PENDING  # type: ignore[union-attr]
    later.wait(minutes=16)
    [lost] = (await later.plain.confirm([receipt])).values()
    assert (lost.state, "has not answered" in (lost.words or "")) == (LOST, True)
    with pytest.raises(Unavailable):
        await later.plain.find(ref, [decided], later.ago(1))
    assert await later.plain.find(ref, [decided], later.ago(1)) is None
    assert not (await later.line(ref)).awaits
    assert later.refunds() == [(line_of(ref), 1, "v3")]


async def test_what_fruugo_took_and_never_did_is_asked_of_a_person(later: Later) -> None:
    """It may still do it: sent again, the customer would be paid twice."""
    ref = await opened(later)
    decided = part(ref)
    later.plan("return", processing=40 * 60)
    receipt = await _told(later, decided)
    later.wait(minutes=16)
    assert (await later.plain.confirm([receipt]))[receipt].state is LOST
    with pytest.raises(Unavailable):
        await later.plain.find(ref, [decided], later.ago(1))
    with pytest.raises(Refused, match="may still come"):
        await later.plain.find(ref, [decided], later.ago(1))
    assert later.refunds() == []

    later.wait(minutes=30)
    await later.seen()
    assert not (await later.line(ref)).awaits
    assert (await later.plain.confirm([receipt]))[receipt].state is DONE
    assert later.refunds() == [(line_of(ref), 1, "v3")]


async def test_an_acknowledgement_that_was_lost_is_answered_all_the_same(later: Later) -> None:
    ref = await opened(later)
    decided = part(ref)
    with pytest.raises(Unavailable):
        await later.plain.settle(ref, [decided])
    later.fault("drop_after", WRITE)
    with pytest.raises(OutcomeUnknown):
        await later.plain.settle(ref, [decided])
    later.connect()
    found = await later.plain.find(ref, [decided], later.ago(1))
    assert found is not None
    assert found.state is DONE
    assert later.refunds() == [(line_of(ref), 1, "v3")]


async def test_what_fruugo_has_answered_is_never_taken_for_one_that_never_arrived(later: Later) -> None:
    """Its acknowledgement was lost, and its callback says neither yes nor no."""
    ref = await opened(later)
    decided = part(ref)
    with pytest.raises(Unavailable):
        await later.plain.settle(ref, [decided])
    later.plan("return", applied=False, flaw="no_payload")
    later.fault("drop_after", WRITE)
    with pytest.raises(OutcomeUnknown):
        await later.plain.settle(ref, [decided])
    with pytest.raises(Unavailable):
        await later.plain.find(ref, [decided], later.ago(1))
    with pytest.raises(Refused, match="may still come"):
        await later.plain.find(ref, [decided], later.ago(1))


async def test_units_that_were_refunded_before_confirm_no_later_call(later: Later) -> None:
    ref = await opened(later, 2)
    assert (await later.end(ref)).state is DONE
    later.plan("return", applied=False, copies=0)
    receipt = await _told(later, part(ref))
    order_id, product, sku, _ = ref.split(":")
    counted = {"totalNumberOfItems": 3, "returnAnnouncedItems": 1, "returnedItems": 1}
    line = {"fruugoProductId": product, "fruugoSkuId": sku, **counted}
    order = {"orderId": order_id, "orderReleaseDate": "2026-03-02T09:15:30Z", "orderLines": [line]}
    later.box.put(json.dumps({"correlationId": receipt, "payload": order}).encode())
    assert (await later.plain.confirm([receipt]))[receipt].state is LOST
    assert later.refunds() == [(line_of(ref), 1, "v3")]


async def test_a_unit_that_is_being_told_is_the_one_that_is_refunded(later: Later) -> None:
    """Two returns of one product: without the intent, written before the call, the older one would count as told."""
    line = later.sell(2)
    for _ in range(2):
        later.announce(line)
        await later.seen()
    later.plan("return", copies=0)
    await _told(later, part(f"{line}:2"))
    shown = await later.seen()
    assert [shown[f"{line}:{number}"].lines[0].awaits for number in (1, 2)] == [True, False]


async def test_a_call_that_never_arrived_can_be_made_again(later: Later) -> None:
    ref = await opened(later)
    decided = part(ref)
    with pytest.raises(Unavailable):
        await later.plain.settle(ref, [decided])
    later.fault("drop_before", WRITE)
    with pytest.raises(OutcomeUnknown):
        await later.plain.settle(ref, [decided])
    found = await later.plain.find(ref, [decided], later.ago(1))
    assert found is not None
    assert found.state is PENDING, "its callback may come"
    later.wait(minutes=16)
    assert await later.plain.find(ref, [decided], later.ago(1)) is None
    assert (await later.line(ref)).awaits
    assert (await later.end(ref)).state is DONE
    assert later.refunds() == [(line_of(ref), 1, "v3")]


async def test_a_worker_that_dies_under_way_leaves_its_intent(later: Later) -> None:
    ref = await opened(later)
    decided = part(ref)
    with pytest.raises(Unavailable):
        await later.plain.settle(ref, [decided])
    left = asyncio.Event()
    later.meanwhile[RETURN] = left.set
    later.fault("slow", WRITE, seconds=0.2)
    telling = asyncio.create_task(later.plain.settle(ref, [decided]))
    await left.wait()
    telling.cancel()
    with pytest.raises(asyncio.CancelledError):
        await telling
    await happened(later.refunds)
    later.connect()
    found = await later.plain.find(ref, [decided], later.ago(1))
    assert found is not None
    assert found.state is DONE


@pytest.mark.parametrize(
    ("status", "failure"),
    [(429, Unavailable), (401, Unauthorized), (400, Refused), (500, OutcomeUnknown), (503, OutcomeUnknown)],
)
async def test_failures_have_no_effect_and_say_so(later: Later, status: int, failure: type[Exception]) -> None:
    ref = await opened(later)
    decided = part(ref)
    with pytest.raises(Unavailable):
        await later.plain.settle(ref, [decided])
    later.answers(WRITE, "no", status)
    with pytest.raises(failure):
        await later.plain.settle(ref, [decided])
    assert later.refunds() == []
    nothing_left = await later.plain.find(ref, [decided], later.ago(1)) is None
    assert nothing_left is (failure is not OutcomeUnknown)
    assert (await later.line(ref)).awaits


@pytest.mark.parametrize("how", [{"body": "<html/>"}, {"headers": {"X-Correlation-ID": "another"}, "body": ""}])
async def test_what_is_no_acknowledgement_is_never_taken_for_one(later: Later, how: dict[str, Any]) -> None:
    ref = await opened(later)
    decided = part(ref)
    with pytest.raises(Unavailable):
        await later.plain.settle(ref, [decided])
    later.fault("answer", WRITE, status=200, **how)
    with pytest.raises(OutcomeUnknown):
        await later.plain.settle(ref, [decided])


async def test_a_forged_confirmation_confirms_nothing(later: Later) -> None:
    """By somebody who knows the address and has seen an older callback, but not this call's id."""
    line = later.sell(3)
    later.announce(line, 2)
    await later.seen()
    ref = f"{line}:1"
    later.plan("return", copies=0, applied=False)
    receipt = await _told(later, part(ref))
    row = {"orderId": ref.partition(":")[0], "error": "No."}
    for correlation in (receipt[:-1] + ("0" if receipt[-1] != "0" else "1"), "", "return"):
        later.box.put(json.dumps({"correlationId": correlation, "payload": {"orders": [row]}}).encode())
    assert (await later.plain.confirm([receipt]))[receipt].state is PENDING


async def test_what_is_no_longer_remembered_is_lost(later: Later) -> None:
    [unknown] = (await later.plain.confirm(["11111111-1111-4111-8111-111111111111"])).values()
    assert unknown.state is LOST
    assert await later.plain.find("1:2:3:1", [part("1:2:3:1")], later.ago(1)) is None


async def test_a_server_that_is_not_there_is_transient(later: Later) -> None:
    ref = await opened(later)
    await later.running.stop()
    with pytest.raises(Transient):
        await later.plain.settle(ref, [part(ref)])


async def _told(later: Later, decided: Any) -> str:
    with pytest.raises(Unavailable):
        await later.plain.settle(decided.line_ref, [decided])
    receipt = await later.plain.settle(decided.line_ref, [decided])
    assert receipt.state is PENDING
    assert receipt.ref
    return receipt.ref
