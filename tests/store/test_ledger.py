"""Effect rows equal what the facts lead to: added, revived, taken back, proven. Never a second row for one call."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from retour.connectors import registry
from retour.core.capabilities import Deadline
from retour.core.model import EffectState, Resolution
from retour.store import overdue
from retour.store.desk import Choice
from retour.store.models import Connection, Effect, Line, Return
from retour.store.record import record_page, record_vanished
from retour.store.replan import replan
from retour.store.results import Result
from tests.store.engine.hub import Hub, accepted, line, seen

ACCEPT, REJECT = Resolution.ACCEPT, Resolution.REJECT
LINE = "70000001"


def test_what_is_wanted_becomes_a_row_that_is_due_and_its_connection_too(hub: Hub) -> None:
    Connection.objects.update(next_at=hub.now + timedelta(days=1))
    row = hub.knows(line(quantity=2))
    [create] = hub.effects(row, "create")
    assert (create.key, create.state, create.quantity) == (f"{row.public_id}:{LINE}:create", "wanted", 2)
    assert (create.connection, create.due_at, create.created_at) == (hub.shop, hub.now, hub.now)
    assert Connection.objects.get(slug="shop").next_at == hub.now
    assert Connection.objects.get(slug="bol-nl").next_at == hub.now + timedelta(hours=24) - timedelta(seconds=2)


def test_a_connection_that_was_stopped_is_not_made_due(hub: Hub) -> None:
    tomorrow = hub.now + timedelta(days=1)
    Connection.objects.update(next_at=tomorrow, state="reconnect")
    hub.knows()
    assert set(Connection.objects.values_list("next_at", flat=True)) == {tomorrow}


def test_what_is_no_longer_wanted_is_taken_back_and_revived_in_the_same_row(hub: Hub) -> None:
    row = hub.knows()
    [create] = hub.effects(row, "create")
    record_vanished(hub.bol, [row.ref], hub.later(minutes=1))
    [taken_back] = hub.effects(row, "create")
    assert (taken_back.pk, taken_back.state, taken_back.due_at) == (create.pk, "superseded", None)
    assert hub.claims_creates() == []
    hub.looks(seen("41000001", line()))
    [revived] = hub.effects(row, "create")
    assert (revived.pk, revived.state, revived.due_at) == (create.pk, "wanted", hub.now)
    assert [made.key for made in hub.claims_creates()] == [create.key]


def test_a_revived_effect_says_what_is_wanted_now(hub: Hub) -> None:
    row = hub.knows(line(quantity=2))
    record_vanished(hub.bol, [row.ref], hub.later(minutes=1))
    hub.looks(seen("41000001", line(quantity=3)))
    [made] = hub.claims_creates()
    assert made.request.quantity == 3


def test_what_has_left_is_never_taken_back(hub: Hub) -> None:
    row = hub.in_shop()
    hub.decides(row, Choice(LINE, ACCEPT))
    hub.claims_settles()
    record_vanished(hub.bol, [row.ref], hub.later(minutes=1))
    assert hub.states(row) == ["sending"]
    hub.looks(seen("41000001", line(awaits=False)))
    assert hub.states(row) == ["sending"]


def test_a_lost_answer_is_proven_by_the_history_and_never_sent_again(hub: Hub) -> None:
    row = hub.in_shop()
    hub.decides(row, Choice(LINE, ACCEPT))
    [told] = hub.claims_settles()
    hub.results(Result(told.key, EffectState.UNKNOWN, due_at=hub.now, asks=True))
    hub.looks(seen("41000001", line(awaits=False, handlings=(accepted(1, hub.now),))))
    [proven] = hub.effects(row)
    assert (proven.state, proven.asks, proven.due_at, proven.done_at) == ("done", False, None, hub.now)
    assert hub.told(row) == [("accept", 1, "confirmed")]
    assert hub.row().stage == "closed"
    assert hub.timeline(row).count("proven") == 1
    assert "marketplace_says" not in hub.timeline(row)  # it is our own


def test_parts_of_a_line_leave_one_after_the_other(hub: Hub) -> None:
    """bol takes them in order: the second is wanted once the first has ended."""
    row = hub.in_shop(line(quantity=2))
    hub.decides(row, Choice(LINE, ACCEPT, 1), Choice(LINE, REJECT, 1))
    assert hub.states(row) == ["wanted"]
    [first] = hub.claims_settles()
    assert hub.claims_settles() == []
    hub.results(Result(first.key, EffectState.DONE))
    assert hub.states(row) == ["done", "wanted"]
    [second] = hub.claims_settles()
    assert (second.part.resolution, second.part.quantity) == (REJECT, 1)


def test_a_line_that_a_list_shows_alone_takes_no_other_away(hub: Hub) -> None:
    row = hub.in_shop(line("1"), line("2"))
    hub.lists(seen("41000001", line("2", tracking="3STEST")))
    assert sorted(Line.objects.values_list("ref", "tracking")) == [("1", None), ("2", "3STEST")]
    assert hub.states(row, "create") == ["done", "done"]


def test_planning_again_changes_nothing_and_writes_no_timeline(hub: Hub) -> None:
    row = hub.in_shop(line(quantity=2))
    hub.decides(row, Choice(LINE, ACCEPT, 1))
    shape, timeline = hub.shape(row), hub.timeline(row)
    before = list(Effect.objects.order_by("pk").values())
    replanned = replan(type(row).objects.all(), lambda: hub.later(minutes=1), lambda _: None)
    assert (replanned.returns, replanned.moved) == (1, 0)
    assert (hub.shape(row), hub.timeline(row)) == (shape, timeline)
    assert list(Effect.objects.order_by("pk").values()) == before


def test_a_changed_page_costs_as_many_queries_for_fifty_as_for_five(hub: Hub) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from retour.connectors.contract import Page

    def cost(count: int, comment: str) -> int:
        page = Page("open", tuple(seen(str(n), line(str(n), comment=comment)) for n in range(count)))
        with CaptureQueriesContext(connection) as queries:
            recorded = record_page(hub.bol, page, hub.later(minutes=1))
        assert recorded.changed == count
        return len(queries)

    record_page(hub.bol, Page("open", tuple(seen(str(n), line(str(n))) for n in range(50))), hub.now)
    assert cost(5, "one") == cost(50, "two")


def test_a_deadline_that_has_passed_gives_way_to_the_next_one(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    declared, platforms_of = registry.marketplace, registry.marketplace("bol").capabilities
    two = tuple(Deadline(name, timedelta(days=days), "", "made up") for name, days in (("answer", 2), ("refund", 9)))
    monkeypatch.setattr(
        registry,
        "marketplace",
        lambda key: replace(declared(key), capabilities=lambda c: replace(platforms_of(c), deadlines=two)),
    )
    Connection.objects.filter(pk=hub.bol.pk).update(fingerprint=uuid4().hex)
    row = hub.knows(line("1"), line("2", awaits=False))
    answer, refund = (row.opened_at + one.after for one in two)
    assert row.deadline_at == answer
    assert overdue.move_on(answer - timedelta(seconds=1)) == 0
    before = Return.objects.values().get()
    assert overdue.move_on(answer) == 1
    assert Return.objects.values().get() == {**before, "deadline_at": refund}, "nothing else of it has changed"
    assert overdue.move_on(refund) == 0
    assert hub.shape(row)["next_deadline"] == f"{refund:%Y-%m-%dT%H:%M:%SZ}"
    hub.later(days=20)
    hub.looks(seen("41000001", line("1"), line("2", awaits=False, tracking="3STEST")))
    assert hub.row().deadline_at == refund, "the last one stays, once all are over"
