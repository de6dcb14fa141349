"""How a connection fares: a hint is never lost, what a person did is never undone, and its lease comes back."""

from datetime import datetime, timedelta

import pytest

from retour.store import connections, desk, lease
from retour.store.models import Connection
from retour.store.wanted import SHOP_SLUG
from tests.store.engine.hub import MORNING, Hub

NEXT = MORNING + timedelta(minutes=5)


def everybody(_: str) -> bool:
    return True


def checked(hub: Hub, **columns: object) -> Connection:
    """bol, whose check is under way."""
    columns = {"next_at": MORNING, "deep_at": MORNING, "checked_at": MORNING} | columns
    Connection.objects.filter(pk=hub.bol.pk).update(**columns)
    row = now(hub)
    assert lease.take_cycle(row, "one", MORNING, everybody)
    return row


def now(hub: Hub) -> Connection:
    return Connection.objects.get(pk=hub.bol.pk)


def quietly(row: Connection) -> bool:
    return connections.went_quietly(row, MORNING, NEXT, {"used": 3})


def test_a_quiet_check_ends_with_its_lease_and_the_next_time(hub: Hub) -> None:
    assert quietly(checked(hub))
    row = now(hub)
    assert (row.next_at, row.observe_at, row.quota) == (NEXT, NEXT, {"used": 3})
    assert (row.lease_owner, row.lease_until) == ("", None)


def test_a_quiet_check_forgets_no_hint(hub: Hub) -> None:
    row = checked(hub)
    hint = MORNING + timedelta(seconds=2)
    desk.check_now(hub.bol, hint)
    assert not quietly(row)
    kept = now(hub)
    assert (kept.next_at, kept.lease_owner) == (hint, "one")  # still under way, to end the longer way


@pytest.mark.parametrize("changed", [{"fingerprint": "2"}, {"lease_owner": "other"}])
def test_a_quiet_check_of_other_settings_or_another_owner_says_nothing(hub: Hub, changed: dict[str, str]) -> None:
    row = checked(hub)
    Connection.objects.filter(pk=row.pk).update(**changed)
    assert not quietly(row)
    assert now(hub).next_at == MORNING


@pytest.mark.parametrize(
    "columns", [{"trouble": "down"}, {"vanish_allowed": True}, {"state": "reconnect"}, {"deep_at": None}]
)
def test_a_check_with_something_to_forget_is_not_quiet(hub: Hub, columns: dict[str, object]) -> None:
    assert not quietly(checked(hub, **columns))


def test_a_check_that_went_well_forgets_its_trouble(hub: Hub) -> None:
    columns = {"failures": 2, "trouble": "down", "trouble_since": MORNING, "state": "reconnect", "vanish_allowed": True}
    row = checked(hub, **columns)
    connections.went_well(row, {"checked_at": NEXT}, NEXT)
    well = now(hub)
    assert (well.failures, well.trouble, well.trouble_since) == (0, "", None)
    assert (well.state, well.vanish_allowed, well.lease_owner) == ("active", False, "")
    assert (well.checked_at, well.next_at) == (NEXT, NEXT)


def test_new_settings_win_over_the_check_that_ran_with_the_old_ones(hub: Hub) -> None:
    row = checked(hub)
    Connection.objects.filter(pk=row.pk).update(fingerprint="2", next_at=None)
    connections.failed(row, "not reachable", MORNING, NEXT)
    after = now(hub)
    assert (after.trouble, after.next_at, after.lease_owner) == ("", None, "")


def test_trouble_counts_and_keeps_its_beginning(hub: Hub) -> None:
    connections.failed(checked(hub), "down", MORNING, NEXT)
    row = checked(hub)
    connections.failed(row, "still down", NEXT, NEXT)
    after = now(hub)
    assert (after.failures, after.trouble, after.trouble_since) == (2, "still down", MORNING)
    assert after.state == "active"


def test_a_pause_that_a_platform_asks_for_is_no_trouble(hub: Hub) -> None:
    connections.throttled(checked(hub), NEXT, {"used": 9})
    after = now(hub)
    assert (after.next_at, after.quota, after.failures, after.trouble) == (NEXT, {"used": 9}, 0, "")


def test_reconnect_keeps_its_beginning_and_is_checked_again(hub: Hub) -> None:
    connections.reconnect(checked(hub), "not let in", MORNING, NEXT)
    row = checked(hub)
    connections.reconnect(row, "not let in", NEXT, NEXT)
    after = now(hub)
    assert (after.state, after.state_words, after.state_since) == ("reconnect", "not let in", MORNING)
    assert [due.slug for due in lease.due_connections(NEXT)] == [SHOP_SLUG, "bol-nl"]


