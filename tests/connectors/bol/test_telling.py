"""Telling bol a decision exactly once, over HTTP: contract bol 3.3, 3.5, 4 and 5."""

import json
from datetime import timedelta
from typing import Any

import pytest

from retour.connectors.contract import Receipt, ReceiptState
from retour.connectors.errors import OutcomeUnknown, Refused, Transient
from retour.connectors.marketplaces.bol import MANIFEST
from retour.connectors.marketplaces.bol.config import BolConfig
from retour.core.model import Resolution

from .world import World, now, part

R = Resolution
PUT = "PUT /retailer/returns/"
EFFECTS = ("put", "refund", "settled")


async def told(world: World, ref: str, *decision: Any) -> Receipt:
    """Tells a decision and follows it to its end."""
    receipt = await world.bol.settle(ref, [part(*decision)])
    assert receipt.state is ReceiptState.PENDING
    assert receipt.ref is not None
    await world.later(minutes=1)
    return (await world.bol.confirm([receipt.ref]))[receipt.ref]


@pytest.mark.parametrize("resolution", Resolution)
@pytest.mark.parametrize("word", ["ACCEPTED", "REJECTED"])
async def test_every_decision_is_told_once_and_reads_back(world: World, resolution: Resolution, word: str) -> None:
    await world.switch(exchange_repair_result=word)
    ref, rma = await world.item(quantity=2)
    receipt = await told(world, ref, rma, resolution, 2)

    assert receipt.state is ReceiptState.DONE
    line = await world.line(ref, rma)
    tells = MANIFEST.capabilities(BolConfig.model_validate({"client_id": "a", "client_secret": "b"})).tells
    assert [(entry.resolution, entry.quantity) for entry in line.handlings] == [(tells[resolution], 2)]
    assert not line.awaits
    effect = "refund" if resolution.refunds else "settled"
    assert await world.journal(*EFFECTS) == [("put", rma, 2), (effect, rma, 2)]


async def test_202_is_no_success(world: World) -> None:
    ref, rma = await world.item()
    await world.switch(process_seconds=3600)
    receipt = await world.bol.settle(ref, [part(rma, R.ACCEPT)])

    assert receipt.state is ReceiptState.PENDING
    assert receipt.ref is not None
    assert (await world.bol.confirm([receipt.ref]))[receipt.ref].state is ReceiptState.PENDING
    assert (await world.line(ref, rma)).handlings == ()
    await world.later(hours=2)
    assert (await world.bol.confirm([receipt.ref]))[receipt.ref].state is ReceiptState.DONE


@pytest.mark.parametrize("first", [R.REJECT, R.EXCHANGE, R.REPAIR])
@pytest.mark.parametrize("then", [R.ACCEPT, R.KEEP])
async def test_a_refusal_becomes_a_refund_after_all(world: World, first: Resolution, then: Resolution) -> None:
    ref, rma = await world.item()
    await told(world, ref, rma, first)
    receipt = await told(world, ref, rma, then, 1, first)

    assert receipt.state is ReceiptState.DONE
    history = (await world.line(ref, rma)).handlings
    assert [(entry.resolution, entry.revises) for entry in history] == [(first, False), (R.ACCEPT, True)]
    assert await world.journal("refund") == [("refund", rma, 1)]


@pytest.mark.parametrize("after_first", [True, False])
async def test_parts_of_a_line_are_told_one_after_the_other(world: World, after_first: bool) -> None:
    await world.switch(handled_after_first_put=after_first)
    ref, rma = await world.item(quantity=3)

    assert (await told(world, ref, rma, R.ACCEPT, 1)).state is ReceiptState.DONE
    line = await world.line(ref, rma)
    assert (line.awaits, sum(entry.quantity for entry in line.handlings)) == (not after_first, 1)
    assert (await told(world, ref, rma, R.REJECT, 2)).state is ReceiptState.DONE

    history = (await world.line(ref, rma)).handlings
    assert [(entry.resolution, entry.quantity) for entry in history] == [(R.ACCEPT, 1), (R.REJECT, 2)]
    assert await world.journal(*EFFECTS) == [("put", rma, 1), ("refund", rma, 1), ("put", rma, 2), ("settled", rma, 2)]


# --- bol says no ---


async def test_too_many_are_refused_with_bols_words(world: World) -> None:
    ref, rma = await world.item(quantity=1)
    receipt = await told(world, ref, rma, R.ACCEPT, 2)

    assert receipt.state is ReceiptState.REFUSED
    assert receipt.words
    assert await world.journal("refund") == []


async def test_an_item_that_bol_does_not_know_is_refused(world: World) -> None:
    assert (await told(world, "41000001", "79999999", R.ACCEPT)).state is ReceiptState.REFUSED


async def test_what_bols_warehouse_handles_is_refused(world: World) -> None:
    ref, rma = await world.item(fulfilment_method="FBB")
    assert (await told(world, ref, rma, R.REJECT)).state is ReceiptState.REFUSED


