"""Telling OTTO many decisions with one request: contract otto 4."""

from typing import Any

import pytest

from retour.connectors.contract import Receipt, ReceiptState
from retour.connectors.errors import OutcomeUnknown, Refused, Transient, Unavailable
from retour.core.model import Resolution

from .world import ACCEPTANCE, LIST, REJECTION, World, to_tell

R = Resolution


def ends(told: Any, outcomes: Any) -> list[Any]:
    """What became of each: a receipt's state, or the kind of failure."""
    assert outcomes.keys() == {one.part.key for one in told}
    outcome = [outcomes[one.part.key] for one in told]
    return [one.state if isinstance(one, Receipt) else type(one) for one in outcome]


DONE = ReceiptState.DONE


async def test_refunds_and_refusals_go_with_one_request_each(world: World) -> None:
    units = world.announced(5)
    told = [to_tell(unit) for unit in units[:2]] + [to_tell(unit, R.REJECT, code="WRONG_ITEM") for unit in units[2:]]
    assert ends(told, await world.otto.settle_together(told)) == [DONE] * 5
    assert (world.calls(ACCEPTANCE), world.calls(REJECTION)) == (1, 1)
    assert [kind for kind, *_ in world.effects()] == ["refund"] * 2 + ["settled"] * 3


async def test_two_hundred_go_at_once(world: World) -> None:
    units = world.buy(200)
    told = [to_tell(unit) for unit in units]
    assert ends(told, await world.otto.settle_together(told)) == [DONE] * 200
    assert world.calls(ACCEPTANCE) == 1
    assert world.calls("GET /v4/orders/{ref}") == 1, "its order is read once"


@pytest.mark.parametrize("path", ["json_path", "pointer", "dotted", "none"])
@pytest.mark.parametrize("results", ["processed", "received"])
async def test_what_one_unit_is_refused_the_others_are_done(world: World, path: Any, results: Any) -> None:
    world.simulator.switches.error_path = path
    world.simulator.switches.results_hold = results
    good, other = world.announced(2)
    [unsent] = world.buy(status="PROCESSABLE")
    told = [to_tell(good), to_tell(unsent), to_tell(other)]
    outcomes = await world.otto.settle_together(told)

    assert ends(told, outcomes) == [DONE, Refused, DONE]
    refused: Any = outcomes[told[1].part.key]
    assert refused.words
    assert len(world.effects()) == 2


@pytest.mark.parametrize("path", ["json_path", "none"])
async def test_refusals_are_read_back_too(world: World, path: Any) -> None:
    world.simulator.switches.error_path = path
    good, refunded = world.announced(2)
    world.simulator.accept_by_otto(refunded.position_item_id)
    told = [to_tell(refunded, R.REJECT, code="WRONG_ITEM"), to_tell(good, R.REJECT, code="WRONG_ITEM")]
    assert ends(told, await world.otto.settle_together(told)) == [Refused, DONE]


@pytest.mark.parametrize("path", ["json_path", "none"])
async def test_when_nothing_was_done_all_are_refused(world: World, path: Any) -> None:
    world.simulator.switches.error_path = path
    told = [to_tell(world.buy(status="PROCESSABLE")[0]) for _ in range(3)]
    assert ends(told, await world.otto.settle_together(told)) == [Refused] * 3
    assert not world.effects()


@pytest.mark.parametrize("status", [500, 429, 401, 403, 400])
async def test_what_cannot_be_read_back_is_in_doubt(world: World, status: int) -> None:
    """None of these says of the refunds that they did not happen."""
    world.simulator.switches.error_path = "none"
    good, other = world.announced(2)
    [unsent] = world.buy(status="PROCESSABLE")
    world.fault("answer", r"GET /v3/returns", times=3, status=status)
    told = [to_tell(good), to_tell(unsent), to_tell(other)]
    assert ends(told, await world.otto.settle_together(told)) == [OutcomeUnknown] * 3
    assert len(world.effects()) == 2


async def test_errors_that_point_nowhere_near_an_item_name_none(world: World) -> None:
    """`/v3/returns` holds a number too."""
    units = world.announced(5)
    body = '{"results": [], "errors": [{"title": "NO", "detail": "No.", "path": "/v3/returns/acceptance"}]}'
    world.fault("answer", ACCEPTANCE, status=207, body=body)
    told = [to_tell(unit) for unit in units]
    assert ends(told, await world.otto.settle_together(told)) == [OutcomeUnknown] * 5


