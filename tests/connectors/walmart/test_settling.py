"""A refund leaves once, after a fresh look, or not at all: contract walmart 6, 8 and 9, judged by the journal."""

import json
from dataclasses import replace
from typing import Any

import pytest

from retour.connectors.contract import Receipt, ReceiptState
from retour.connectors.errors import OutcomeUnknown, Refused, Transient, Unavailable
from retour.core.model import Resolution

from .world import LIST, REFUND, World, part

R = Resolution
DONE = Receipt(ReceiptState.DONE)
REFUNDS = pytest.mark.parametrize("decision", [R.ACCEPT, R.KEEP])
SYSTEM = ("accept", "SELLER_SYSTEM_REFUND")


@REFUNDS
async def test_a_refund_is_told_once_and_reads_back(world: World, decision: Resolution) -> None:
    announced = await world.announce(quantity=3)
    assert await world.walmart.settle(announced.ref, [part(announced, decision, 3)]) == DONE
    assert await world.refunds() == [3]
    assert await world.ends(announced) == [SYSTEM] * 3
    assert not (await world.line(announced)).awaits
    assert await world.memory.begins("refund:") == {}


@REFUNDS
async def test_a_lost_answer_after_the_refund(world: World, decision: Resolution) -> None:
    announced = await world.announce()
    world.fault("drop_after", REFUND)
    with pytest.raises(OutcomeUnknown):
        await world.walmart.settle(announced.ref, [part(announced, decision)])
    assert await world.ends(announced) == [SYSTEM]
    with pytest.raises(Refused, match="already"):
        await world.walmart.settle(announced.ref, [part(announced, decision)])
    assert (await world.refunds(), await world.posts()) == ([1], 1)


@REFUNDS
async def test_a_lost_answer_before_the_refund(world: World, decision: Resolution) -> None:
    announced = await world.announce()
    world.fault("drop_before", REFUND)
    with pytest.raises(OutcomeUnknown):
        await world.walmart.settle(announced.ref, [part(announced, decision)])
    assert await world.ends(announced) == []
    assert (await world.refunds(), await world.posts()) == ([], 1)


@REFUNDS
async def test_too_many_refunds(world: World, decision: Resolution) -> None:
    announced = await world.announce()
    world.fault("answer", REFUND, status=429, headers={"x-current-token-count": "0"})
    with pytest.raises(Unavailable):
        await world.walmart.settle(announced.ref, [part(announced, decision)])
    assert await world.memory.begins("refund:") == {}
    assert await world.connect().settle(announced.ref, [part(announced, decision)]) == DONE
    assert await world.refunds() == [1]


@REFUNDS
@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_a_failing_server_leaves_it_unknown(world: World, decision: Resolution, status: int) -> None:
    announced = await world.announce()
    world.fault("answer", REFUND, status=status, body="<html>Gateway</html>", headers={"Content-Type": "text/html"})
    with pytest.raises(OutcomeUnknown):
        await world.walmart.settle(announced.ref, [part(announced, decision)])
    assert (await world.refunds(), await world.posts()) == ([], 1)


@REFUNDS
@pytest.mark.parametrize("status", [401, 400])
@pytest.mark.parametrize("envelope", ["error", "errors", "xml"])
async def test_a_token_that_ended_is_renewed_once(
    world: World, decision: Resolution, status: int, envelope: str
) -> None:
    """Some have seen a 400 INVALID_TOKEN instead of the 401 (contract walmart 8)."""
    await world.switch(bad_token_status=status, gateway_envelope=envelope)
    announced, other = await world.announce(), await world.announce()
    await world.walmart.look(announced.ref)
    await world.command("POST", "/_sandbox/tokens/revoke", {})
    assert await world.walmart.settle(announced.ref, [part(announced, decision)]) == DONE
    # And where it ends between the look and the refund.
    body = json.dumps({"error": [{"code": "INVALID_TOKEN.GMP_GATEWAY_API"}]})
    world.fault("answer", REFUND, status=status, body=body)
    assert await world.walmart.settle(other.ref, [part(other, decision)]) == DONE
    assert await world.refunds() == [1, 1]
    assert await world.calls("POST /v3/token") == 3


async def test_a_refund_that_walmart_shows_late_is_not_sent_again(world: World) -> None:
    await world.switch(refund_initiated_seconds=120)
    announced = await world.announce(quantity=2)
    world.fault("drop_after", REFUND)
    with pytest.raises(OutcomeUnknown):
        await world.walmart.settle(announced.ref, [part(announced)])
    assert await world.ends(announced) == []
    world.walmart = world.connect()  # the hub may have stopped meanwhile
    with pytest.raises(Refused, match="may take"):
        await world.walmart.settle(announced.ref, [part(announced)])
    world.wait(121)
    with pytest.raises(Refused, match="already"):
        await world.walmart.settle(announced.ref, [part(announced)])
    assert await world.refunds() == [1]
    assert await world.walmart.settle(announced.ref, [part(announced, number=2)]) == DONE
    assert await world.refunds() == [1, 1]


