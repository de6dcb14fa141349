"""Whose units are whose: the marketplace's history held against what was decided and sent."""

from datetime import timedelta

import pytest

from retour.core.account import Account, account, told_as
from retour.core.capabilities import MarketplaceCapabilities
from retour.core.model import Decision, Effect, EffectState, Handling, Line, Resolution
from tests.core.builders import (
    ACCEPT,
    CANCEL,
    EXCHANGE,
    KEEP,
    REFUNDS_ONLY,
    REJECT,
    REPAIR,
    START,
    TELLS_ALL,
    decided,
    handled,
    item,
    settle,
)

DONE, UNKNOWN, PENDING = EffectState.DONE, EffectState.UNKNOWN, EffectState.PENDING
SENDING, REFUSED, DEAD = EffectState.SENDING, EffectState.REFUSED, EffectState.DEAD
KEY = "r-1:L1:settle:1"


def books(
    *history: Handling,
    quantity: int = 1,
    decisions: tuple[Decision, ...] = (decided(1, ACCEPT),),
    effects: tuple[Effect, ...] = (),
    awaits: bool = True,
    able: MarketplaceCapabilities = TELLS_ALL,
) -> Account:
    line = Line(item("L1", quantity, *history, awaits=awaits), START, decisions=decisions)
    return account(line, effects, able.tells)


def test_nothing_happened_yet() -> None:
    account = books(quantity=3)
    assert (account.room, account.undecided, account.foreign, account.closed) == (3, 2, (), False)


@pytest.mark.parametrize("state", [DONE, UNKNOWN])
def test_an_entry_that_says_the_same_proves_an_effect(state: EffectState) -> None:
    account = books(handled(ACCEPT, minute=1), effects=(settle(state),))
    assert account.proven == {KEY}
    assert account.foreign == ()
    assert account.room == 0


@pytest.mark.parametrize("state", [PENDING, SENDING])
def test_what_has_still_to_answer_is_not_proven_by_anybodys_entry(state: EffectState) -> None:
    account = books(handled(ACCEPT, minute=1), quantity=3, effects=(settle(state),))
    assert account.proven == set()
    assert account.foreign == ()
    assert (account.room, account.doubt, account.undecided) == (1, 1, 2)


@pytest.mark.parametrize("state", [REFUSED, DEAD, EffectState.WANTED, EffectState.SUPERSEDED])
def test_what_did_not_happen_is_not_proven(state: EffectState) -> None:
    account = books(handled(ACCEPT), effects=(settle(state),))
    assert account.proven == set()
    assert account.absorbed == {1}


@pytest.mark.parametrize(
    ("entry", "sent"),
    [
        pytest.param(handled(REJECT, minute=1), settle(UNKNOWN), id="says something else"),
        pytest.param(handled(ACCEPT, 2, minute=1), settle(UNKNOWN), id="of more units"),
        pytest.param(handled(ACCEPT, minute=1), settle(UNKNOWN, quantity=2), id="of fewer units"),
        pytest.param(handled(ACCEPT, minute=1), settle(UNKNOWN, before=1), id="was there before it was sent"),
        pytest.param(handled(ACCEPT, minute=-6), settle(UNKNOWN), id="is older than the sending"),
        pytest.param(handled(ACCEPT, minute=1, revises=True), settle(UNKNOWN), id="changes other units"),
        pytest.param(handled(None, minute=1), settle(UNKNOWN), id="has not ended"),
    ],
)
def test_an_entry_is_no_proof_that(entry: Handling, sent: Effect) -> None:
    assert books(entry, quantity=3, decisions=(decided(1, ACCEPT, sent.quantity),), effects=(sent,)).proven == set()


@pytest.mark.parametrize(
    ("entry", "sent"),
    [
        pytest.param(handled(ACCEPT), settle(UNKNOWN), id="the entry has no time"),
        pytest.param(handled(ACCEPT, minute=-4), settle(UNKNOWN), id="clocks differ by minutes"),
        pytest.param(handled(ACCEPT, minute=-90), settle(UNKNOWN, sent_at=None), id="the sending has no time"),
        pytest.param(handled(ACCEPT, minute=-90), settle(DONE), id="it certainly arrived, whatever our clock said"),
        pytest.param(handled(ACCEPT, minute=-90), settle(DONE, before=1, by_hand=True), id="a person says so"),
    ],
)
def test_an_entry_is_proof_though(entry: Handling, sent: Effect) -> None:
    assert books(entry, effects=(sent,)).proven == {KEY}


