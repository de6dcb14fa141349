"""Every stage and every sentence, reached by a story; and what is told, left and sent at that point."""

import pytest

from retour.core.model import Stage
from retour.core.plan import create_key
from retour.core.why import SENTENCES
from tests.core.builders import ACCEPT, REJECT, Story, handled, item, view
from tests.core.stories.case import (
    BY_HAND,
    CLOSED,
    NO_SHOP,
    OPEN,
    REFUSED,
    SENDING,
    WHOLE_RETURNS,
    Case,
    in_shop,
    merchant,
)
from tests.core.stories.elsewhere import BY_MARKETPLACE, ELSEWHERE
from tests.core.stories.people import CHANGES, HANDWORK, SHOP_NEWS
from tests.core.stories.telling import BEGINNINGS, PARTS, TELLING

CASES = [
    *BEGINNINGS,
    *TELLING,
    *PARTS,
    *BY_MARKETPLACE,
    *ELSEWHERE,
    *CHANGES,
    *HANDWORK,
    *SHOP_NEWS,
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_follows(case: Case) -> None:
    story = case.story()
    plan = story.plan
    assert (plan.stage, plan.why.key) == (case.stage, case.why)
    assert sum(line.left for line in plan.lines) == case.left
    assert tuple(outcome.told for line in plan.lines for outcome in line.outcomes) == case.told
    assert tuple(story.settles) == case.settles
    assert tuple(story.creates) == case.creates
    assert plan.look is case.look
    assert "{" not in plan.why.text


def test_every_stage_and_every_sentence_is_reached() -> None:
    assert {case.why for case in CASES} == set(SENTENCES)
    assert {case.stage for case in CASES} == set(Stage)
    assert len({case.name for case in CASES}) == len(CASES)


def test_the_sentences_name_what_they_are_about() -> None:
    conflict = merchant().decides(REJECT).look(handled(ACCEPT, raw="RETURN_RECEIVED"), awaits=False).plan.why
    assert conflict.text == "Decided here: reject. The marketplace says: RETURN_RECEIVED. Nothing was sent"
    by_hand = merchant(capabilities=BY_HAND).decides(REJECT).plan.why
    assert by_hand.text.endswith("do it there by hand. Decline the return in the seller centre.")
    changed = in_shop().in_shop(REJECT).sends().answered().in_shop(ACCEPT).plan.why
    assert changed.text == "The shop now says accept, but reject was told to the marketplace before"
    odd = merchant().decides(ACCEPT).sends().answered(REFUSED, error="{odd} 100%").plan.why
    assert odd.text == "The marketplace refused the decision: {odd} 100%"


def test_the_most_urgent_line_speaks_for_the_return() -> None:
    story = Story(NO_SHOP).sees(view(item("L1"), item("L2"), item("L3"))).decides(ACCEPT, line="L2")
    assert (story.plan.stage, story.plan.why.key) == (SENDING, "telling")
    story.sends().answered(REFUSED, error="no")
    assert story.plan.why.key == "refused_settle"
    story.decides(REJECT, line="L2").sends().answered()
    assert (story.plan.stage, [line.stage for line in story.plan.lines]) == (OPEN, [OPEN, CLOSED, OPEN])


def test_lines_of_one_return_are_told_independently() -> None:
    story = Story(NO_SHOP).sees(view(item("L1"), item("L2"))).decides(ACCEPT).decides(REJECT, line="L2")
    assert story.settles == [(ACCEPT, 1), (REJECT, 1)]


def test_a_return_that_can_only_be_told_as_a_whole_is_never_told_by_one_of_its_lines() -> None:
    one = Story(WHOLE_RETURNS).sees(view(item("L1", 2))).decides(ACCEPT, 2)
    assert one.settles == [(ACCEPT, 2)]
    two = Story(WHOLE_RETURNS).sees(view(item("L1"), item("L2"))).decides(ACCEPT)
    assert two.settles == []
    assert two.plan.why.key == "tell_by_hand"


def test_keys_stay_the_same_for_a_lifetime() -> None:
    story = in_shop().in_shop(ACCEPT)
    keys = [want.key for want in story.plan.wants]
    assert keys == ["r-1:L1:settle:1"]
    assert [want.key for want in story.sends().answered().look(handled(ACCEPT), awaits=False).plan.wants] == keys
    assert create_key(story.known, story.line()) == "r-1:L1:create"


def test_a_change_says_what_it_changes() -> None:
    story = merchant(quantity=2).told(ACCEPT).told(REJECT).decides(ACCEPT, revises=True)
    assert [want.changes for want in story.plan.wants] == [None, None, REJECT]