async def test_a_refund_that_never_arrived_can_be_sent_again_after_a_while(world: World) -> None:
    announced = await world.announce()
    world.fault("drop_before", REFUND)
    with pytest.raises(OutcomeUnknown):
        await world.walmart.settle(announced.ref, [part(announced)])
    world.wait(29 * 60)
    with pytest.raises(Refused, match="may take"):
        await world.walmart.settle(announced.ref, [part(announced)])
    world.wait(2 * 60)
    assert await world.walmart.settle(announced.ref, [part(announced)]) == DONE
    assert await world.refunds() == [1]


async def test_a_crash_in_the_middle_leaves_a_note(world: World) -> None:
    announced = await world.announce()
    world.fault("answer", REFUND, status=500)
    with pytest.raises(OutcomeUnknown):
        await world.walmart.settle(announced.ref, [part(announced)])
    assert len(await world.memory.begins("refund:")) == 1


async def test_units_are_refunded_one_after_the_other(world: World) -> None:
    """A part of a line refunded makes Walmart call all of the line refunded (contract walmart 5.2 is unsafe there)."""
    announced = await world.announce(quantity=3)
    await world.walmart.settle(announced.ref, [part(announced, number=1)])
    line = await world.line(announced)
    assert (line.awaits, line.handled) == (True, 1)
    await world.walmart.settle(announced.ref, [part(announced, R.KEEP, number=2)])
    world.wait(301)
    assert await world.ends(announced) == [SYSTEM] * 2
    with pytest.raises(Refused, match="2 of 3"):
        await world.walmart.settle(announced.ref, [part(announced, quantity=2, number=3)])
    await world.walmart.settle(announced.ref, [part(announced, number=3)])
    assert await world.refunds() == [1, 1, 1]
    assert not (await world.line(announced)).awaits


@pytest.mark.parametrize("switches", [{}, {"refunded_quantity": "initiated"}, {"part_completes_line": False}])
async def test_a_history_only_grows(world: World, switches: dict[str, Any]) -> None:
    await world.switch(**switches)
    announced = await world.announce(quantity=3)
    lengths = []
    for what, how in [("refund", {"quantity": 1}), ("deliver", {}), ("refund", {"quantity": 1}), ("cancel", {})]:
        await world.happens(announced, what, **how)
        for _ in range(2):
            lengths.append(len((await world.line(announced)).handlings))
            world.wait(301)
    assert lengths == [1, 1, 1, 1, 2, 2, 3, 3]
    ends = await world.ends(announced)
    assert ends == [("accept", "SELLER_MANUAL_REFUND")] * 2 + [("cancel", "RETURN_CANCELLED")]


async def test_what_walmart_refunded_after_48_hours_is_not_refunded_again(world: World) -> None:
    announced = await world.announce(quantity=2)
    await world.walmart.settle(announced.ref, [part(announced)])
    await world.happens(announced, "deliver")
    world.wait(48 * 3600 + 1)
    assert await world.refunds() == [1, 1]
    assert await world.ends(announced) == [SYSTEM, ("accept", "WALMART_TRIGGERED_REFUND")]
    with pytest.raises(Refused, match="WALMART_TRIGGERED_REFUND"):
        await world.walmart.settle(announced.ref, [part(announced, number=2)])
    assert (await world.refunds(), await world.posts()) == ([1, 1], 1)


@REFUNDS
async def test_what_was_cancelled_is_not_refunded(world: World, decision: Resolution) -> None:
    announced = await world.announce(quantity=2)
    await world.happens(announced, "cancel")
    with pytest.raises(Refused, match="RETURN_CANCELLED"):
        await world.walmart.settle(announced.ref, [part(announced, decision)])
    assert await world.ends(announced) == [("cancel", "RETURN_CANCELLED")] * 2
    assert (await world.refunds(), await world.posts()) == ([], 0)


async def test_only_the_line_that_is_meant_is_refunded(world: World) -> None:
    """The same product on two lines, of two purchase orders."""
    lines: list[dict[str, Any]] = [
        {"sku": "MUG", "purchase_order_id": "7001", "quantity": 2},
        {"sku": "MUG", "purchase_order_id": "7002", "quantity": 2},
    ]
    announced = await world.open(*lines)
    seen = await world.walmart.look(announced.ref)
    assert seen is not None
    assert [(line.ref, line.order_ref, line.sku) for line in seen.lines] == [("1", "7001", "MUG"), ("2", "7002", "MUG")]
    await world.walmart.settle(announced.ref, [replace(part(announced), line_ref="2")])
    [entry] = await world.journal("refund")
    assert (entry["quantity"], entry["detail"]["line"]) == (1, 2)
    assert await world.ends(announced) == []


