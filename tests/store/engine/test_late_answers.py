"""Answers that come late: of a worker that was held up, for a call that somebody else has taken over since."""

from typing import Any

import pytest

from retour.core.model import EffectState, Resolution
from retour.store import claim, doubts
from retour.store.desk import Choice
from retour.store.models import Effect
from retour.store.results import Result
from tests.store.engine.hub import Hub, line

State = EffectState


def overtaken(hub: Hub) -> tuple[Any, Any]:
    """A worker took a settle and was held up for minutes; another one found no trace of it and took it anew."""
    row = hub.in_shop(line("1"), ref="r1")
    hub.decides(row, Choice("1", Resolution.ACCEPT))
    [first] = hub.claims_settles("held-up")
    claim.reclaim(hub.bol, hub.later(minutes=6), lambda _: True, can_look_up=True)
    [lost] = doubts.unknown_settles(hub.bol, hub.now, 9)
    hub.results(Result(first.key, State.WANTED, due_at=hub.now, note="absent", attempt=lost.attempts))
    [second] = hub.claims_settles("other")
    assert (second.key, second.attempts) == (first.key, 2)
    return first, second


@pytest.mark.parametrize("state", [State.SENDING, State.UNKNOWN, State.PENDING, State.DONE])
def test_it_did_not_leave_says_nothing_of_the_call_that_somebody_else_made_since(hub: Hub, state: State) -> None:
    first, second = overtaken(hub)
    if state is not State.SENDING:
        due = hub.now if state is not State.DONE else None
        hub.results(Result(second.key, state, due_at=due, receipt="p2", attempt=second.attempts))
    hub.results(Result(first.key, State.WANTED, due_at=hub.now, attempt=first.attempts))
    assert Effect.objects.get(key=first.key).state == state
    assert hub.claims_settles("third") == [], "it would be told twice"


def test_nor_does_a_refusal(hub: Hub) -> None:
    first, _ = overtaken(hub)
    hub.results(Result(first.key, State.REFUSED, error="too late", attempt=first.attempts))
    assert Effect.objects.get(key=first.key).state == "sending"


def test_what_was_sought_in_vain_is_not_sent_again_once_its_receipt_was_found(hub: Hub) -> None:
    """Two workers look for the same lost call. One finds it; the other one's word that it is absent comes after."""
    row = hub.in_shop(line("1"), ref="r1")
    hub.decides(row, Choice("1", Resolution.ACCEPT))
    [told] = hub.claims_settles()
    hub.results(Result(told.key, State.UNKNOWN, due_at=hub.now, attempt=told.attempts))
    [lost] = doubts.unknown_settles(hub.bol, hub.later(minutes=1), 9)
    hub.results(Result(lost.key, State.PENDING, due_at=hub.now, receipt="p1", attempt=lost.attempts))
    hub.results(Result(lost.key, State.WANTED, due_at=hub.now, note="absent", attempt=lost.attempts))
    assert Effect.objects.get(key=told.key).state == "pending"
    assert hub.claims_settles() == []


def test_what_left_and_was_taken_for_absent_is_not_sent_again_when_its_answer_comes_after_all(hub: Hub) -> None:
    row = hub.in_shop(line("1"), ref="r1")
    hub.decides(row, Choice("1", Resolution.ACCEPT))
    [told] = hub.claims_settles("held-up")
    claim.reclaim(hub.bol, hub.later(minutes=6), lambda _: True, can_look_up=True)
    hub.results(Result(told.key, State.WANTED, due_at=hub.now, note="absent", attempt=told.attempts))
    hub.results(Result(told.key, State.DONE, receipt="p1", note="confirmed", attempt=told.attempts))
    assert Effect.objects.get(key=told.key).state == "done"
    assert hub.claims_settles() == []