def test_keep_is_proven_by_what_it_reads_back_as() -> None:
    account = books(handled(ACCEPT), decisions=(decided(1, KEEP),), effects=(settle(UNKNOWN, KEEP),))
    assert account.proven == {KEY}


def test_two_units_told_at_once_may_show_as_two_entries() -> None:
    account = books(
        handled(ACCEPT),
        handled(ACCEPT),
        quantity=3,
        decisions=(decided(1, ACCEPT, 2),),
        effects=(settle(DONE, quantity=2),),
    )
    assert account.proven == {KEY}
    assert (account.foreign, account.room) == ((), 1)


def test_the_entry_of_just_these_units_comes_first() -> None:
    account = books(
        handled(ACCEPT),
        handled(ACCEPT, 2),
        quantity=3,
        decisions=(decided(1, ACCEPT, 2),),
        effects=(settle(DONE, quantity=2),),
    )
    assert account.foreign == (handled(ACCEPT),)


def test_an_entry_proves_one_effect_and_the_certain_one_first() -> None:
    effects = (settle(UNKNOWN), settle(DONE, decision=2))
    account = books(handled(ACCEPT), quantity=2, decisions=(decided(1, ACCEPT), decided(2, ACCEPT)), effects=effects)
    assert account.proven == {"r-1:L1:settle:2"}


def test_effects_of_other_lines_are_not_of_this_account() -> None:
    other = Effect("r-1:L2:settle:1", settle(DONE).kind, DONE, "L2", 1, ACCEPT, 1)
    assert books(effects=(other,)).room == 1


def test_what_has_not_ended_takes_no_room() -> None:
    account = books(handled(None), decisions=())
    assert (account.foreign, account.room, account.undecided) == ((), 1, 1)


def test_units_of_others_leave_less_room() -> None:
    account = books(handled(CANCEL), handled(REJECT), quantity=4, decisions=())
    assert account.foreign == (handled(CANCEL), handled(REJECT))
    assert (account.room, account.undecided) == (2, 2)


def test_a_change_takes_no_room() -> None:
    told = settle(DONE, REJECT)
    account = books(
        handled(REJECT), handled(ACCEPT, revises=True), quantity=2, decisions=(decided(1, REJECT),), effects=(told,)
    )
    assert account.room == 1
    assert account.changed


def test_more_than_was_told_is_a_change_too() -> None:
    told = settle(DONE, REJECT)
    assert books(handled(REJECT), handled(ACCEPT), decisions=(decided(1, REJECT),), effects=(told,)).changed
    assert not books(handled(REJECT), decisions=(decided(1, REJECT),), effects=(told,)).changed


def test_closed_by_the_marketplace_itself() -> None:
    assert books(awaits=False).closed
    assert books(awaits=False).room == 0
    assert not books(awaits=False, quantity=2, effects=(settle(DONE),)).closed
    assert not books(awaits=False, quantity=2, decisions=(decided(1, REJECT, told_by_hand=True),)).closed


def test_what_was_told_by_hand_is_counted_once() -> None:
    by_hand = (decided(1, REJECT, told_by_hand=True),)
    assert books(quantity=2, decisions=by_hand).room == 1
    shown = books(handled(REJECT), quantity=2, decisions=by_hand)
    assert (shown.room, shown.foreign) == (1, ())
    assert shown.absorbed == {1}
    sent_too = books(quantity=2, decisions=by_hand, effects=(settle(UNKNOWN, REJECT),))
    assert sent_too.room == 1


def test_a_replaced_decision_that_left_all_the_same_takes_its_room() -> None:
    replaced = (decided(1, ACCEPT, void=True), decided(2, REJECT))
    assert books(decisions=replaced, effects=(settle(SENDING),)).room == 0