async def test_the_words_of_a_failure_are_bols(world: World) -> None:
    ref, rma = await world.item()
    await world.control("POST", "processes/next", {"outcome": "FAILURE", "message": "Not in this state."})
    receipt = await told(world, ref, rma, R.ACCEPT)

    assert (receipt.state, receipt.words) == (ReceiptState.REFUSED, "Not in this state.")


async def test_a_body_that_bol_refuses_is_refused(world: World) -> None:
    problem = {
        "title": "Error validating request.",
        "status": 400,
        "detail": "Bad request",
        "violations": [{"name": "handlingResult", "reason": "Request contains invalid value(s): 'FOO'."}],
    }
    ref, rma = await world.item()
    await world.answers(f"^{PUT}", json.dumps(problem), status=400)

    with pytest.raises(Refused) as refused:
        await world.bol.settle(ref, [part(rma, R.ACCEPT)])
    assert "invalid value(s)" in (refused.value.words or "")


async def test_what_cannot_be_told_never_leaves(world: World) -> None:
    ref, rma = await world.item()
    by_hand = world.connect(keep_as="by_hand", cancel_as="by_hand")

    for resolution in (R.KEEP, R.CANCEL):
        with pytest.raises(Refused):
            await by_hand.settle(ref, [part(rma, resolution)])
    for quantity in (0, -1, 10_000):
        with pytest.raises(Refused):
            await world.bol.settle(ref, [part(rma, R.ACCEPT, quantity)])
    for parts in ([], [part(rma, R.ACCEPT), part(rma, R.REJECT)]):
        with pytest.raises(Refused):
            await world.bol.settle(ref, parts)
    assert await world.journal(*EFFECTS) == []
    assert world.sent == []


# --- bol no longer says ---


@pytest.mark.parametrize("applied", [True, False])
async def test_a_timeout_at_bol_leaves_the_return_to_tell(world: World, applied: bool) -> None:
    ref, rma = await world.item()
    await world.control("POST", "processes/next", {"outcome": "TIMEOUT", "applied": applied})
    sent_at = now()

    assert (await told(world, ref, rma, R.ACCEPT)).state is ReceiptState.LOST
    assert await world.bol.find(ref, [part(rma, R.ACCEPT)], sent_at) is None
    assert len((await world.line(ref, rma)).handlings) == (1 if applied else 0)


async def test_a_process_that_bol_lost_leaves_the_return_to_tell(world: World) -> None:
    ref, rma = await world.item()
    await world.control("POST", "processes/next", {"outcome": "LOST"})

    assert (await told(world, ref, rma, R.ACCEPT)).state is ReceiptState.LOST
    assert len((await world.line(ref, rma)).handlings) == 1


async def test_after_two_days_bol_no_longer_says(world: World) -> None:
    ref, rma = await world.item()
    receipt = await world.bol.settle(ref, [part(rma, R.ACCEPT)])
    await world.later(hours=49)
    await world.bol.look(ref)
    await world.later(hours=49)

    assert receipt.ref is not None
    assert (await world.bol.confirm([receipt.ref]))[receipt.ref] == Receipt(ReceiptState.LOST, receipt.ref)


async def test_receipts_are_followed_in_bulk(world: World) -> None:
    receipts = []
    for _ in range(3):
        ref, rma = await world.item()
        receipts.append((await world.bol.settle(ref, [part(rma, R.ACCEPT)])).ref or "")
    await world.later(minutes=1)
    unknown = [f"0199-{number}" for number in range(1500)]
    answers = await world.bol.confirm([*unknown, *receipts, receipts[0]])

    assert {answers[ref].state for ref in receipts} == {ReceiptState.DONE}
    assert {answers[ref].state for ref in unknown} == {ReceiptState.LOST}
    assert await world.calls("POST /shared/process-status") == 2
    assert await world.bol.confirm([]) == {}
    assert await world.calls("POST /shared/process-status") == 2


async def test_a_garbled_process_hides_no_other_and_proves_nothing(world: World) -> None:
    rows = [{"processStatusId": "1", "status": "SUCCESS"}, "garbled", {"processStatusId": "9", "status": "SUCCESS"}]
    await world.answers("^POST /shared/process-status$", json.dumps({"processStatuses": rows}))

    assert await world.bol.confirm(["1", "2"]) == {"1": Receipt(ReceiptState.DONE, "1")}


@pytest.mark.parametrize("body", ["{}", '{"processStatuses": []}', '{"processStatuses": null}'])
async def test_an_answer_without_processes_says_that_all_are_lost(world: World, body: str) -> None:
    await world.answers("^POST /shared/process-status$", body)

    assert await world.bol.confirm(["1"]) == {"1": Receipt(ReceiptState.LOST, "1")}


