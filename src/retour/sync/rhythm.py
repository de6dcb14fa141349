"""When the next step is due. All times grow from seconds to minutes; none is ever given up silently."""

import os
import random
from datetime import datetime, timedelta

SCALE = float(os.environ.get("RETOUR_RHYTHM_SCALE", "1"))
"""Shortens every wait of this module; for tests and simulations only."""

_CONFIRM = (2, 5, 15, 60, 300)
_LOOK_UP = (2, 10, 60, 300)
_RETRY = (5, 15, 60, 300)
_SEARCH = (15 * 60, 60 * 60, 6 * 60 * 60, 24 * 60 * 60)
SEARCHES = len(_SEARCH) + 29
"""So often an order of the shop is searched again: for a month. By then a person has been asked for as long."""
LOOKS_THAT_PROVE_ABSENCE = 2
"""How often a settle must be looked up in vain, seconds apart, before it counts as never arrived."""
CLOCK_MAY_BE_WRONG = timedelta(days=1)
"""How far back a lost call is searched for before the time that we noted for it. Clocks are wrong by minutes, or by
whole time zones; a call that is not found would be made twice."""
RECEIPT_LIVES = timedelta(hours=4)
"""A receipt that is still pending after that is looked up at the return itself."""
PENDING_AT_MOST = timedelta(days=1)
"""What a platform still calls pending after that, a person is asked about."""
RECONNECT_AFTER = timedelta(minutes=5)
"""At most one try in that time where the platform does not let us in."""
DEEP_AFTER, DEEP_AT_LATEST = timedelta(hours=20), timedelta(hours=28)
NIGHT = range(1, 5)
"""The hours (UTC) in which deep sweeps are made."""
SOON = timedelta(minutes=2)
"""`sync --until-idle` waits for work that is due within this time."""


def _step(steps: tuple[int, ...], count: int) -> timedelta:
    return timedelta(seconds=steps[min(count, len(steps) - 1)] * SCALE)


def next_confirm(now: datetime, looks: int) -> datetime:
    """When a pending receipt is asked for again: 2, 5, 15, 60 seconds, then every 5 minutes."""
    return now + _step(_CONFIRM, looks)


def next_look_up(now: datetime, looks: int) -> datetime:
    """When an unknown outcome is looked up (again)."""
    return now + _step(_LOOK_UP, looks)


def next_retry(now: datetime, attempts: int) -> datetime:
    """When an effect is tried again that certainly did not happen."""
    return now + _step(_RETRY, max(0, attempts - 1))


def next_try_of_one(now: datetime) -> datetime:
    """When what failed before all the others is tried again: in 5 minutes."""
    return now + _step(_RETRY, len(_RETRY))


def next_search(now: datetime, searches: int) -> datetime | None:
    """When an order that was searched in vain so often is searched again: after 15 minutes, 1 hour, 6 hours, then daily
    for a month; None: it is not."""
    return now + _step(_SEARCH, searches - 1) if searches <= SEARCHES else None


def next_check(now: datetime, poll_every: timedelta) -> datetime:
    """When a healthy connection is checked again: never later than its rhythm, a little sooner to spread the load."""
    return now + poll_every * random.uniform(0.85, 1.0)  # noqa: S311 - jitter


def next_try(now: datetime, failures: int, poll_every: timedelta) -> datetime:
    """When a failing connection is tried again."""
    return now + min(_step((15, 30, 60, 120, 300), failures - 1), poll_every)


def deep_is_due(last: datetime | None, now: datetime) -> bool:
    """Whether everything is to be read again, not only what is new: once each night."""
    if last is None:
        return False
    return now - last > DEEP_AT_LATEST or (now - last > DEEP_AFTER and now.hour in NIGHT)
