"""Facts come late, twice and in part: what they change, and what they leave alone."""

from dataclasses import replace
from datetime import timedelta

import pytest

from retour.core import merge
from retour.core.merge import Contradiction
from retour.core.model import EffectKind, EffectState, Handler, Line, Return, Seen, ShopSays, Source
from tests.core.builders import ACCEPT, KEEP, REJECT, REPAIR, START, Story, handled, item, settle, view

MINUTE = timedelta(minutes=1)
DONE, UNKNOWN, WANTED = EffectState.DONE, EffectState.UNKNOWN, EffectState.WANTED


def known(seen: Seen) -> Return:
    return merge.first_seen("r-1", seen, START)


def line(found: Return, ref: str = "L1") -> Line:
    found_line = found.line(ref)
    assert found_line is not None
    return found_line


# What the marketplace shows


def test_a_list_then_a_look() -> None:
    listed = known(view(item("L1", title=None, sku=None), complete=False))
    assert not listed.complete
    looked = merge.see(listed, view(item("L1", title="Mug", sku="MUG"), item("L2")), START + MINUTE)
    assert looked.complete
    assert [one.item.title for one in looked.lines] == ["Mug", None]


def test_a_partial_view_forgets_nothing() -> None:
    looked = known(view(item("L1", 1, handled(ACCEPT), title="Mug", comment="Too small"), item("L2")))
    listed = merge.see(looked, view(item("L1", awaits=False), complete=False), START + MINUTE)
    assert listed.complete
    assert line(listed).item == item("L1", 1, handled(ACCEPT), awaits=False, title="Mug", comment="Too small")
    assert line(listed, "L2") == line(looked, "L2")


def test_a_line_that_only_a_list_shows_has_no_details_yet() -> None:
    looked = known(view(item("L1")))
    assert not merge.see(looked, view(item("L2"), complete=False), START + MINUTE).complete


def test_an_older_view_fills_in_and_changes_nothing() -> None:
    newer = known(view(item("L1", 2, handled(ACCEPT), awaits=False), complete=False))
    older = view(item("L1", 1, awaits=True, title="Mug"), item("L2"), ref="R-1")
    merged = merge.see(newer, older, START - MINUTE)
    assert line(merged).item == item("L1", 2, handled(ACCEPT), awaits=False, title="Mug")
    assert line(merged).seen_at == START
    assert line(merged, "L2").seen_at == START - MINUTE
    assert not merged.complete


def test_an_older_view_may_know_more_of_the_history() -> None:
    newer = known(view(item("L1", 2), complete=False))
    merged = merge.see(newer, view(item("L1", 2, handled(ACCEPT))), START - MINUTE)
    assert line(merged).item.handlings == (handled(ACCEPT),)


def test_an_entry_of_the_history_may_come_to_its_end() -> None:
    waiting = known(view(item("L1", 1, handled(None))))
    ended = merge.see(waiting, view(item("L1", 1, handled(ACCEPT))), START + MINUTE)
    assert line(ended).item.handlings == (handled(ACCEPT),)
    again = merge.see(ended, view(item("L1", 1, handled(None))), START)
    assert line(again).item.handlings == (handled(ACCEPT),)


def test_a_line_shown_twice_in_one_view_is_one_line() -> None:
    assert [one.item.quantity for one in known(view(item("L1", 1), item("L1", 2))).lines] == [2]


def test_the_opening_is_the_earliest_that_was_ever_seen() -> None:
    earlier = replace(view(item()), opened_at=START - MINUTE)
    assert merge.see(known(view(item())), earlier, START + MINUTE).opened_at == START - MINUTE
    assert merge.see(known(earlier), view(item()), START + MINUTE).opened_at == START - MINUTE