def test_what_a_person_paused_meanwhile_stays_paused(hub: Hub) -> None:
    for end in (connections.reconnect, connections.failed):
        row = checked(hub, state="active")
        desk.pause(hub.bol, MORNING)
        assert lease.standing(row, row.lease_owner, None) is lease.Standing.HELD_BACK
        end(row, "not let in", MORNING, NEXT)
        assert now(hub).state == "paused"


def test_a_stopped_connection_waits_for_a_person(hub: Hub) -> None:
    connections.stop(checked(hub), "too many refunds", MORNING)
    after = now(hub)
    assert (after.state, after.state_words, after.lease_owner) == ("stopped", "too many refunds", "")
    assert hub.bol not in lease.due_connections(NEXT + timedelta(days=9))
    desk.resume(after, NEXT)
    assert lease.standing(after, after.lease_owner, NEXT) is lease.Standing.GOES_ON


@pytest.mark.parametrize("state", ["paused", "reconnect", "stopped"])
def test_checking_now_gets_nobody_around_a_stop(hub: Hub, state: str) -> None:
    """Else every press of a button would ask a platform that does not let us in."""
    Connection.objects.filter(pk=hub.bol.pk).update(state=state, next_at=NEXT, observe_at=NEXT)
    desk.check_now(hub.bol, MORNING)
    assert (now(hub).state, now(hub).next_at, now(hub).observe_at) == (state, NEXT, NEXT)


def test_checking_now_is_due_at_once(hub: Hub) -> None:
    Connection.objects.filter(pk=hub.bol.pk).update(next_at=NEXT, observe_at=NEXT)
    desk.check_now(hub.bol, MORNING)
    assert (now(hub).next_at, now(hub).observe_at) == (MORNING, MORNING)


@pytest.mark.parametrize("state", ["paused", "reconnect"])
def test_resuming_what_was_not_stopped_allows_nothing_unusual(hub: Hub, state: str) -> None:
    Connection.objects.filter(pk=hub.bol.pk).update(state=state, trouble="down", failures=3)
    desk.resume(now(hub), MORNING)
    after = now(hub)
    assert (after.state, after.next_at, after.trouble, after.failures) == ("active", MORNING, "", 0)
    assert (after.valve_day, after.vanish_allowed) == (None, False)


def test_a_lease_from_a_clock_that_was_ahead_does_not_last(hub: Hub) -> None:
    assert lease.take_cycle(hub.bol, "one", MORNING + timedelta(days=3), everybody)
    assert lease.take_cycle(hub.bol, "other", MORNING, everybody)


def test_a_lease_lasts_until_its_end_and_keeping_prolongs_it(hub: Hub) -> None:
    assert lease.take_cycle(hub.bol, "one", MORNING, everybody)
    end = MORNING + lease.CYCLE_LEASE
    assert not lease.take_cycle(now(hub), "other", end - timedelta(seconds=1), everybody)
    assert lease.keep_cycle(hub.bol, "one", end)
    assert not lease.take_cycle(now(hub), "other", end, everybody)
    assert lease.take_cycle(now(hub), "other", end + lease.CYCLE_LEASE, everybody)


def test_a_lease_that_was_given_back_is_anybodys(hub: Hub) -> None:
    assert lease.take_cycle(hub.bol, "one", MORNING, everybody)
    lease.give_back(hub.bol, "one")
    assert lease.take_cycle(now(hub), "other", MORNING, everybody)


def test_what_was_planned_by_a_clock_that_was_ahead_is_due_now(hub: Hub) -> None:
    ahead: datetime = MORNING + timedelta(days=40)
    hub.now = ahead
    row = hub.knows()
    hub.lists(*(), lane="empty")
    Connection.objects.filter(pk=hub.shop.pk).update(checked_at=ahead, next_at=ahead, observe_at=ahead)
    shop = Connection.objects.get(pk=hub.shop.pk)
    assert shop in lease.due_connections(MORNING)
    assert lease.clock_went_back(shop, MORNING)
    assert (shop.next_at, shop.observe_at, shop.checked_at) == (MORNING, MORNING, MORNING)
    hub.now = MORNING
    assert len(hub.claims_creates()) == 1
    assert hub.states(row, "create") == ["sending"]
    assert not lease.clock_went_back(Connection.objects.get(pk=hub.shop.pk), MORNING)


def test_a_clock_that_is_a_little_off_is_nothing(hub: Hub) -> None:
    Connection.objects.update(checked_at=MORNING + timedelta(minutes=59), next_at=NEXT)
    assert not lease.clock_went_back(now(hub), MORNING)
    assert lease.due_connections(MORNING) == []