@pytest.mark.parametrize("body", ["", "{}", '{"errors": null}', '{"errors": [null, 7]}', "<html>"])
async def test_a_half_answer_that_cannot_be_read_leaves_all_in_doubt(world: World, body: str) -> None:
    told = [to_tell(unit) for unit in world.announced(3)]
    world.fault("answer", ACCEPTANCE, status=207, body=body)
    assert ends(told, await world.otto.settle_together(told)) == [OutcomeUnknown] * 3


async def test_as_many_errors_as_units_prove_nothing_when_nothing_can_be_read_back(world: World) -> None:
    """A unit may have two errors, and the other be refunded."""
    told = [to_tell(unit) for unit in world.announced(2)]
    body = '{"errors": [{"title": "NO"}, {"title": "NEITHER"}]}'
    world.fault("answer", ACCEPTANCE, status=207, body=body)
    world.fault("answer", r"GET /v3/returns", times=3, status=500)
    assert ends(told, await world.otto.settle_together(told)) == [OutcomeUnknown] * 2


async def test_a_half_answer_without_a_time_leaves_all_in_doubt(world: World) -> None:
    told = [to_tell(unit) for unit in world.announced(2)]
    body = '{"errors": [{"title": "NO"}]}'
    world.fault("answer", ACCEPTANCE, status=207, body=body, headers={"Date": "yesterday"})
    assert ends(told, await world.otto.settle_together(told)) == [OutcomeUnknown] * 2


@pytest.mark.parametrize(("status", "failure"), [(429, Unavailable), (500, OutcomeUnknown), (413, Refused)])
async def test_when_the_second_request_fails_the_first_one_counts(world: World, status: int, failure: type) -> None:
    refund, refusal = world.announced(2)
    world.fault("answer", REJECTION, status=status)
    told = [to_tell(refusal, R.REJECT, code="WRONG_ITEM"), to_tell(refund)]
    assert ends(told, await world.otto.settle_together(told)) == [failure, DONE]
    assert world.effects() == [("refund", refund.position_item_id, "api")]


async def test_when_the_first_request_finds_otto_closed_the_second_is_not_made(world: World) -> None:
    refund, refusal = world.announced(2)
    world.fault("answer", ACCEPTANCE, status=429)
    with pytest.raises(Unavailable):
        await world.otto.settle_together([to_tell(refund), to_tell(refusal, R.REJECT, code="WRONG_ITEM")])
    assert world.calls(REJECTION) == 0


async def test_when_the_first_request_is_in_doubt_the_second_is_made(world: World) -> None:
    refund, refusal = world.announced(2)
    world.fault("drop_after", ACCEPTANCE)
    told = [to_tell(refund), to_tell(refusal, R.REJECT, code="WRONG_ITEM")]
    assert ends(told, await world.otto.settle_together(told)) == [OutcomeUnknown, DONE]
    assert len(world.effects()) == 2


async def test_what_otto_refunded_meanwhile_is_taken_out(world: World) -> None:
    world.simulator.switches.repeated_acceptance = "refunds_again"
    good, refunded, other = world.announced(3)
    world.simulator.accept_by_otto(refunded.position_item_id)
    told = [to_tell(unit) for unit in (good, refunded, other)]
    assert ends(told, await world.otto.settle_together(told)) == [DONE, Refused, DONE]
    assert world.effects(refunded) == [("refund", refunded.position_item_id, "otto")]


async def test_an_order_that_fails_holds_up_no_other(world: World) -> None:
    good, bad = world.announced(2)
    world.fault("answer", f"GET /v4/orders/{bad.order.sales_order_id}", times=3, status=500)
    told = [to_tell(bad), to_tell(good)]
    assert ends(told, await world.otto.settle_together(told)) == [Transient, DONE]


async def test_what_is_refused_here_is_not_sent(world: World) -> None:
    good, silent = world.announced(2)
    told = [to_tell(silent, R.REJECT), to_tell(good)]
    assert ends(told, await world.otto.settle_together(told)) == [Refused, DONE]
    assert world.calls(REJECTION) == 0
    assert world.calls(LIST) == 0
