"""A list that shows the same as before is nothing new, unless it is over here and the marketplace still waits."""

from datetime import timedelta

from retour.core.model import EffectState, Resolution
from retour.store import record
from retour.store.desk import Choice
from retour.store.models import Event, Line
from retour.store.results import Result
from tests.store.engine.hub import Hub, accepted, line, seen

LINE = "70000001"
DAY = timedelta(days=1)


def told(hub: Hub) -> None:
    row = hub.in_shop()
    hub.decides(row, Choice(LINE, Resolution.ACCEPT))
    [leaves] = hub.claims_settles()
    hub.results(Result(leaves.key, EffectState.DONE, receipt="p1"))
    assert hub.row().stage == "closed"


def test_told_and_confirmed_and_yet_the_marketplace_waits_for_days(hub: Hub) -> None:
    told(hub)
    for _ in range(11):
        hub.later(hours=2)
        assert hub.lists(seen()).nothing
    assert hub.row().stage == "closed", "it may be late"
    hub.later(hours=3)
    hub.lists(seen())
    assert (hub.row().stage, hub.row().why) == ("attention", "still_waits")
    assert hub.lists(seen()).nothing, "and that is said once"


def test_a_handled_line_that_stays_in_a_list_is_never_news(hub: Hub) -> None:
    row = seen("41000001", line(awaits=False, handlings=(accepted(1, hub.now),)))
    hub.in_shop()
    hub.lists(row)
    for _ in range(3):
        hub.later(days=1)
        assert hub.lists(row).nothing


def test_a_return_that_was_gone_and_is_listed_again_is_there_again(hub: Hub) -> None:
    row = hub.in_shop()
    record.record_vanished(hub.bol, [row.ref], hub.later(minutes=1))
    record.record_looks(hub.bol, [record.Looked(row.ref, None, hub.later(seconds=1))])
    assert hub.row().gone
    hub.lists(seen())
    assert hub.row().gone, "a list may be late"
    hub.later(hours=1)
    hub.lists(seen())
    assert not hub.row().gone
    assert (hub.row().stage, hub.row().why) == ("open", "waits_for_merchant")
    hub.decides(row, Choice(LINE, Resolution.ACCEPT))
    assert len(hub.claims_settles()) == 1


def test_one_that_is_listed_and_not_known_by_turns_is_asked_for_once_an_hour(hub: Hub) -> None:
    row = hub.in_shop()
    for _ in range(24):
        hub.later(minutes=5)
        hub.lists(seen())
        record.record_looks(hub.bol, [record.Looked(row.ref, None, hub.later(seconds=1))])
    assert Event.objects.filter(of=row, kind="gone").count() <= 3


def test_a_line_that_was_seen_as_handled_and_is_listed_as_before_is_taken_in_after_a_day(hub: Hub) -> None:
    hub.in_shop()
    hub.looks(seen("41000001", line(awaits=False)))
    assert hub.row().stage == "closed"
    hub.lists(seen())
    assert not Line.objects.get().awaits, "the list is late"
    hub.now += DAY
    hub.lists(seen())
    assert (hub.row().stage, hub.row().why) == ("open", "waits_for_merchant")
