"""By when the merchant must have answered."""

from dataclasses import replace
from datetime import timedelta

from retour.core.capabilities import Capabilities, Deadline, Since
from retour.core.deadlines import dated, next_of
from retour.core.model import Handler
from tests.core.builders import ANY, REFUNDS_ONLY, REJECT, SHOP, START, Story, handled

ANSWER = REFUNDS_ONLY.deadlines[0]
DUE = START + ANSWER.after


def waiting() -> Story:
    return Story(Capabilities(REFUNDS_ONLY, SHOP)).look().in_shop()


def test_the_first_of_several_counts_from_the_opening() -> None:
    assert dated(waiting().known, REFUNDS_ONLY.deadlines)[0] == (DUE, ANSWER)
    assert dated(waiting().known, REFUNDS_ONLY.deadlines[::-1])[0] == (DUE, ANSWER)


def test_a_marketplace_without_deadlines() -> None:
    assert dated(waiting().known, ()) == []
    assert Story(ANY).look().plan.deadlines == ()


def test_it_counts_until_the_marketplace_waits_no_longer() -> None:
    story = waiting()
    assert story.plan.deadlines[0] == DUE
    assert story.in_shop(REJECT).plan.why.key == "tell_by_hand"
    assert story.plan.deadlines[0] == DUE, "the person who tells it must know by when"
    assert story.passes(timedelta(days=3)).look(handled(REJECT), awaits=False).plan.deadlines == ()


def test_what_is_finished_has_none() -> None:
    assert waiting().in_shop(REJECT).tells_by_hand().plan.deadlines == ()


def test_what_the_marketplace_handles_has_none() -> None:
    assert Story(Capabilities(REFUNDS_ONLY), handler=Handler.MARKETPLACE).look().plan.deadlines == ()


def test_a_deadline_may_begin_with_the_parcels_arrival() -> None:
    arrived = Deadline("refund", timedelta(hours=48), "It refunds by itself.", "made up", Since.RECEIVED)
    known = waiting().known
    assert dated(known, (arrived,)) == [], "it has not begun"
    line = replace(known.lines[0], item=replace(known.lines[0].item, received_at=START + timedelta(days=3)))
    due = START + timedelta(days=5)
    assert dated(replace(known, lines=(line,)), (arrived,)) == [(due, arrived)]
    assert dated(replace(known, lines=(line,)), (arrived, ANSWER)) == [(DUE, ANSWER), (due, arrived)]
    answered = replace(line, item=replace(line.item, awaits=False))
    assert dated(replace(known, lines=(answered,)), (arrived,)) == []


def test_the_marketplace_may_name_the_date_itself() -> None:
    stated = Deadline("answer", timedelta(0), "It decides by itself.", "made up", Since.STATED)
    known = waiting().known
    line = replace(known.lines[0], item=replace(known.lines[0].item, answer_by=START + timedelta(hours=7)))
    assert dated(replace(known, lines=(line,)), (stated,)) == [(START + timedelta(hours=7), stated)]


def test_one_that_is_over_gives_way_to_the_next() -> None:
    first, last = DUE, DUE + timedelta(days=2)
    assert next_of((first, last), first - timedelta(seconds=1)) == first
    assert next_of((first, last), first) == last
    assert next_of((first, last), last) == last, "once all are over, the last one is"
    assert next_of((), first) is None
