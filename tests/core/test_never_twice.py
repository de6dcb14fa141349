"""Attempts to make the hub refund twice, call something told that was not, or lose a return."""

from dataclasses import replace
from datetime import timedelta

import pytest

from retour.core import merge
from retour.core.capabilities import Capabilities
from retour.core.merge import Contradiction
from retour.core.model import EffectState, Handler, Resolution, Stage, Told
from tests.core.builders import (
    ACCEPT,
    CANCEL,
    KEEP,
    REJECT,
    REPAIR,
    SHOP,
    TELLS_ALL,
    Story,
    handled,
    item,
    settle,
    view,
)

DONE, UNKNOWN, PENDING = EffectState.DONE, EffectState.UNKNOWN, EffectState.PENDING
WANTED, REFUSED = EffectState.WANTED, EffectState.REFUSED
NO_SHOP = Capabilities(TELLS_ALL)
TOGETHER = Capabilities(replace(TELLS_ALL, serial=False))


def merchant(quantity: int = 1) -> Story:
    return Story(NO_SHOP, quantity).look()


# Refunding twice


def test_the_desk_and_the_shop_both_accept() -> None:
    story = Story().look().in_shop().decides(ACCEPT).sends().in_shop(ACCEPT)
    assert story.settles == []
    assert story.answered(DONE).plan.wants == story.plan.wants
    assert story.settles == []
    with pytest.raises(Contradiction):
        story.decides(ACCEPT)


def test_somebody_accepts_elsewhere_while_the_shop_is_deciding() -> None:
    story = Story().look().in_shop().look(handled(ACCEPT), awaits=False).in_shop(ACCEPT)
    assert story.settles == []
    assert story.plan.stage is Stage.CLOSED


def test_a_return_vanishes_and_the_shop_accepts_before_anybody_looked() -> None:
    assert Story().look().in_shop().vanishes().in_shop(ACCEPT).settles == []


def test_a_list_without_history_calls_it_handled_just_before_the_decision() -> None:
    story = merchant().listed(awaits=False).decides(ACCEPT)
    assert story.settles == []
    story.look(handled(CANCEL), awaits=False)
    assert story.settles == []
    assert story.plan.why.key == "conflict"


def test_a_marketplace_without_history_waits_no_longer() -> None:
    assert merchant().look(awaits=False).decides(ACCEPT).settles == []


def test_one_unit_was_refunded_elsewhere_and_two_are_accepted_here() -> None:
    story = merchant(2).look(handled(ACCEPT)).decides(ACCEPT, 2)
    assert story.settles == []
    assert story.decides(ACCEPT).settles == [(ACCEPT, 1)]


def test_a_lost_answer_is_not_sent_again_while_it_may_have_arrived() -> None:
    story = merchant().decides(ACCEPT).sends().answered(UNKNOWN)
    assert story.listed().vanishes().look().settles == []
    assert story.answered(UNKNOWN, asks=True).settles == []


def test_it_is_sent_again_and_meanwhile_the_history_shows_it() -> None:
    story = merchant().decides(ACCEPT).sends().answered(UNKNOWN).answered(WANTED)
    assert story.settles == [(ACCEPT, 1)]
    assert story.look(handled(ACCEPT), awaits=False).settles == []
    assert story.plan.why.key == "done"


def test_somebody_elses_refund_is_not_taken_for_ours_that_is_still_to_come() -> None:
    story = merchant(2).decides(ACCEPT).sends().answered(PENDING).look(handled(ACCEPT, minute=3)).decides(ACCEPT)
    assert story.settles == []
    story.answered(DONE).look(handled(ACCEPT, minute=3), handled(ACCEPT, minute=5), awaits=False)
    assert story.settles == [], "both units were refunded by now, whoever did it"
    assert story.plan.why.key == "done"


def test_all_parts_at_once_and_one_unit_was_withdrawn() -> None:
    story = Story(TOGETHER, 3).look().in_shop().decides(ACCEPT, 2).decides(REJECT).look(handled(CANCEL))
    assert story.settles == [(ACCEPT, 2)]
    assert story.plan.why.key == "conflict"


def test_the_same_without_an_order_of_parts() -> None:
    story = Story(TOGETHER, 2).look().in_shop().decides(ACCEPT).sends().answered(PENDING)
    story.look(handled(ACCEPT, minute=3)).decides(ACCEPT)
    assert story.settles == []
    assert story.plan.why.key == "confirming"
    assert story.answered(DONE).settles == [(ACCEPT, 1)], "it was ours, so the other unit is told now"


