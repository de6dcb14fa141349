"""Telling OTTO one decision exactly once, over HTTP: contract otto 4 and 6."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from retour.connectors.contract import ReceiptState
from retour.connectors.errors import ConnectorError, OutcomeUnknown, Refused, Transient, Unavailable
from retour.connectors.marketplaces.otto import Otto
from retour.core.model import Resolution

from .world import ACCEPTANCE, EFFECTS, REJECTION, World, now, part

R = Resolution
DECISIONS = [R.ACCEPT, R.KEEP, R.REJECT, R.EXCHANGE]
POST = r"POST /v3/returns/"
CODES = {R.REJECT: "WRONG_ITEM"}


@pytest.fixture
def otto(world: World) -> Otto:
    """All that can be told is told."""
    return world.connect(exchange_as_rejection=True)


def kind(decision: Resolution) -> str:
    return "refund" if decision.refunds else "settled"


async def tell(otto: Otto, unit: Any, decision: Resolution, **more: Any) -> None:
    more = {"code": CODES.get(decision)} | more
    receipt = await otto.settle(unit.position_item_id, [part(unit, decision, **more)])
    assert receipt.state is ReceiptState.DONE


def told(world: World, unit: Any) -> Any:
    entries = world.simulator.journal.entries
    [entry] = [one for one in entries if one.kind in EFFECTS and one.ref == unit.position_item_id]
    return entry.detail


@pytest.mark.parametrize("decision", DECISIONS)
async def test_a_unit_is_told_once_and_no_other(world: World, otto: Otto, decision: R) -> None:
    first, second = world.buy(2)
    await tell(otto, first, decision)

    assert world.effects() == [(kind(decision), first.position_item_id, "api")]
    line = await found(otto, first)
    assert [entry.resolution for entry in line.handlings] == [R.ACCEPT if decision.refunds else R.REJECT]
    assert not line.awaits
    order = await otto.order(second.order.sales_order_id)
    assert order is not None
    assert [one.returnable for one in order.lines] == [0 if decision.refunds else 1, 1]


async def found(otto: Otto, unit: Any) -> Any:
    seen = await otto.look(unit.position_item_id)
    assert seen is not None
    return seen.lines[0]


@pytest.mark.parametrize("decision", DECISIONS)
@pytest.mark.parametrize("walked", [True, False])
async def test_a_lost_answer_is_found_by_a_look(world: World, otto: Otto, decision: R, walked: bool) -> None:
    [unit] = world.announced()
    if walked:
        await world.walk()
    world.fault("drop_after", POST)
    with pytest.raises(OutcomeUnknown):
        await tell(otto, unit, decision)

    line = await found(otto, unit)
    assert not line.awaits
    assert [entry.resolution for entry in line.handlings] == [R.ACCEPT if decision.refunds else R.REJECT]
    assert world.effects() == [(kind(decision), unit.position_item_id, "api")]


@pytest.mark.parametrize("decision", DECISIONS)
@pytest.mark.parametrize("walked", [True, False])
async def test_a_call_that_never_arrived_is_absent_and_sent_again(
    world: World, otto: Otto, decision: R, walked: bool
) -> None:
    [unit] = world.announced()
    if walked:
        await world.walk()
    world.fault("drop_before", POST)
    with pytest.raises(OutcomeUnknown):
        await tell(otto, unit, decision)
    line = await found(otto, unit)
    assert line.awaits
    assert not line.handlings
    assert not world.effects()

    await tell(otto, unit, decision)
    assert world.effects() == [(kind(decision), unit.position_item_id, "api")]


@pytest.mark.parametrize("decision", DECISIONS)
@pytest.mark.parametrize(
    ("status", "failure"), [(429, Unavailable), (500, OutcomeUnknown), (502, OutcomeUnknown), (503, OutcomeUnknown)]
)
async def test_a_failure_is_not_repeated(
    world: World, otto: Otto, decision: R, status: int, failure: type[ConnectorError]
) -> None:
    [unit] = world.announced()
    world.fault("answer", POST, status=status, headers={"Retry-After": "7"})
    with pytest.raises(failure) as failed:
        await tell(otto, unit, decision)

    assert world.calls(ACCEPTANCE) + world.calls(REJECTION) == 1
    assert not world.effects()
    if isinstance(failed.value, Unavailable):
        assert failed.value.retry_after == timedelta(seconds=7)


@pytest.mark.parametrize("decision", DECISIONS)
async def test_a_token_that_ends_before_the_call_is_renewed(world: World, otto: Otto, decision: R) -> None:
    [unit] = world.announced()
    world.fault("answer", POST, status=401)
    await tell(otto, unit, decision)

    assert world.effects() == [(kind(decision), unit.position_item_id, "api")]
    assert world.calls("POST /v1/token") == 2


# --- what somebody else has done ---


@pytest.mark.parametrize("repeated", ["error", "ignored", "refunds_again"])
@pytest.mark.parametrize("decision", [R.ACCEPT, R.KEEP])
async def test_what_otto_refunded_is_refused_before_it_is_sent(
    world: World, otto: Otto, decision: R, repeated: Any
) -> None:
    world.simulator.switches.repeated_acceptance = repeated
    [unit] = world.announced()
    world.simulator.accept_by_otto(unit.position_item_id)
    with pytest.raises(Refused, match="refunded already; nothing was sent"):
        await tell(otto, unit, decision)

    assert world.calls(ACCEPTANCE) == 0
    assert world.effects() == [("refund", unit.position_item_id, "otto")]


async def test_without_that_look_it_is_ottos_to_refuse(world: World) -> None:
    otto = world.connect(look_before_refund=False)
    [unit] = world.announced()
    world.simulator.accept_by_otto(unit.position_item_id)
    with pytest.raises(Refused) as refused:
        await tell(otto, unit, R.ACCEPT)

    assert refused.value.words is not None
    assert "already been accepted" in refused.value.words
    assert world.calls(ACCEPTANCE) == 1
    assert world.effects() == [("refund", unit.position_item_id, "otto")]


async def test_what_was_accepted_cannot_be_rejected(world: World, otto: Otto) -> None:
    [unit] = world.announced()
    await tell(otto, unit, R.ACCEPT)
    with pytest.raises(Refused):
        await tell(otto, unit, R.REJECT)
    assert world.effects() == [("refund", unit.position_item_id, "api")]


async def test_an_order_that_fails_leaves_its_refund_unsent(world: World, otto: Otto) -> None:
    [unit] = world.announced()
    world.fault("answer", "GET /v4/orders/", times=3, status=500)
    with pytest.raises(Transient):
        await tell(otto, unit, R.ACCEPT)
    assert world.calls(ACCEPTANCE) == 0


@pytest.mark.parametrize("decision", DECISIONS)
async def test_a_unit_that_was_not_sent_is_ottos_to_refuse(world: World, otto: Otto, decision: R) -> None:
    [unit] = world.buy(status="PROCESSABLE")
    with pytest.raises(Refused) as refused:
        await tell(otto, unit, decision)
    assert refused.value.words
    assert not world.effects()


# --- what a refusal becomes ---


@pytest.mark.parametrize("first", [R.REJECT, R.EXCHANGE])
@pytest.mark.parametrize("later", [R.ACCEPT, R.KEEP])
@pytest.mark.parametrize("walked", ["before", "between", "never"])
async def test_a_refusal_becomes_a_refund_and_its_history_shows_both(
    world: World, otto: Otto, first: R, later: R, walked: str
) -> None:
    """OTTO shows the refund only; what the hub counts on is a history that grows."""
    [unit] = world.announced()
    if walked == "before":
        await world.walk()
    await tell(otto, unit, first)
    if walked == "between":
        await world.walk()
    await tell(otto, unit, later, changes=first)

    [listed] = await world.shown()
    for line in (await found(otto, unit), listed.lines[0]):
        assert [(entry.resolution, entry.revises) for entry in line.handlings] == [(R.REJECT, False), (R.ACCEPT, True)]
        assert not line.awaits
    assert [effect for effect, *_ in world.effects()] == ["settled", "refund"]


async def test_a_refund_of_a_refusal_whose_answer_is_lost_shows_both_too(world: World, otto: Otto) -> None:
    [unit] = world.announced()
    await tell(otto, unit, R.REJECT)
    world.fault("drop_after", POST)
    with pytest.raises(OutcomeUnknown):
        await tell(otto, unit, R.ACCEPT, changes=R.REJECT)
    assert [entry.revises for entry in (await found(otto, unit)).handlings] == [False, True]


async def test_a_refusal_is_ended_until_it_is_changed(world: World, otto: Otto) -> None:
    [unit] = world.announced()
    await tell(otto, unit, R.REJECT)
    line = await found(otto, unit)
    assert not line.awaits
    assert [(entry.resolution, entry.raw) for entry in line.handlings] == [(R.REJECT, "REJECTED/WRONG_ITEM")]


# --- reasons ---


async def test_reasons_and_condition_are_told(world: World) -> None:
    otto = world.connect(condition="B", accept_as="REFUND_AFTER_AFFIDAVIT", exchange_as_rejection=True)
    accepted, kept, exchanged, chosen = world.announced(4)
    await tell(otto, accepted, R.ACCEPT)
    await tell(otto, kept, R.KEEP)
    await tell(otto, exchanged, R.EXCHANGE)
    await tell(otto, chosen, R.ACCEPT, code="RETURN_LOST")

    reasons = [told(world, unit)["reason"] for unit in (accepted, kept, exchanged, chosen)]
    assert reasons == ["REFUND_AFTER_AFFIDAVIT", "COMPLAINT", "EXCHANGE", "RETURN_LOST"]
    assert {told(world, unit)["condition"] for unit in (accepted, kept)} == {"B"}


async def test_no_condition_is_told_unless_it_is_set(world: World) -> None:
    [unit] = world.announced()
    await tell(world.otto, unit, R.ACCEPT)
    assert (told(world, unit)["reason"], told(world, unit)["condition"]) == ("RETURN_RECEIVED", None)


@pytest.mark.parametrize("words", [None, "", "it was scratched"])
async def test_a_refusal_needs_a_reason_of_ottos(world: World, words: str | None) -> None:
    [unit] = world.announced()
    with pytest.raises(Refused, match="choose one"):
        await tell(world.otto, unit, R.REJECT, code=None, reason=words)
    assert world.calls(REJECTION) == 0


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"code": "THIRD_PARTY_ITEM", "reason": "Wrong item"}, "THIRD_PARTY_ITEM"),
        ({"code": None, "reason": "Return period exceeded"}, "RETURN_PERIOD_EXCEEDED"),
        ({"code": None, "reason": "it was scratched"}, "ITEM_DAMAGED"),
        ({"code": None}, "ITEM_DAMAGED"),
    ],
)
async def test_a_set_reason_stands_in_where_none_is_chosen(world: World, said: Any, reason: str) -> None:
    otto = world.connect(reject_as="ITEM_DAMAGED")
    [unit] = world.announced()
    await tell(otto, unit, R.REJECT, **said)
    assert told(world, unit)["reason"] == reason


@pytest.mark.parametrize(("decision", "code"), [(R.REJECT, "COMPLAINT"), (R.ACCEPT, "WRONG_ITEM"), (R.KEEP, "")])
async def test_a_reason_of_the_other_kind_is_refused(world: World, decision: R, code: str) -> None:
    [unit] = world.announced()
    with pytest.raises(Refused, match="no reason"):
        await tell(world.otto, unit, decision, code=code)
    assert world.calls(ACCEPTANCE) + world.calls(REJECTION) == 0


async def test_what_is_not_told_is_refused(world: World) -> None:
    otto = world.connect(keep_as="by_hand")
    [unit] = world.announced()
    for decision in (R.KEEP, R.EXCHANGE, R.REPAIR, R.CANCEL):
        with pytest.raises(Refused):
            await tell(otto, unit, decision)
    for more in ({"quantity": 2}, {"line_ref": "another"}):
        with pytest.raises(Refused, match="each unit alone"):
            await otto.settle(unit.position_item_id, [part_of(unit, **more)])
    assert not world.effects()


def part_of(unit: Any, **more: Any) -> Any:
    return replace(part(unit), **more)


async def test_the_order_comes_from_our_note_where_the_hub_does_not_name_it(world: World) -> None:
    [unit] = world.announced(at=now())
    with pytest.raises(Refused, match="order of this unit is not known"):
        await tell(world.otto, unit, R.ACCEPT, order_ref=None)
    await world.walk()
    await tell(world.otto, unit, R.ACCEPT, order_ref=None)
    assert world.effects() == [("refund", unit.position_item_id, "api")]
