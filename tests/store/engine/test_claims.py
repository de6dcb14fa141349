"""Effects leave once: marked before the call, by one owner, and in doubt when that owner is gone."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from retour.core.model import EffectState, Resolution
from retour.store import claim, desk, doubts, lease
from retour.store.connections import failed, went_well
from retour.store.desk import Choice
from retour.store.models import Connection, Effect
from retour.store.results import Result
from tests.store.engine.hub import Hub, accepted, line, seen

ACCEPT, REJECT = Resolution.ACCEPT, Resolution.REJECT
LINE = "70000001"


def nobody(_: str) -> bool:
    return False


def everybody(_: str) -> bool:
    return True


def wants_to_tell(hub: Hub, count: int = 1) -> None:
    for number in range(count):
        row = hub.in_shop(line(str(number)), ref=f"r{number}")
        hub.decides(row, Choice(str(number), ACCEPT))


def test_a_claim_marks_before_the_call_leaves(hub: Hub) -> None:
    wants_to_tell(hub)
    [told] = hub.claims_settles("one")
    effect = Effect.objects.get(key=told.key)
    assert (effect.state, effect.attempts, effect.sent_at) == ("sending", 1, hub.now)
    assert effect.lease_owner.startswith("one#")
    assert effect.lease_until == hub.now + claim.EFFECT_LEASE
    assert hub.claims_settles("other") == []


def test_a_claim_takes_no_more_than_it_was_told_and_the_oldest_first(hub: Hub) -> None:
    wants_to_tell(hub, 5)
    assert [told.part.line_ref for told in hub.claims_settles(limit=2)] == ["0", "1"]
    assert [told.part.line_ref for told in hub.claims_settles(limit=9)] == ["2", "3", "4"]


def test_a_claim_notes_what_the_history_held_so_that_it_proves_nothing(hub: Hub) -> None:
    row = hub.in_shop(line(quantity=2))
    old = seen("41000001", line(quantity=2, handlings=(accepted(1),)))
    hub.looks(old)
    hub.decides(row, Choice(LINE, ACCEPT, 1))
    [told] = hub.claims_settles()
    assert Effect.objects.get(key=told.key).before == 1
    hub.results(Result(told.key, EffectState.UNKNOWN, due_at=hub.now))
    hub.looks(old)
    assert hub.states(row) == ["unknown"]


def test_what_is_sent_again_has_no_receipt_of_the_time_before(hub: Hub) -> None:
    wants_to_tell(hub)
    [told] = hub.claims_settles()
    hub.results(Result(told.key, EffectState.UNKNOWN, due_at=hub.now, receipt="p1"))
    hub.results(Result(told.key, EffectState.WANTED, due_at=hub.now))
    hub.claims_settles()
    assert Effect.objects.get(key=told.key).receipt is None


def test_what_is_due_later_stays(hub: Hub) -> None:
    wants_to_tell(hub)
    [told] = hub.claims_settles()
    hub.results(Result(told.key, EffectState.WANTED, due_at=hub.now + timedelta(minutes=1)))
    assert hub.claims_settles() == []
    hub.later(minutes=1)
    assert len(hub.claims_settles()) == 1


def test_nothing_due_costs_one_query(hub: Hub) -> None:
    with CaptureQueriesContext(connection) as queries:
        assert hub.claims_settles() == []
    assert len(queries) == 1


def test_two_owners_never_get_the_same_effect(shared_hub: Hub) -> None:
    wants_to_tell(shared_hub, 20)
    taken = in_threads(
        4, lambda number: [t.key for t in claim.claim_settles(shared_hub.bol, f"w{number}", shared_hub.now, 8)]
    )
    keys = [key for some in taken for key in some]
    keys += [t.key for t in shared_hub.claims_settles("last")]
    assert len(keys) == len(set(keys)) == 20


def test_a_desks_decision_and_a_claim_at_once_leave_one_truth(shared_hub: Hub) -> None:
    """Either the claim was first and the decision is refused, or the decision was first and is what is claimed."""
    from retour.core.merge import Contradiction

    hub = shared_hub
    for number in range(12):
        row = hub.in_shop(line(str(number)), ref=f"r{number}")
        hub.decides(row, Choice(str(number), ACCEPT))
        at = hub.later(seconds=1)

        def act(who: int, row: Any = row, number: int = number, at: Any = at) -> Any:
            if who == 0:
                return [t.part.resolution for t in claim.claim_settles(hub.bol, "w", at, 9)]
            from retour.core.model import Source
            from retour.store import desk

            try:
                desk.decide(row.pk, [Choice(str(number), REJECT, 1)], Source.DESK, at, "noor")
            except Contradiction:
                return "refused"
            return "decided"

        claimed, decided = in_threads(2, act)
        claimed += [t.part.resolution for t in hub.claims_settles("w")]
        assert claimed == ([ACCEPT] if decided == "refused" else [REJECT])


def in_threads(count: int, work: Callable[[int], Any]) -> list[Any]:
    """Does it in so many threads at once, each with a connection of its own."""
    start = threading.Barrier(count)
    answers: list[Any] = [None] * count

    def run(number: int) -> None:
        try:
            start.wait()
            answers[number] = work(number)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return answers


@pytest.mark.parametrize(("can_look_up", "asks"), [(True, False), (False, True)])
def test_what_a_dead_owner_was_sending_is_in_doubt_at_once(hub: Hub, can_look_up: bool, asks: bool) -> None:
    wants_to_tell(hub)
    [told] = hub.claims_settles("gone")
    assert claim.reclaim(hub.bol, hub.now, everybody, can_look_up=can_look_up) == 0
    assert claim.reclaim(hub.bol, hub.now, nobody, can_look_up=can_look_up) == 1
    effect = Effect.objects.get(key=told.key)
    assert (effect.state, effect.asks) == ("unknown", asks)
    assert (effect.due_at is None) is asks
    assert hub.claims_settles() == []


def test_a_lease_that_has_run_out_is_in_doubt_too(hub: Hub) -> None:
    wants_to_tell(hub)
    hub.claims_settles("alive")
    hub.later(seconds=claim.EFFECT_LEASE.total_seconds() - 1)
    assert claim.reclaim(hub.bol, hub.now, everybody, can_look_up=True) == 0
    assert claim.reclaim(hub.bol, hub.later(seconds=1), everybody, can_look_up=True) == 1


def test_a_lease_from_a_clock_that_was_ahead_does_not_last(hub: Hub) -> None:
    wants_to_tell(hub)
    hub.claims_settles("another-machine")
    hub.now -= timedelta(days=2)
    assert claim.reclaim(hub.bol, hub.now, everybody, can_look_up=True) == 1


def test_a_connection_is_due_when_a_lease_runs_out_and_not_before(hub: Hub) -> None:
    """Else it would be checked again and again while a call is under way."""
    wants_to_tell(hub)
    hub.claims_settles()
    assert doubts.next_work(hub.bol) == hub.now + claim.EFFECT_LEASE


def test_an_answer_that_comes_after_the_lease_still_counts(hub: Hub) -> None:
    wants_to_tell(hub)
    [told] = hub.claims_settles("slow")
    claim.reclaim(hub.bol, hub.later(minutes=6), everybody, can_look_up=True)
    hub.results(Result(told.key, EffectState.DONE, receipt="p1", note="confirmed"))
    assert Effect.objects.get(key=told.key).state == "done"


def test_what_was_settled_otherwise_meanwhile_keeps_that(hub: Hub) -> None:
    row = hub.in_shop()
    hub.decides(row, Choice(LINE, ACCEPT))
    [told] = hub.claims_settles()
    hub.results(Result(told.key, EffectState.UNKNOWN, due_at=hub.now))
    hub.looks(seen("41000001", line(awaits=False, handlings=(accepted(1, hub.now),))))
    assert hub.states(row) == ["done"]
    hub.results(Result(told.key, EffectState.WANTED, due_at=hub.now, note="absent"))
    assert hub.states(row) == ["done"]
    assert hub.timeline(row).count("proven") == 1
    assert "absent" not in hub.timeline(row)


def test_a_history_that_grew_by_our_own_earlier_part_has_not_moved(hub: Hub) -> None:
    row = hub.in_shop(line(quantity=2))
    hub.decides(row, Choice(LINE, ACCEPT, 1), Choice(LINE, ACCEPT, 1))
    [first] = hub.claims_settles()
    hub.results(Result(first.key, EffectState.DONE, receipt="p1", note="confirmed"))
    [second] = hub.claims_settles()
    hub.results(Result(second.key, EffectState.UNKNOWN, due_at=hub.now))
    hub.looks(seen("41000001", line(quantity=2, handlings=(accepted(1, hub.now),))))
    assert doubts.is_open(second.key)
    assert not doubts.history_moved(second.key)
    hub.looks(seen("41000001", line(quantity=2, handlings=(accepted(1, hub.now), _rejected(hub)))))
    assert doubts.history_moved(second.key)


def _rejected(hub: Hub) -> Any:
    from retour.core.model import Handling

    return Handling(1, REJECT, "REJECTED/RETURN_DOES_NOT_MEET_CONDITIONS", hub.now)


def test_an_entry_that_is_not_ended_yet_may_be_ours(hub: Hub) -> None:
    from retour.core.model import Handling

    row = hub.in_shop()
    hub.decides(row, Choice(LINE, ACCEPT))
    [told] = hub.claims_settles()
    hub.results(Result(told.key, EffectState.UNKNOWN, due_at=hub.now))
    hub.looks(seen("41000001", line(handlings=(Handling(1, None, "PENDING/RETURN_RECEIVED", hub.now),))))
    assert doubts.history_moved(told.key)


@pytest.mark.parametrize("seen_before", [False, True])
def test_an_entry_may_be_what_a_person_did_there_by_hand(hub: Hub, seen_before: bool) -> None:
    row = hub.in_shop(line(quantity=2))
    hub.decides(row, Choice(LINE, ACCEPT, 1), Choice(LINE, ACCEPT, 1))
    [first] = hub.claims_settles()
    hub.results(Result(first.key, EffectState.REFUSED))
    hub.looks(seen("41000001", line(quantity=2)))
    desk.mark_done(row.pk, hub.later(seconds=1), "noor@example.org")
    shows = seen("41000001", line(quantity=2, handlings=(accepted(1, hub.now),)))
    if seen_before:
        hub.looks(shows)
    [second] = hub.claims_settles()
    hub.results(Result(second.key, EffectState.UNKNOWN, due_at=hub.now))
    hub.looks(shows)
    assert hub.states(row) == ["done", "unknown"]
    assert doubts.history_moved(second.key) is not seen_before


def test_a_receipt_speaks_for_one_effect_only(hub: Hub) -> None:
    row = hub.in_shop(line(quantity=2))
    hub.decides(row, Choice(LINE, ACCEPT, 1), Choice(LINE, ACCEPT, 1))
    [first] = hub.claims_settles()
    hub.results(Result(first.key, EffectState.DONE, receipt="p1", note="confirmed"))
    [second] = hub.claims_settles()
    assert doubts.belongs_to_another(second.key, "p1")
    assert not doubts.belongs_to_another(first.key, "p1")
    assert not doubts.belongs_to_another(second.key, "p2")


def test_a_look_that_failed_is_no_look_in_vain(hub: Hub) -> None:
    wants_to_tell(hub)
    [told] = hub.claims_settles()
    hub.results(Result(told.key, EffectState.UNKNOWN, due_at=hub.now))
    doubts.postpone(told.key, hub.now + timedelta(minutes=1))
    assert doubts.unknown_settles(hub.bol, hub.now, 9) == []
    [lost] = doubts.unknown_settles(hub.bol, hub.later(minutes=1), 9)
    assert lost.looks == 0


def test_a_check_is_one_workers_alone(hub: Hub) -> None:
    assert lease.take_cycle(hub.bol, "one", hub.now, everybody)
    other = Connection.objects.get(pk=hub.bol.pk)
    assert not lease.take_cycle(other, "other", hub.now, everybody)
    assert lease.take_cycle(other, "other", hub.later(seconds=1), lambda name: name != "one")
    assert not lease.keep_cycle(hub.bol, "one", hub.now)
    assert lease.keep_cycle(other, "other", hub.now)


def test_a_check_that_lost_its_lease_leaves_the_others_alone(hub: Hub) -> None:
    assert lease.take_cycle(hub.bol, "one", hub.now, everybody)
    other = Connection.objects.get(pk=hub.bol.pk)
    assert lease.take_cycle(other, "other", hub.later(minutes=11), everybody)
    failed(hub.bol, "too late", hub.now, hub.now)
    row = Connection.objects.get(pk=hub.bol.pk)
    assert (row.lease_owner, row.trouble) == ("other", "")
    lease.give_back(hub.bol, "one")
    assert Connection.objects.get(pk=hub.bol.pk).lease_owner == "other"


def test_a_lease_that_could_not_be_given_back_is_the_owners_own(hub: Hub) -> None:
    assert lease.take_cycle(hub.bol, "one", hub.now, everybody)
    assert lease.take_cycle(hub.bol, "one", hub.later(seconds=1), everybody)


def test_work_that_comes_while_a_check_ends_is_not_forgotten(shared_hub: Hub) -> None:
    """A decision is made in the very moment in which a check notes when it is to come back."""
    hub = shared_hub
    row = hub.in_shop()
    for _ in range(8):
        Connection.objects.update(next_at=None)
        Effect.objects.filter(kind="settle").update(state="superseded")
        tomorrow = hub.later(seconds=1) + timedelta(days=1)

        def act(who: int, tomorrow: Any = tomorrow) -> None:
            if who == 0:
                went_well(hub.bol, {"checked_at": hub.now}, tomorrow)
            else:
                hub.decides(row, Choice(LINE, ACCEPT, 1))

        in_threads(2, act)
        next_at = Connection.objects.get(pk=hub.bol.pk).next_at
        assert next_at is None or next_at < tomorrow


def test_a_claim_that_is_rolled_back_has_not_happened(hub: Hub) -> None:
    wants_to_tell(hub)

    def claim_and_fail() -> None:
        with transaction.atomic():
            assert hub.claims_settles()
            raise OSError("power cut")

    with pytest.raises(OSError, match="power"):
        claim_and_fail()
    assert Effect.objects.get(kind="settle").state == "wanted"
    assert len(hub.claims_settles()) == 1