@pytest.mark.parametrize("body", ["[]", "<html>", '{"processStatuses": {}}'])
async def test_an_answer_that_is_none_says_nothing(world: World, body: str) -> None:
    await world.answers("^POST /shared/process-status$", body, times=None)

    with pytest.raises(Transient):
        await world.bol.confirm(["1"])


# --- a lost answer ---


async def test_a_lost_answer_is_found_and_told_once(world: World) -> None:
    ref, rma = await world.item()
    await world.fault("drop_after", f"^{PUT}")
    sent_at = now()

    with pytest.raises(OutcomeUnknown):
        await world.bol.settle(ref, [part(rma, R.ACCEPT)])
    found = await world.bol.find(ref, [part(rma, R.ACCEPT)], sent_at)
    assert found is not None
    assert found.ref is not None
    assert found.state in {ReceiptState.PENDING, ReceiptState.DONE}
    await world.later(minutes=1)
    assert (await world.bol.confirm([found.ref]))[found.ref].state is ReceiptState.DONE
    assert (await world.bol.find(ref, [part(rma, R.ACCEPT)], sent_at)) == Receipt(ReceiptState.DONE, found.ref)
    assert await world.journal(*EFFECTS) == [("put", rma, 1), ("refund", rma, 1)]
    assert await world.calls(f"{PUT}{{rma_id}}") == 1


async def test_a_call_that_never_arrived_is_not_found(world: World) -> None:
    ref, rma = await world.item()
    await world.fault("drop_before", f"^{PUT}")

    with pytest.raises(OutcomeUnknown):
        await world.bol.settle(ref, [part(rma, R.ACCEPT)])
    assert await world.bol.find(ref, [part(rma, R.ACCEPT)], now()) is None
    assert (await world.line(ref, rma)).handlings == ()
    assert await world.journal(*EFFECTS) == []


@pytest.mark.parametrize("status", [500, 502, 504])
async def test_a_failing_gateway_does_not_tell_whether_it_was_done(world: World, status: int) -> None:
    ref, rma = await world.item()
    await world.answers(f"^{PUT}", "<html>Bad gateway</html>", status=status, headers={"Content-Type": "text/html"})

    with pytest.raises(OutcomeUnknown):
        await world.bol.settle(ref, [part(rma, R.ACCEPT)])
    assert await world.calls(f"{PUT}{{rma_id}}") == 1


@pytest.mark.parametrize("body", ["", "<html>", "[]", "{}", '{"processStatusId": ""}', '{"processStatusId": null}'])
async def test_an_answer_without_a_process_does_not_tell_whether_it_was_done(world: World, body: str) -> None:
    ref, rma = await world.item()
    await world.answers(f"^{PUT}", body, status=202)

    with pytest.raises(OutcomeUnknown):
        await world.bol.settle(ref, [part(rma, R.ACCEPT)])


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("SUCCESS", ReceiptState.DONE),
        ("FAILURE", ReceiptState.REFUSED),
        ("TIMEOUT", ReceiptState.LOST),
        ("PAUSED", ReceiptState.PENDING),
    ],
)
async def test_an_answer_that_tells_the_end_already(world: World, status: str, state: ReceiptState) -> None:
    ref, rma = await world.item()
    body = {"processStatusId": "019bbcbc-1a21", "status": status, "errorMessage": "No."}
    await world.answers(f"^{PUT}", json.dumps(body), status=202)

    assert await world.bol.settle(ref, [part(rma, R.ACCEPT)]) == Receipt(state, "019bbcbc-1a21", "No.")


async def test_a_process_of_long_before_is_not_taken_for_this_one(world: World) -> None:
    ref, rma = await world.item(quantity=2)
    await told(world, ref, rma, R.ACCEPT, 1)

    assert await world.bol.find(ref, [part(rma, R.REJECT)], now() + timedelta(minutes=4)) is not None
    assert await world.bol.find(ref, [part(rma, R.REJECT)], now() + timedelta(minutes=6)) is None


async def test_the_newest_process_is_found(world: World) -> None:
    ref, rma = await world.item(quantity=2)
    sent_at = now()
    await told(world, ref, rma, R.ACCEPT, 1)
    second = await world.bol.settle(ref, [part(rma, R.REJECT)])

    found = await world.bol.find(ref, [part(rma, R.REJECT)], sent_at)
    assert found is not None
    assert found.ref == second.ref


@pytest.mark.parametrize("row", ["garbled", {"status": "SUCCESS"}, {"processStatusId": "1", "status": "SUCCESS"}])
async def test_a_process_that_cannot_be_read_is_not_taken_for_none(world: World, row: Any) -> None:
    await world.answers("^GET /shared/process-status$", json.dumps({"processStatuses": [row]}))

    with pytest.raises(Transient):
        await world.bol.find("41000001", [part("70000001", R.ACCEPT)], now())