def test_a_larger_refund_by_somebody_else_is_not_ours() -> None:
    story = merchant(4).decides(ACCEPT).sends().answered(PENDING).look(handled(ACCEPT, 2, minute=3)).answered(DONE)
    assert story.decides(ACCEPT, 2).settles == []
    assert story.decides(ACCEPT).settles == [(ACCEPT, 1)]


def test_a_replaced_decision_left_after_all() -> None:
    """The worker took it in the very moment in which it was replaced."""
    story = merchant().decides(ACCEPT)
    (want,) = story.plan.wants
    story.decides(REJECT).effect(want, EffectState.SENDING)
    assert story.settles == []
    assert story.answered(WANTED).settles == [(REJECT, 1)]


def test_a_refusal_that_was_none() -> None:
    """The marketplace refuses because somebody refunded there a moment before."""
    story = merchant().decides(ACCEPT).sends().answered(REFUSED, error="already handled")
    assert story.look(handled(ACCEPT), awaits=False).plan.why.key == "done"
    assert story.decides(ACCEPT).settles == []


def test_the_quantity_shrinks_after_the_decision() -> None:
    assert merchant(2).decides(ACCEPT, 2).look(quantity=1).settles == []


def test_the_list_is_late_and_shows_it_open_again() -> None:
    story = Story().look().in_shop(ACCEPT).sends().answered(DONE).listed()
    assert story.settles == []
    assert story.creates == []
    assert story.plan.stage is Stage.CLOSED


def test_marked_as_told_by_hand_while_it_waits() -> None:
    assert merchant().decides(ACCEPT).tells_by_hand().settles == []


def test_the_request_is_in_the_shop_though_its_answer_was_lost() -> None:
    story = Story().look().sends().answered(UNKNOWN)
    assert story.creates == []
    assert story.look().listed().creates == []


def test_the_return_becomes_the_marketplaces_while_a_decision_waits() -> None:
    story = merchant().decides(ACCEPT).sees(view(item(), handler=Handler.MARKETPLACE))
    assert story.settles == []
    assert [outcome.told for outcome in story.plan.lines[0].outcomes] == [None], "and the decision is not forgotten"


# Refunding twice by changing what was told


def test_a_change_is_asked_for_twice() -> None:
    story = merchant().told(REJECT).decides(ACCEPT, revises=True).decides(ACCEPT, revises=True)
    assert story.settles == [(ACCEPT, 1)]
    with pytest.raises(Contradiction):
        story.sends().answered(DONE).decides(ACCEPT, revises=True)


def test_a_change_of_a_refusal_that_never_arrived() -> None:
    story = merchant().decides(REJECT).sends().answered(UNKNOWN)
    with pytest.raises(Contradiction):
        story.decides(ACCEPT, revises=True)
    assert story.answered(REFUSED).decides(ACCEPT).settles == [(ACCEPT, 1)]


def test_a_refusal_turns_out_not_to_have_arrived_after_its_change_was_decided() -> None:
    story = merchant().told(REJECT).decides(ACCEPT, revises=True)
    story.known = merge.with_effect(story.known, settle(REFUSED, REJECT))
    assert story.settles == []
    assert story.plan.stage is Stage.ATTENTION


def test_somebody_changed_it_elsewhere_and_here_it_is_changed_again() -> None:
    story = merchant().told(REJECT).decides(ACCEPT, revises=True)
    story.look(handled(REJECT, minute=3), handled(ACCEPT, revises=True), awaits=False)
    assert story.settles == []
    assert story.decides(ACCEPT, revises=True).settles == []
    assert story.decides(KEEP, revises=True).settles == []


def test_the_same_where_the_history_does_not_call_it_a_change() -> None:
    story = merchant().told(REJECT).decides(ACCEPT, revises=True)
    story.look(handled(REJECT, minute=3), handled(ACCEPT, minute=4), awaits=False)
    assert story.settles == []
    assert story.decides(ACCEPT, revises=True).settles == []


def test_a_change_is_taken_back_in_time() -> None:
    assert merchant().told(REJECT).decides(ACCEPT, revises=True).decides(REJECT, revises=True).settles == []


def test_one_of_two_was_accepted_and_the_refused_one_is_changed_twice() -> None:
    story = merchant(2).told(ACCEPT).told(REJECT)
    assert [want.changes for want in story.decides(KEEP, revises=True).plan.wants][-1] is REJECT
    story.sends().answered(DONE)
    with pytest.raises(Contradiction, match="refund"):
        story.decides(ACCEPT, revises=True)