def test_what_the_marketplace_once_handled_is_never_answered_again() -> None:
    theirs = known(view(item(), handler=Handler.MARKETPLACE))
    assert merge.see(theirs, view(item()), START + MINUTE).handler is Handler.MARKETPLACE
    assert (
        merge.see(known(view(item())), view(item(), handler=Handler.MARKETPLACE), START).handler is Handler.MARKETPLACE
    )


@pytest.mark.parametrize(
    ("quantity", "history", "stale"),
    [(1, (), True), (1, (handled(ACCEPT),), False), (2, (handled(ACCEPT),), True), (1, (handled(None),), True)],
)
def test_a_list_that_closes_a_line_must_say_how(quantity: int, history: tuple[object, ...], stale: bool) -> None:
    shown = item("L1", quantity, *history, awaits=False)  # type: ignore[arg-type]
    closed = merge.see(known(view(item("L1", quantity))), view(shown, complete=False), START + MINUTE)
    assert closed.stale is stale
    assert merge.see(closed, view(shown), START + 2 * MINUTE).stale is False
    assert merge.see(known(view(item("L1", quantity))), view(shown), START + MINUTE).stale is False


def test_what_was_told_explains_it_too() -> None:
    told = merge.with_effect(merge.decide(known(view(item())), "L1", ACCEPT, 1, Source.DESK, START), settle(DONE))
    assert merge.see(told, view(item(awaits=False), complete=False), START + MINUTE).stale is False
    lost = merge.with_effect(told, settle(UNKNOWN))
    assert merge.see(lost, view(item(awaits=False), complete=False), START + MINUTE).stale is True


def test_vanished_and_looked_at() -> None:
    gone = merge.vanished(known(view(item())), START + MINUTE)
    assert gone.stale
    assert merge.see(gone, view(item(), complete=False), START + 2 * MINUTE).stale
    assert not merge.see(gone, view(item()), START + 2 * MINUTE).stale
    assert merge.see(gone, view(item()), START).stale, "a look from before cannot explain it"
    assert merge.vanished(known(view(item()))).stale


def test_what_was_seen_since_the_list_was_read_has_not_vanished() -> None:
    seen = merge.see(known(view(item())), view(item()), START + 2 * MINUTE)
    assert not merge.vanished(seen, START + MINUTE).stale
    assert not merge.missing(seen, START + MINUTE).gone


def test_missing_until_something_newer_shows_it() -> None:
    vanished = merge.vanished(known(view(item(), complete=False)), START + MINUTE)
    missing = merge.missing(vanished, START + 2 * MINUTE)
    assert missing.gone
    assert not missing.stale
    assert not missing.complete, "when it comes back, its details are still to be fetched"
    assert merge.see(missing, view(item()), START + MINUTE).gone
    assert not merge.see(missing, view(item(), complete=False), START + 3 * MINUTE).gone
    assert merge.missing(vanished).gone


# What the shop says

SAYS = ShopSays("57", "pending", None)


def shop(story: Story) -> ShopSays | None:
    return story.line().shop


def standing(story: Story, ref: str = "L1") -> list[tuple[object, int]]:
    return [(d.resolution, d.quantity) for d in story.line(ref).standing]


def test_the_shop_decides_all_that_is_undecided() -> None:
    assert standing(Story(quantity=3).look().decides(REJECT).in_shop(ACCEPT)) == [(REJECT, 1), (ACCEPT, 2)]
    assert standing(Story().look().decides(REJECT).in_shop(ACCEPT)) == [(REJECT, 1)]


def test_the_shop_repeats_itself() -> None:
    story = Story(quantity=2).look().in_shop(ACCEPT)
    once = story.known
    story.in_shop(ACCEPT)
    assert story.known == once
    story.look(quantity=3).in_shop(ACCEPT)
    assert standing(story) == [(ACCEPT, 2)], "of the unit that came later it knows nothing"


def test_what_the_shop_said_of_decided_units_is_not_about_later_ones() -> None:
    story = Story().look().decides(REJECT).in_shop(ACCEPT).look(quantity=2).in_shop(ACCEPT)
    assert standing(story) == [(REJECT, 1)]


