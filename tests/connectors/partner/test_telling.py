"""Telling a partner a decision exactly once, over HTTP: contract tobedressed 3.3 and 6."""

from typing import Any, Literal

import pytest

from retour.connectors.contract import ReceiptState
from retour.connectors.errors import OutcomeUnknown, Refused, Unauthorized, Unavailable
from retour.connectors.marketplaces.generic import MANIFEST
from retour.connectors.marketplaces.generic.config import GenericConfig
from retour.core.model import Handler, Resolution

from .world import World, history, line_of, part

R = Resolution
POST = "POST /api/v1/returns/R-.*/decision"
DECISION = "POST /api/v1/returns/{return_id}/decision"
TOLD = [R.ACCEPT, R.KEEP, R.REJECT]
EFFECT = {R.ACCEPT: "refund", R.KEEP: "refund", R.REJECT: "settled"}
SHOWN = {R.ACCEPT: R.ACCEPT, R.KEEP: R.ACCEPT, R.REJECT: R.REJECT}


@pytest.mark.parametrize("decision", TOLD)
async def test_a_decision_is_told_once_and_reads_back(world: World, decision: Resolution) -> None:
    partner, ref = world.connect(), world.announce(2)
    receipt = await partner.settle(ref, [part(decision, 2)])

    assert receipt.state is ReceiptState.DONE
    line = await line_of(partner, ref)
    assert (line.awaits, history(line)) == (False, [(SHOWN[decision], 2)])
    assert world.journal() == [(EFFECT[decision], "1", 2)]


async def test_keep_is_an_acceptance_that_says_so(world: World) -> None:
    partner, kept, accepted = world.connect(), world.announce(1), world.announce(1)
    await partner.settle(kept, [part(R.KEEP, reason=None)])
    await partner.settle(accepted, [part(R.ACCEPT, reason=None)])

    comments = {
        entry["ref"]: entry["detail"]["comment"]
        for entry in world.partner.journal.as_json()
        if entry["kind"] == "refund"
    }
    assert comments == {kept: "customer keeps item", accepted: ""}


async def test_a_rejection_says_why_or_is_not_sent(world: World) -> None:
    partner, ref = world.connect(), world.announce(1)
    with pytest.raises(Refused, match="needs a comment"):
        await partner.settle(ref, [part(R.REJECT, reason=" ")])
    assert world.calls(DECISION) == 0

    always = world.connect({"comments": {"reject": "Does not meet our conditions"}})
    await always.settle(ref, [part(R.REJECT, reason=None)])
    assert [entry["detail"]["comment"] for entry in world.partner.journal.as_json() if entry["kind"] == "settled"] == [
        "Does not meet our conditions"
    ]


@pytest.mark.parametrize("decision", [R.REPAIR, R.EXCHANGE, R.CANCEL])
async def test_what_has_no_word_never_leaves(world: World, decision: Resolution) -> None:
    partner, ref = world.connect(), world.announce(1)
    with pytest.raises(Refused):
        await partner.settle(ref, [part(decision)])
    for quantity in (0, -1):
        with pytest.raises(Refused):
            await partner.settle(ref, [part(R.ACCEPT, quantity)])
    with pytest.raises(Refused):
        await partner.settle(ref, [part(R.ACCEPT), part(R.REJECT)])
    assert (world.journal(), world.calls(DECISION)) == ([], 0)


# --- answers that are lost, and answers that say no ---


@pytest.mark.parametrize("decision", TOLD)
async def test_a_lost_answer_shows_and_is_not_repeated(world: World, decision: Resolution) -> None:
    partner, ref = world.connect(), world.announce(1)
    world.fault("drop_after", POST)
    with pytest.raises(OutcomeUnknown):
        await partner.settle(ref, [part(decision)])

    assert history(await line_of(partner, ref)) == [(SHOWN[decision], 1)]
    assert (world.journal(), world.calls(DECISION)) == ([(EFFECT[decision], "1", 1)], 1)


@pytest.mark.parametrize("decision", TOLD)
@pytest.mark.parametrize(
    ("kind", "details", "failure"),
    [
        ("drop_before", {}, OutcomeUnknown),
        ("answer", {"status": 429, "headers": {"Retry-After": "7"}}, Unavailable),
        ("answer", {"status": 500}, OutcomeUnknown),
        ("answer", {"status": 503}, OutcomeUnknown),
        ("answer", {"status": 504}, OutcomeUnknown),
        ("answer", {"status": 200, "body": "<html>"}, OutcomeUnknown),
        ("answer", {"status": 200, "body": "{}"}, OutcomeUnknown),
        ("answer", {"status": 422, "body": '{"error": {"code": "validation", "message": "No."}}'}, Refused),
    ],
)
async def test_a_decision_that_did_not_arrive_is_sent_again_and_counts_once(
    world: World, decision: Resolution, kind: Any, details: dict[str, Any], failure: type[Exception]
) -> None:
    partner, ref, told = world.connect(), world.announce(1), part(decision)
    world.fault(kind, POST, **details)
    with pytest.raises(failure):
        await partner.settle(ref, [told])
    later = world.connect()  # the first one's door keeps the pause that a 429 asked for
    line = await line_of(later, ref)
    assert (line.awaits, history(line), world.journal(), world.calls(DECISION)) == (True, [], [], 1)

    await later.settle(ref, [told])
    assert world.journal() == [(EFFECT[decision], "1", 1)]