@pytest.mark.parametrize("later", [REJECT, KEEP, REPAIR])
def test_a_refund_is_neither_taken_back_nor_given_again(later: Resolution) -> None:
    with pytest.raises(Contradiction, match="refund"):
        merchant().told(ACCEPT).decides(later, revises=True)


def test_a_change_stays_about_its_own_units_whatever_is_learned_later() -> None:
    story = merchant(2).told(REJECT).told(REPAIR)
    story.decides(ACCEPT, revises=True)
    assert [d.changes for d in story.known.lines[0].decisions] == [None, None, REPAIR]
    story.known = merge.with_effect(story.known, settle(REFUSED, REPAIR, decision=2))
    assert story.settles == [], "it is not about the other unit now"
    assert story.plan.stage is Stage.ATTENTION


# Calling something told that was not


def test_an_old_refund_is_not_the_new_one() -> None:
    """One unit was refunded there last week; the other is accepted today."""
    story = merchant(2).look(handled(ACCEPT)).decides(ACCEPT)
    assert story.plan.lines[0].outcomes[0].told is None
    assert story.settles == [(ACCEPT, 1)]


def test_a_call_that_was_taken_in_is_not_yet_told() -> None:
    story = merchant().decides(ACCEPT).sends().answered(PENDING).look(awaits=False)
    assert story.plan.lines[0].outcomes[0].told is Told.PENDING


def test_what_no_marketplace_was_told_is_never_confirmed() -> None:
    for told in (
        merchant().decides(ACCEPT),
        merchant().decides(ACCEPT).vanishes(),
        merchant().decides(ACCEPT).is_missing(),
        merchant().decides(ACCEPT).look(awaits=False),
        merchant().decides(ACCEPT).look(handled(CANCEL), awaits=False),
    ):
        assert told.plan.lines[0].outcomes[0].told is None
        assert told.plan.stage is not Stage.CLOSED


# Losing a return


def test_the_second_unit_still_waits_whatever_the_marketplace_calls_it() -> None:
    story = merchant(2).told(ACCEPT).look(handled(ACCEPT, minute=3), awaits=False)
    assert (story.plan.stage, story.plan.lines[0].left) == (Stage.OPEN, 1)
    assert story.decides(REJECT).settles == [(REJECT, 1)]


def test_it_is_missing_for_a_moment_before_its_details_were_fetched() -> None:
    story = Story(Capabilities(TELLS_ALL, SHOP)).listed().is_missing().listed()
    assert story.plan.look
    assert story.creates == []
    assert story.look().creates == [(None, 1)]


def test_a_request_refused_by_the_shop_is_not_forgotten() -> None:
    story = Story().look().sends().answered(REFUSED, error="unknown order")
    assert story.plan.stage is Stage.ATTENTION
    assert story.plan.lines[0].left == 1


def test_a_new_line_comes_with_a_later_list() -> None:
    story = Story().look().sends().answered(DONE).in_shop().sees(view(item("L2"), complete=False))
    assert story.plan.look
    assert story.sees(view(item("L1"), item("L2"))).creates == [(None, 1)]


def test_the_marketplace_asks_again_after_an_appeal() -> None:
    """A platform that shows no history of its own: all there is, is that it waits."""
    story = merchant().told(REJECT).look(awaits=False)
    assert story.plan.stage is Stage.CLOSED
    assert story.look().plan.stage is Stage.CLOSED, "minutes later that is a late view"
    assert story.passes(timedelta(days=1)).look().plan.why.key == "still_waits"


def test_what_a_person_did_by_hand_is_no_proof_that_a_lost_call_arrived() -> None:
    """A keep that this marketplace has no word for was paid there by hand; the accept of the other unit was lost."""
    able = replace(TELLS_ALL, tells={ACCEPT: ACCEPT, REJECT: REJECT}, by_hand={KEEP: "Refund it there."})
    story = Story(Capabilities(able), 2).look().decides(KEEP).tells_by_hand(1)
    story.decides(ACCEPT).sends().answered(UNKNOWN).look(handled(ACCEPT, minute=9))
    assert [outcome.told for outcome in story.plan.lines[0].outcomes] == [Told.BY_HAND, Told.UNKNOWN]
    assert story.settles == [], "nor that it did not"
    story.look(handled(ACCEPT, minute=9), handled(ACCEPT, minute=10), awaits=False)
    assert [outcome.told for outcome in story.plan.lines[0].outcomes] == [Told.BY_HAND, Told.CONFIRMED]