def test_the_shops_newer_word_counts_until_something_left() -> None:
    story = Story().look().in_shop(ACCEPT).in_shop(None).in_shop(REJECT).in_shop(KEEP)
    assert standing(story) == [(KEEP, 1)]
    story.sends().in_shop(REJECT)
    assert standing(story) == [(KEEP, 1)]
    assert shop(story) == ShopSays("57", "pending", REJECT)


def test_the_shops_older_word_comes_too_late() -> None:
    story = Story().look().in_shop(REJECT)
    before = story.known
    late = ShopSays("57", "accepted", ACCEPT)
    assert merge.shop_says(before, "L1", late, story.now - MINUTE) == before


def test_the_desk_overrules_the_shop() -> None:
    story = Story(quantity=2).look().in_shop(ACCEPT).decides(REJECT, 2).in_shop(ACCEPT)
    assert standing(story) == [(REJECT, 2)]
    assert standing(Story(quantity=2).look().in_shop(ACCEPT).decides(REJECT).in_shop(ACCEPT)) == [(REJECT, 1)]


def test_a_deleted_request_keeps_its_last_word_and_decides_nothing() -> None:
    story = Story().look().in_shop(word="on hold").in_shop(ACCEPT, word="", gone=True)
    assert shop(story) == ShopSays("57", "on hold", None, gone=True)
    assert standing(story) == []
    assert standing(story.in_shop(ACCEPT)) == [(ACCEPT, 1)], "it was restored, and decided"
    assert standing(Story().look().in_shop(ACCEPT, gone=True)) == []


def test_the_shop_has_no_say_in_what_the_marketplace_handles() -> None:
    story = Story(handler=Handler.MARKETPLACE).look().in_shop(ACCEPT)
    assert standing(story) == []
    assert shop(story) is not None


def test_the_shop_speaks_of_a_line_that_is_not_known() -> None:
    found = known(view(item()))
    assert merge.shop_says(found, "L9", SAYS, START) == found
    assert merge.told_by_hand(found, "L9", 1) == found


# What people decide


def test_a_decision_remembers_what_the_history_held() -> None:
    story = Story(quantity=3).look(handled(ACCEPT)).decides(REJECT).in_shop(KEEP)
    assert [d.before for d in story.line().decisions] == [1, 1]
    assert [d.seq for d in story.line().decisions] == [1, 2]


@pytest.mark.parametrize("quantity", [0, -1, 3])
def test_a_quantity_that_does_not_fit(quantity: int) -> None:
    with pytest.raises(Contradiction, match="from 1 to 2"):
        Story(quantity=2).look().decides(ACCEPT, quantity)


def test_a_line_that_does_not_exist() -> None:
    with pytest.raises(Contradiction, match="no line L9"):
        Story().look().decides(ACCEPT, line="L9")


def test_what_the_marketplace_handles_is_not_decided() -> None:
    with pytest.raises(Contradiction, match="handles this return itself"):
        Story(handler=Handler.MARKETPLACE).look().decides(ACCEPT)


def test_newer_decisions_replace_unsent_ones_newest_first() -> None:
    story = Story(quantity=3).look().decides(ACCEPT).decides(REJECT).decides(REPAIR, 2)
    assert standing(story) == [(ACCEPT, 1), (REPAIR, 2)]
    assert standing(story.decides(KEEP, 3)) == [(KEEP, 3)]


@pytest.mark.parametrize("state", [EffectState.SENDING, EffectState.PENDING, UNKNOWN, DONE])
def test_what_may_have_left_is_not_replaced(state: EffectState) -> None:
    story = Story(quantity=2).look().in_shop().decides(ACCEPT).sends().answered(state).decides(REJECT)
    with pytest.raises(Contradiction, match="Only 1 of this line"):
        story.decides(REPAIR, 2)
    assert standing(story.decides(REPAIR)) == [(ACCEPT, 1), (REPAIR, 1)]


