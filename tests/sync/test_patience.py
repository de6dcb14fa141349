"""What waits for a platform's limits, how long, and what goes first meanwhile."""

from datetime import timedelta

import pytest

from retour.connectors.http import Limit
from retour.connectors.marketplaces.bol import MANIFEST as BOL
from retour.store.claim import EFFECT_LEASE
from retour.store.lease import CYCLE_LEASE
from retour.sync import observe
from retour.sync.connections import LONGEST_PATIENCE, patience
from retour.sync.job import utc_now
from retour.sync.local import sync_pass
from tests.sync.world import World


@pytest.mark.parametrize("seconds", [1, 45, 60, 100])
def test_a_call_outwaits_the_longest_declared_window(seconds: int) -> None:
    limits = [Limit("lists", 20, timedelta(seconds=seconds)), Limit("rest", 2, timedelta(seconds=1))]
    assert patience(limits) > timedelta(seconds=seconds)


def test_a_list_at_bol_can_be_walked_to_its_end() -> None:
    assert patience(BOL.limits) > timedelta(minutes=1)


def test_without_limits_a_pause_of_some_seconds_is_waited_for() -> None:
    assert patience([]) == timedelta(seconds=20)


def test_no_call_waits_until_a_lease_has_run_out() -> None:
    assert patience([Limit("day", 1000, timedelta(days=1))]) == LONGEST_PATIENCE
    assert LONGEST_PATIENCE < EFFECT_LEASE / 2 < CYCLE_LEASE


async def test_looks_for_which_there_was_no_time_are_made_in_the_next_check(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    announced = await world.announce()
    with monkeypatch.context() as hurried:
        hurried.setattr(observe, "LOOK_FOR", 0.0)
        await sync_pass(deadline=timedelta())
    assert (await world.stage(announced))[0] == "new"
    connection = await world.connection("bol-nl")
    assert connection.next_at is not None
    assert connection.next_at <= utc_now(), "what is left to do makes the connection due"
    await world.sync()
    assert await world.stage(announced) == ("open", "waits_for_merchant")