@pytest.mark.parametrize("decision", TOLD)
async def test_a_key_that_is_good_no_more_stops_the_connection(world: World, decision: Resolution) -> None:
    partner, ref, told = world.connect(), world.announce(1), part(decision)
    world.partner.keys.revoke()
    world.partner.keys.issue("other")
    with pytest.raises(Unauthorized):
        await partner.settle(ref, [told])

    await world.connect(api_key="other").settle(ref, [told])
    assert world.journal() == [(EFFECT[decision], "1", 1)]


async def test_a_key_that_ends_between_look_and_call_does_nothing(world: World) -> None:
    partner, ref = world.connect(), world.announce(1)
    world.fault("answer", POST, status=401, body='{"error": {"code": "unauthorized"}}')
    with pytest.raises(Unauthorized):
        await partner.settle(ref, [part(R.ACCEPT)])
    assert (world.journal(), world.calls(DECISION)) == ([], 1)


@pytest.mark.parametrize("decision", TOLD)
async def test_a_lost_part_is_sent_again_under_its_key_and_counts_once(world: World, decision: Resolution) -> None:
    """One word for three units does not show that one of them was told."""
    partner, ref, told = world.connect(), world.announce(3), part(decision, 1)
    world.fault("drop_after", POST)
    with pytest.raises(OutcomeUnknown):
        await partner.settle(ref, [told])
    assert history(await line_of(partner, ref)) == []

    assert (await partner.settle(ref, [told])).state is ReceiptState.DONE
    assert history(await line_of(partner, ref)) == [(SHOWN[decision], 1)]
    assert world.journal() == [(EFFECT[decision], "1", 1)]


async def test_whoever_does_not_trust_the_key_is_asked(world: World) -> None:
    profile = {"capabilities": {"send_again": False}}
    config = GenericConfig.model_validate({"base_url": "https://example.org", "api_key": "k", "profile": profile})
    assert not MANIFEST.capabilities(config).proves_absence


# --- what the partner has decided already ---


@pytest.mark.parametrize("by_staff", ["accept", "reject"])
@pytest.mark.parametrize("decision", TOLD)
async def test_what_is_decided_there_is_not_told(
    world: World, decision: Resolution, by_staff: Literal["accept", "reject"]
) -> None:
    partner, ref = world.connect(), world.announce(1)
    world.partner.decide_by_staff(ref, by_staff)
    before = world.journal()
    with pytest.raises(Refused, match="Nothing was sent"):
        await partner.settle(ref, [part(decision)])
    assert (world.journal(), world.calls(DECISION)) == (before, 0)


async def test_what_is_withdrawn_unknown_or_the_partners_own_is_not_told(world: World) -> None:
    partner = world.connect({"auto_accept_when": {"path": "fulfilled_by", "value": "platform"}})
    withdrawn, forgotten, theirs = world.announce(1), world.announce(1), world.announce(1, by_platform=True)
    world.partner.withdraw(withdrawn)
    world.partner.forget(forgotten)
    for ref in (withdrawn, forgotten, theirs):
        with pytest.raises(Refused, match="Nothing was sent"):
            await partner.settle(ref, [part(R.ACCEPT)])
    assert (world.journal(), world.calls(DECISION)) == ([], 0)
    seen = await partner.look(theirs)
    assert seen is not None
    assert (seen.handler, history(seen.lines[0])) == (Handler.MARKETPLACE, [(R.ACCEPT, 1)])


@pytest.mark.parametrize(("by_staff", "same"), [("accept", True), ("reject", False)])
async def test_a_decision_made_between_look_and_call(
    world: World, by_staff: Literal["accept", "reject"], same: bool
) -> None:
    """409 already_decided: the same outcome is as good, another one is the merchant's to see."""
    partner, ref = world.connect(), world.announce(1)
    looked = partner.look

    async def then_decided(ref: str) -> Any:
        seen = await looked(ref)
        if not world.journal():
            world.partner.decide_by_staff(ref, by_staff)
        return seen

    partner.look = then_decided  # type: ignore[method-assign]
    if same:
        assert (await partner.settle(ref, [part(R.ACCEPT)])).state is ReceiptState.DONE
    else:
        with pytest.raises(Refused) as refused:
            await partner.settle(ref, [part(R.ACCEPT)])
        assert refused.value.code == "already_decided"
    assert len(world.journal()) == 1
    assert world.calls(DECISION) == 1