@pytest.mark.parametrize("kind", ["HAZMAT", "FREIGHT", "OTHER"])
async def test_exception_items_are_refunded_by_hand(world: World, kind: str) -> None:
    announced = await world.open({"exception_type": kind})
    with pytest.raises(Refused, match=f"{kind}.*{announced.order_ref}.*by hand"):
        await world.walmart.settle(announced.ref, [part(announced)])
    assert await world.posts() == 0


async def test_what_walmart_handles_is_never_answered(world: World) -> None:
    announced = await world.announce_own()
    with pytest.raises(Refused):
        await world.walmart.settle(announced.ref, [part(announced)])
    assert await world.posts() == 0


async def test_a_replacement_is_refunded_only_when_a_person_says_so(world: World) -> None:
    announced = await world.open({}, kind="REPLACEMENT")
    line = await world.line(announced)
    assert "replacement" in (line.comment or "")
    assert line.awaits
    assert await world.walmart.settle(announced.ref, [part(announced)]) == DONE
    assert await world.refunds() == [1]


@pytest.mark.parametrize("flaw", ["no_lines", "no_line_number", "wrong_type", "bad_date"])
async def test_what_cannot_be_read_is_not_refunded(world: World, flaw: str) -> None:
    announced = await world.announce()
    await world.spoil(announced, flaw)
    with pytest.raises(Refused):
        await world.walmart.settle(announced.ref, [part(announced)])
    assert await world.posts() == 0


async def test_a_return_that_is_not_shown_is_not_refunded(world: World) -> None:
    announced = await world.announce()
    world.fault("answer", LIST, status=206, body='{"meta": {}, "returnOrders": []}')
    with pytest.raises(Transient, match="part"):
        await world.walmart.settle(announced.ref, [part(announced)])
    with pytest.raises(Refused):
        await world.walmart.settle(announced.ref + "9", [part(announced)])
    assert await world.posts() == 0


async def test_what_cannot_be_told_never_leaves(world: World) -> None:
    announced = await world.announce()
    for decision in (R.REJECT, R.REPAIR, R.EXCHANGE, R.CANCEL):
        with pytest.raises(Refused):
            await world.walmart.settle(announced.ref, [part(announced, decision)])
    for parts in ([], [part(announced), part(announced)], [part(announced, quantity=0)]):
        with pytest.raises(Refused):
            await world.walmart.settle(announced.ref, parts)
    assert world.sent == []


async def test_a_locked_return_is_tried_later(world: World) -> None:
    announced = await world.announce()
    world.fault("answer", REFUND, status=423, body='{"errors": [{"code": "RESOURCE_IS_LOCKED.GMP_RECEIVER_API"}]}')
    with pytest.raises(Transient):
        await world.walmart.settle(announced.ref, [part(announced)])
    assert await world.walmart.settle(announced.ref, [part(announced)]) == DONE
    assert await world.refunds() == [1]


@pytest.mark.parametrize("envelope", ["errors", "error", "xml", "html"])
async def test_walmarts_refusal_keeps_its_words(world: World, envelope: str) -> None:
    await world.switch(refund_before_arrival=False, api_envelope=envelope)
    announced = await world.announce()
    with pytest.raises(Refused) as refused:
        await world.walmart.settle(announced.ref, [part(announced)])
    assert refused.value.code == "400"
    assert refused.value.words
    await world.happens(announced, "deliver")
    assert await world.walmart.settle(announced.ref, [part(announced)]) == DONE
    assert await world.refunds() == [1]


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"returnOrderId": "7"}', '{"errors": []}'])
async def test_an_answer_that_is_no_echo_does_not_tell_whether_it_was_done(world: World, body: str) -> None:
    announced = await world.announce()
    world.fault("answer", REFUND, status=200, body=body)
    with pytest.raises(OutcomeUnknown):
        await world.walmart.settle(announced.ref, [part(announced)])
    assert await world.posts() == 1


@pytest.mark.parametrize(("unit", "sent"), [("EACH", "EACH"), ("EA", "EA"), (None, "EACH")])
async def test_units_are_told_in_the_lines_own_measure(world: World, unit: str | None, sent: str) -> None:
    await world.switch(unit_of_measure=unit)
    announced = await world.announce(quantity=2)
    await world.walmart.settle(announced.ref, [part(announced, quantity=2)])
    body = json.loads(world.sent[-1].body)
    assert body["refundLines"] == [
        {"returnOrderLineNumber": 1, "quantity": {"unitOfMeasure": sent, "measurementValue": 2}}
    ]
    assert "Authorization" not in world.sent[-1].headers
