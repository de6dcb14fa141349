"""What people do: decide, answer, send again, pause."""

from datetime import timedelta

import pytest

from retour.connectors.contract import ShopPage
from retour.core.merge import Contradiction
from retour.core.model import EffectState, Resolution, ShopSays
from retour.store import desk
from retour.store.desk import Choice, NothingToDo
from retour.store.models import Connection, Event, Line
from retour.store.record import record_shop
from retour.store.results import Result
from tests.store.engine.hub import Hub, accepted, line, seen

ACCEPT, REJECT, REPAIR = Resolution.ACCEPT, Resolution.REJECT, Resolution.REPAIR
LINE = "70000001"


def test_a_decision_is_told_next_and_names_who_made_it(hub: Hub) -> None:
    row = hub.in_shop(line(quantity=2))
    hub.decides(row, Choice(LINE, ACCEPT))
    assert hub.told(row) == [("accept", 2, None)]
    assert hub.states(row) == ["wanted"]
    event = Event.objects.get(of=row, kind="decided")
    assert event.actor == "noor@example.org"
    assert event.params["resolution"] == "accept"
    assert hub.row().stage == "sending"


def test_a_decision_makes_its_connection_due_at_once(hub: Hub) -> None:
    row = hub.in_shop()
    Connection.objects.update(next_at=hub.later(minutes=4))
    hub.decides(row, Choice(LINE, ACCEPT))
    next_at = Connection.objects.get(pk=hub.bol.pk).next_at
    assert next_at is None or next_at <= hub.now


def test_a_paused_connection_stays_as_it_is(hub: Hub) -> None:
    row = hub.in_shop()
    desk.pause(hub.bol, hub.now)
    hub.decides(row, Choice(LINE, ACCEPT))
    assert Connection.objects.get(pk=hub.bol.pk).state == "paused"


@pytest.mark.parametrize(
    ("choices", "words"),
    [
        ([Choice(LINE, ACCEPT, 3)], "from 1 to 2"),
        ([Choice(LINE, ACCEPT, 0)], "from 1 to 2"),
        ([Choice("70000009", ACCEPT, 1)], "no line"),
        ([Choice("70000009", ACCEPT)], "no line"),
        ([Choice(LINE, ACCEPT, 1, revises=True)], "nothing to change"),
        ([Choice(LINE, ACCEPT, 1), Choice(LINE, REJECT, 1), Choice("70000009", ACCEPT, 1)], "no line"),
    ],
)
def test_what_does_not_fit_is_refused_with_a_sentence_and_all_or_none(
    hub: Hub, choices: list[Choice], words: str
) -> None:
    row = hub.in_shop(line(quantity=2))
    shape, timeline = hub.shape(row), hub.timeline(row)
    with pytest.raises(Contradiction, match=words):
        hub.decides(row, *choices)
    assert hub.shape(row) == shape
    assert hub.timeline(row) == timeline


def test_nothing_left_is_a_contradiction(hub: Hub) -> None:
    row = hub.in_shop()
    hub.decides(row, Choice(LINE, ACCEPT))
    hub.claims_settles()
    with pytest.raises(Contradiction, match="Nothing of this line is left"):
        hub.decides(row, Choice(LINE, REJECT))
    with pytest.raises(Contradiction, match="told to the marketplace"):
        hub.decides(row, Choice(LINE, REJECT, 1))


def test_bols_own_return_is_not_decided_here(hub: Hub) -> None:
    from retour.core.model import Handler

    hub.lists(seen("5", line(), handler=Handler.MARKETPLACE))
    with pytest.raises(Contradiction, match="handles this return itself"):
        hub.decides(hub.row("5"), Choice(LINE, ACCEPT, 1))


def test_a_later_decision_replaces_one_that_has_not_left(hub: Hub) -> None:
    row = hub.in_shop(line(quantity=2))
    hub.decides(row, Choice(LINE, ACCEPT, 2))
    hub.decides(row, Choice(LINE, REJECT, 2))
    assert hub.states(row) == ["superseded", "wanted"]
    assert hub.told(row) == [("reject", 2, None)]
    [told] = hub.claims_settles()
    assert told.part.resolution is REJECT


def test_a_decision_of_the_shop_gives_way_too_until_it_leaves(hub: Hub) -> None:
    row = hub.in_shop(line(quantity=2))
    ref = Line.objects.get().shop_ref or ""
    record_shop(hub.shop, ShopPage((ShopSays(ref, "accepted", ACCEPT),)), hub.later(seconds=1))
    hub.decides(row, Choice(LINE, REJECT, 2))
    assert [told.part.resolution for told in hub.claims_settles()] == [REJECT]
    with pytest.raises(Contradiction):
        hub.decides(row, Choice(LINE, ACCEPT, 2))