def test_a_decision_is_absorbed_by_what_came_after_it() -> None:
    account = books(handled(ACCEPT, 2), quantity=3)
    assert account.absorbed == {1}
    assert account.foreign == (handled(ACCEPT),)
    assert (account.room, account.undecided) == (1, 1)


def test_what_was_there_before_is_another_unit_while_there_is_room() -> None:
    later = decided(1, ACCEPT, before=1)
    assert books(handled(ACCEPT), quantity=2, decisions=(later,)).absorbed == set()
    assert books(handled(ACCEPT), quantity=1, decisions=(later,)).absorbed == {1}


def test_a_change_is_absorbed_only_by_what_came_after_it() -> None:
    effects = (settle(DONE, REJECT, before=1, decision=1),)
    decisions = (decided(1, REJECT, before=1), decided(2, ACCEPT, changes=REJECT, before=2))
    history = (handled(ACCEPT), handled(REJECT))
    assert books(*history, quantity=2, decisions=decisions, effects=effects).absorbed == set()
    again = books(*history, handled(ACCEPT, revises=True), quantity=2, decisions=decisions, effects=effects)
    assert again.absorbed == {2}


def test_an_ordinary_decision_is_not_a_change_of_somebody_elses() -> None:
    account = books(handled(REJECT), handled(ACCEPT, revises=True), quantity=2)
    assert account.absorbed == set()
    assert (account.room, account.undecided) == (1, 0)
    assert books(handled(REJECT), handled(ACCEPT, revises=True)).absorbed == set()


def test_told_as_counts_what_certainly_arrived() -> None:
    line = Line(item("L1", 4), START, decisions=(decided(1, REJECT, 2), decided(2, REPAIR), decided(3, ACCEPT)))
    effects = (settle(DONE, REJECT, 2), settle(UNKNOWN, REPAIR, decision=2), settle(REFUSED, ACCEPT, decision=3))
    assert told_as(line, effects) == {REJECT: 2}


@pytest.mark.parametrize(("state", "told"), [(DONE, {REJECT: 1, ACCEPT: 1}), (UNKNOWN, {REJECT: 1})])
def test_told_as_counts_a_change_when_it_may_have_happened(state: EffectState, told: dict[object, int]) -> None:
    line = Line(item("L1", 2), START, decisions=(decided(1, REJECT, 2), decided(2, ACCEPT, changes=REJECT)))
    effects = (settle(DONE, REJECT, 2), settle(state, ACCEPT, decision=2))
    assert told_as(line, effects) == told


def test_a_change_is_about_the_units_that_it_names() -> None:
    decisions = (decided(1, REJECT), decided(2, ACCEPT), decided(3, KEEP, changes=REJECT))
    line = Line(item("L1", 2), START, decisions=decisions)
    effects = tuple(settle(DONE, d.resolution, decision=d.seq) for d in decisions)
    assert told_as(line, effects) == {REJECT: 0, ACCEPT: 1, KEEP: 1}


def test_the_time_between_clocks_is_minutes() -> None:
    late = settle(UNKNOWN, sent_at=START + timedelta(hours=1))
    assert books(handled(ACCEPT, minute=54), effects=(late,)).proven == set()
    assert books(handled(ACCEPT, minute=56), effects=(late,)).proven == {KEY}


@pytest.mark.parametrize("shown", [REJECT, CANCEL])
def test_what_cannot_be_told_is_done_when_the_marketplace_shows_an_end_that_costs_the_same(shown: Resolution) -> None:
    exchange = decided(1, EXCHANGE)
    account = books(handled(shown), decisions=(exchange,), able=REFUNDS_ONLY)
    assert account.absorbed == account.otherwise == {1}
    assert account.foreign == ()


def test_it_is_not_done_by_a_refund_nor_by_what_was_there_before() -> None:
    later = decided(1, EXCHANGE, before=1)
    assert books(handled(ACCEPT), decisions=(decided(1, REJECT),), able=REFUNDS_ONLY).absorbed == set()
    assert books(handled(REJECT), decisions=(later,), able=REFUNDS_ONLY).absorbed == set()