def test_what_was_told_by_hand_is_not_replaced() -> None:
    with pytest.raises(Contradiction, match="Only 0"):
        Story().look().decides(ACCEPT).tells_by_hand().decides(REJECT)


@pytest.mark.parametrize("state", [WANTED, EffectState.SUPERSEDED, EffectState.REFUSED, EffectState.DEAD])
def test_what_certainly_did_not_happen_is_decided_anew(state: EffectState) -> None:
    story = Story().look().in_shop().decides(ACCEPT).sends().answered(state).decides(REJECT)
    assert standing(story) == [(REJECT, 1)]


def test_a_quantity_that_shrank_leaves_nothing_to_decide() -> None:
    with pytest.raises(Contradiction, match="Only 0"):
        Story(quantity=2).look().in_shop().told(ACCEPT, 2).look(quantity=1).decides(REJECT)


# What changes what was told


def told_rejected(quantity: int = 1) -> Story:
    return Story(quantity=quantity).look().in_shop().told(REJECT, quantity)


def test_only_what_was_told_otherwise_can_be_changed() -> None:
    with pytest.raises(Contradiction, match="nothing to change"):
        Story().look().decides(ACCEPT, revises=True)
    with pytest.raises(Contradiction, match="nothing to change"):
        told_rejected().decides(REJECT, revises=True)
    with pytest.raises(Contradiction, match="nothing to change"):
        Story().look().in_shop().decides(REJECT).sends().answered(UNKNOWN).decides(ACCEPT, revises=True)


def test_the_same_units_are_changed_once() -> None:
    story = told_rejected().decides(ACCEPT, revises=True).sends()
    for state, words in (
        (EffectState.SENDING, "nothing to change"),
        (UNKNOWN, "nothing to change"),
        (DONE, "refunded"),
    ):
        story.answered(state)
        with pytest.raises(Contradiction, match=words):
            story.decides(ACCEPT, revises=True)


def test_a_change_that_has_not_left_gives_way() -> None:
    story = told_rejected().decides(ACCEPT, revises=True).decides(KEEP, revises=True)
    assert standing(story) == [(REJECT, 1), (KEEP, 1)]
    assert standing(told_rejected(2).decides(ACCEPT, revises=True).decides(KEEP, revises=True)) == [
        (REJECT, 2),
        (ACCEPT, 1),
        (KEEP, 1),
    ]


def test_a_change_that_has_not_left_is_taken_back_by_saying_again_what_was_told() -> None:
    assert standing(told_rejected().decides(ACCEPT, revises=True).decides(REJECT, revises=True)) == [(REJECT, 1)]
    both = told_rejected(2).decides(ACCEPT, 2, revises=True).decides(REJECT, 2, revises=True)
    assert standing(both) == [(REJECT, 2)]


def test_a_change_that_does_not_fit_leaves_the_others_alone() -> None:
    story = Story(quantity=2).look().in_shop().told(REJECT).decides(ACCEPT, revises=True)
    with pytest.raises(Contradiction, match="nothing to change"):
        story.decides(KEEP, 2, revises=True)
    assert standing(story) == [(REJECT, 1), (ACCEPT, 1)]


def test_an_ordinary_decision_leaves_changes_alone() -> None:
    story = told_rejected(2).look(quantity=3).decides(ACCEPT, revises=True).decides(REPAIR).decides(KEEP)
    assert standing(story) == [(REJECT, 2), (ACCEPT, 1), (KEEP, 1)]


# What is sent


def test_an_effect_keeps_its_place() -> None:
    found = known(view(item()))
    for decision, state in ((1, WANTED), (2, WANTED), (1, DONE)):
        found = merge.with_effect(found, settle(state, decision=decision))
    assert [(e.decision, e.state) for e in found.effects] == [(1, DONE), (2, WANTED)]
    assert {e.kind for e in found.effects} == {EffectKind.SETTLE}
