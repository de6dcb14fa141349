"""How many calls a platform takes: one budget for each path group, held before the call and corrected by the answers.

A group promises that no stretch of `per` sees more than `calls` departures, wherever it begins: platforms count in
fixed windows whose start nobody tells. All times are the event loop's, in seconds, so that a virtual clock works.
"""

import asyncio
import bisect
from collections import deque
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from retour.connectors.errors import Unavailable

LONGEST_PAUSE = 24 * 3600.0
"""However long a platform asks to stay away, after a day we ask again."""
FIRST_BACKOFF, LONGEST_BACKOFF = 1.0, 300.0


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `calls` calls of a path group in a time. The platform's response headers correct it while it runs.
    A group may have several: all of them hold."""

    group: str
    calls: int
    per: timedelta


@dataclass(frozen=True, slots=True)
class RateHeaders:
    """The names of the response headers that tell a group's budget; `reset` counts seconds from now.

    Slash-separated values are several windows at once (Lightspeed); the tightest counts."""

    limit: str
    remaining: str
    reset: str


class Quota(NamedTuple):
    """What a group has left, for display. `limit` None: neither declared nor told. `resets_in`: seconds."""

    limit: int | None
    remaining: int | None
    resets_in: float


class Group:
    """The budget of one path group."""

    def __init__(self, name: str, limits: Sequence[Limit]) -> None:
        self._name = name
        self._declared = [(limit.calls, limit.per.total_seconds()) for limit in limits]
        self._windows = list(self._declared)
        self._starts: deque[float] = deque()
        """Departures, sorted: those of the past that still count, then those that are promised."""
        self._in_flight = 0
        self._told_limit: int | None = None
        self._left: int | None = None
        self._resets_at = 0.0
        self._paused_until = 0.0
        self._strikes = 0
        self._struck_at = float("-inf")

    async def admit(self, patience: float) -> float:
        """Waits for this call's turn and returns its time. First come, first served.

        Raises Unavailable at once, without waiting, when the turn is further away than `patience` seconds."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + patience
        while True:
            now = loop.time()
            turn = self._reserve(now, deadline)
            if turn <= now:
                break
            try:
                await asyncio.sleep(turn - now)
            except asyncio.CancelledError:
                self._withdraw(turn)
                raise
            now = max(turn, loop.time())
            if self._opens_at(now) <= now:
                break
            self._withdraw(turn)  # the platform asked for a pause while this call waited
        self._in_flight += 1
        if self._left is not None:
            self._left -= 1
        return turn

    def arrive(self) -> None:
        """The call that was admitted has its answer, or will never have one."""
        self._in_flight -= 1

    def learn(self, limit: Sequence[float], remaining: Sequence[float], reset: Sequence[float]) -> None:
        """Takes over what an answer's headers tell: one number for each of the platform's windows."""
        now = asyncio.get_running_loop().time()
        if limit and limit[0] >= 1:
            self._told_limit = int(limit[0])
            if self._declared:
                self._windows[0] = (self._told_limit, self._declared[0][1])
        if remaining and reset:
            left, resets_in = min(zip(remaining, reset, strict=False))
            # The platform has not yet counted the calls that are still on their way to it.
            self._left = max(0, int(left) - self._in_flight)
            # Whole seconds are rounded: "0 left, resets in 0" would send the next call too early.
            self._resets_at = now + min(max(resets_in, 1.0), LONGEST_PAUSE)

    def strike(self, pause: float | None, departed: float) -> float:
        """The platform refused a call for its number (429). Pauses the group for what it asked, or for a time that
        doubles with each refusal, and returns that time. Calls that left before the pause began count once."""
        now = asyncio.get_running_loop().time()
        if departed >= self._struck_at:
            self._strikes += 1
            self._struck_at = now
        if pause is None:
            pause = min(FIRST_BACKOFF * 2.0 ** min(self._strikes - 1, 30), LONGEST_BACKOFF)
        pause = min(pause, LONGEST_PAUSE)
        self._paused_until = max(self._paused_until, now + pause)
        return pause

    def forgive(self) -> None:
        """The platform took a call."""
        self._strikes = 0

    def quota(self) -> Quota:
        now = asyncio.get_running_loop().time()
        calls, per = self._windows[0] if self._windows else (None, 0.0)
        limit = calls if calls is not None else self._told_limit
        if now < self._paused_until:
            return Quota(limit, 0, self._paused_until - now)
        if self._left is not None and now < self._resets_at:
            return Quota(self._told_limit or limit, self._left, self._resets_at - now)
        if calls is None:
            return Quota(limit, None, 0.0)
        self._forget(now)
        recent = [start for start in self._starts if start > now - per]
        return Quota(limit, max(0, calls - len(recent)), recent[0] + per - now if recent else 0.0)

    def _reserve(self, now: float, deadline: float) -> float:
        self._forget(now)
        turn = max(now, self._opens_at(now))
        for calls, per in self._windows:
            if len(self._starts) >= calls:
                turn = max(turn, self._starts[-calls] + per)
        if turn > deadline:
            wait = turn - now
            raise Unavailable(
                f"{self._name} takes no more calls of this kind for {wait:.0f} s: its limit is reached.",
                retry_after=timedelta(seconds=wait),
            )
        bisect.insort(self._starts, turn)
        return turn

    def _withdraw(self, turn: float) -> None:
        with suppress(ValueError):  # forgotten by another call already, when this one woke late
            self._starts.remove(turn)

    def _opens_at(self, now: float) -> float:
        if self._left is not None and now >= self._resets_at:
            self._left = None
        spent = self._left is not None and self._left <= 0
        return max(self._paused_until, self._resets_at if spent else 0.0)

    def _forget(self, now: float) -> None:
        longest = max((per for _, per in self._windows), default=0.0)
        while self._starts and self._starts[0] <= now - longest:
            self._starts.popleft()


class Groups:
    """All groups of a door. A group that nobody declared has no window, but pauses like any other."""

    def __init__(self, name: str, limits: Iterable[Limit]) -> None:
        self._name = name
        self._limits: dict[str, list[Limit]] = {}
        for limit in limits:
            self._limits.setdefault(limit.group, []).append(limit)
        self._groups = {group: Group(name, limits) for group, limits in self._limits.items()}

    def __getitem__(self, group: str) -> Group:
        if group not in self._groups:
            self._groups[group] = Group(self._name, ())
        return self._groups[group]

    def quota(self) -> dict[str, Quota]:
        return {name: group.quota() for name, group in self._groups.items()}