async def test_a_key_that_was_used_for_something_else_is_refused(world: World) -> None:
    partner, ref = world.connect(), world.announce(2)
    await partner.settle(ref, [part(R.ACCEPT, 1, key="r-1:1:settle:1")])
    with pytest.raises(Refused) as refused:
        await partner.settle(ref, [part(R.REJECT, 1, key="r-1:1:settle:1")])
    assert refused.value.code == "idempotency_key_reused"
    assert world.journal() == [("refund", "1", 1)]


async def test_a_status_that_nobody_knows_is_shown_and_not_told(world: World) -> None:
    world.switch(status_words={"requested": "in behandeling"})
    partner, ref = world.connect(), world.announce(1)
    line = await line_of(partner, ref)
    assert (line.awaits, [(entry.resolution, entry.raw) for entry in line.handlings]) == (
        True,
        [(None, "in behandeling")],
    )
    with pytest.raises(Refused, match="status_map"):
        await partner.settle(ref, [part(R.ACCEPT)])
    assert world.calls(DECISION) == 0
    assert [check.ok for check in await partner.check() if check.name == "status"] == [False]


async def test_a_parcel_that_arrived_still_waits(world: World) -> None:
    partner, ref = world.connect(), world.announce(1)
    world.partner.receive(ref)
    assert (await line_of(partner, ref)).awaits
    await partner.settle(ref, [part(R.ACCEPT)])
    assert world.journal() == [("refund", "1", 1)]


async def test_what_says_refunded_later_is_no_second_refund(world: World) -> None:
    world.switch(refunded_seconds=60)
    partner, ref = world.connect(), world.announce(1)
    await partner.settle(ref, [part(R.ACCEPT)])
    world.partner.clock.move(120)
    assert history(await line_of(partner, ref)) == [(R.ACCEPT, 1)]


# --- parts of a return, under one word for all of it ---


async def test_parts_that_were_told_differently_keep_their_own_ends(world: World) -> None:
    partner, ref = world.connect(), world.announce(3, 1)
    await partner.settle(ref, [part(R.ACCEPT, 1)])
    await partner.settle(ref, [part(R.REJECT, 2)])
    assert [history(line) for line in (await partner.look(ref)).lines] == [[(R.ACCEPT, 1), (R.REJECT, 2)], []]  # type: ignore[union-attr]

    await partner.settle(ref, [part(R.REJECT, 1, line="2")])
    seen = await partner.look(ref)
    assert seen is not None
    assert [history(line) for line in seen.lines] == [[(R.ACCEPT, 1), (R.REJECT, 2)], [(R.REJECT, 1)]]
    assert not any(line.awaits for line in seen.lines)
    assert world.journal() == [("refund", "1", 1), ("settled", "1", 2), ("settled", "2", 1)]


async def test_what_is_left_when_a_part_ends_all_is_not_taken_for_refunded(world: World) -> None:
    world.switch(part_decides_all=True)
    partner, ref = world.connect(), world.announce(3)
    await partner.settle(ref, [part(R.ACCEPT, 1)])

    line = await line_of(partner, ref)
    assert (line.awaits, history(line)) == (False, [(R.ACCEPT, 1), (None, 2)])
    with pytest.raises(Refused, match="leaves open"):
        await partner.settle(ref, [part(R.ACCEPT, 2)])
    assert world.journal() == [("refund", "1", 1)]


async def test_more_than_is_left_is_not_told(world: World) -> None:
    partner, ref = world.connect(), world.announce(3)
    await partner.settle(ref, [part(R.ACCEPT, 2)])
    with pytest.raises(Refused, match="Nothing was sent"):
        await partner.settle(ref, [part(R.ACCEPT, 2)])
    assert world.journal() == [("refund", "1", 2)]


async def test_counters_of_a_line_become_a_history_that_only_grows(world: World) -> None:
    world.switch(line_outcomes=True)
    partner = world.connect({"fields": {"line": {"accepted": "accepted", "rejected": "rejected"}}})
    ref = world.announce(3)
    raw = (await partner._row(ref))["lines"][0]
    assert {"accepted", "rejected"} <= raw.keys(), raw.keys()
    await partner.settle(ref, [part(R.REJECT, 1)])
    assert history(await line_of(partner, ref)) == [(R.REJECT, 1)]
    world.partner.decide_by_staff(ref, "accept")
    assert history(await line_of(partner, ref)) == [(R.REJECT, 1), (R.ACCEPT, 1), (R.ACCEPT, 1)]
    assert not (await line_of(partner, ref)).awaits