def test_a_refused_decision_can_be_sent_again_or_marked_as_done(hub: Hub) -> None:
    row = hub.in_shop(line(quantity=2))
    hub.decides(row, Choice(LINE, ACCEPT, 1), Choice(LINE, REJECT, 1))
    [told] = hub.claims_settles()
    hub.results(Result(told.key, EffectState.REFUSED, error="Not possible now.", note="refused"))
    assert hub.row().stage == "attention"
    assert hub.row().look_at is not None, "perhaps somebody acted there: nothing leaves before a look"
    assert desk.retry(row.pk, hub.later(seconds=1), "noor@example.org") >= 1
    assert hub.claims_settles() == []
    hub.looks(seen(row.ref, line(quantity=2)))
    [again, *_] = hub.claims_settles()
    assert (again.key, again.attempts) == (told.key, 2)
    hub.results(Result(told.key, EffectState.REFUSED, error="Not possible now.", note="refused"))
    hub.looks(seen(row.ref, line(quantity=2)))
    assert desk.mark_done(row.pk, hub.later(seconds=1), "noor@example.org", told.key) == 1
    assert hub.told(row)[0] == ("accept", 1, "by_hand")
    assert "done_by_hand" in hub.timeline(row)


def test_a_lost_create_needs_the_shops_number_to_be_marked_as_done(hub: Hub) -> None:
    row = hub.knows()
    [made] = hub.claims_creates()
    hub.results(Result(made.key, EffectState.UNKNOWN, asks=True, error="no answer", note="lost"))
    assert (hub.row().stage, hub.row().why) == ("attention", "ask_create")
    with pytest.raises(NothingToDo, match="which return of the shop"):
        desk.mark_done(row.pk, hub.now, "noor@example.org")
    assert hub.states(row, "create") == ["unknown"]
    desk.mark_done(row.pk, hub.later(seconds=1), "noor@example.org", shop_return="57")
    assert hub.states(row, "create") == ["done"]
    assert (hub.row().stage, hub.row().why) == ("open", "waits_for_merchant")
    record_shop(hub.shop, ShopPage((ShopSays("57", "accepted", ACCEPT),)), hub.later(seconds=1))
    assert hub.told(row) == [("accept", 1, None)]


def test_nothing_to_do_is_said(hub: Hub) -> None:
    row = hub.in_shop()
    with pytest.raises(NothingToDo):
        desk.retry(row.pk, hub.now, "noor@example.org")
    with pytest.raises(NothingToDo):
        desk.mark_done(row.pk, hub.now, "noor@example.org")
    with pytest.raises(NothingToDo):
        desk.retry(999_999, hub.now, "noor@example.org")


def test_an_answer_that_is_on_its_way_is_not_a_question(hub: Hub) -> None:
    row = hub.in_shop()
    hub.decides(row, Choice(LINE, ACCEPT))
    [told] = hub.claims_settles()
    for state in (EffectState.PENDING, EffectState.UNKNOWN):
        hub.results(Result(told.key, state, due_at=hub.now))
        with pytest.raises(NothingToDo):
            desk.mark_done(row.pk, hub.now, "noor@example.org", told.key)
        with pytest.raises(NothingToDo):
            desk.retry(row.pk, hub.now, "noor@example.org", told.key)
    assert hub.claims_settles() == []


def test_a_decision_that_cannot_be_told_is_done_by_a_person(hub: Hub) -> None:
    Connection.objects.filter(pk=hub.bol.pk).update(
        settings={"client_id": "client", "keep_as": "by_hand"}, fingerprint="bol 2"
    )
    row = hub.in_shop()
    hub.decides(row, Choice(LINE, Resolution.KEEP))
    assert (hub.row().stage, hub.row().why) == ("attention", "tell_by_hand")
    assert hub.claims_settles() == []
    assert desk.mark_done(row.pk, hub.later(seconds=1), "noor@example.org") == 1
    assert hub.told(row) == [("keep", 1, "by_hand")]
    assert hub.row().stage == "closed"


def test_what_the_marketplace_did_meanwhile_as_decided_is_absorbed(hub: Hub) -> None:
    row = hub.in_shop()
    hub.decides(row, Choice(LINE, ACCEPT))
    hub.looks(seen("41000001", line(awaits=False, handlings=(accepted(1, hub.later(seconds=1)),))))
    assert hub.states(row) == ["superseded"]
    assert hub.claims_settles() == []
    assert ("accept", 1, "confirmed") in hub.told(row)


def test_resuming_lets_what_waited_leave_at_once(hub: Hub) -> None:
    row = hub.in_shop()
    hub.decides(row, Choice(LINE, ACCEPT))
    [told] = hub.claims_settles()
    hub.results(Result(told.key, EffectState.WANTED, due_at=hub.later(minutes=5), error="not let in"))
    hub.now -= timedelta(minutes=5)
    assert hub.claims_settles() == []
    desk.resume(hub.bol, hub.now)
    assert [again.key for again in hub.claims_settles()] == [told.key]


def test_resuming_a_stopped_connection_allows_that_day(hub: Hub) -> None:
    Connection.objects.filter(pk=hub.bol.pk).update(state="stopped", state_words="look")
    desk.resume(Connection.objects.get(pk=hub.bol.pk), hub.now)
    resumed = Connection.objects.get(pk=hub.bol.pk)
    assert (resumed.state, resumed.state_words, resumed.vanish_allowed) == ("active", "", True)
    assert resumed.valve_day == hub.now.date()


def test_the_second_of_two_clicks_refunds_no_second_unit(hub: Hub) -> None:
    row = hub.in_shop(line(quantity=2))
    click = Choice(LINE, ACCEPT, 1, known=0)
    hub.decides(row, click)
    with pytest.raises(Contradiction, match="in the meantime"):
        hub.decides(row, click)
    assert hub.told(row) == [("accept", 1, None)]
