"""Declared rate limits are kept, on a clock that jumps."""

import asyncio
from abc import abstractmethod
from collections.abc import Awaitable
from typing import Any

import pytest

from retour.sandbox.app import Simulator
from retour.sandbox.faults import Fault, Faults
from retour.testing.connector import ConnectorConformance
from retour.testing.opened import Opened, opened
from retour.testing.virtual import VirtualLoop

MOST = 300
"""Calls of one kind that are worth making to see a limit kept."""


class Arrivals(Faults):
    """A switchboard that notes which call came when, on the event loop's clock."""

    def __init__(self) -> None:
        super().__init__()
        self.noted: list[tuple[float, str, str]] = []

    def strike(self, method: str, path: str) -> Fault | None:
        self.noted.append((asyncio.get_running_loop().time(), method, path))
        return super().strike(method, path)

    @classmethod
    def at(cls, simulator: Simulator) -> "Arrivals":
        """Put before this simulator."""
        arrivals = cls()
        simulator.faults = arrivals
        return arrivals


class LimitConformance(ConnectorConformance):
    """More calls than any limit allows, all wanted at once."""

    def test_declared_limits_are_kept(self) -> None:
        if not self.manifest.limits:
            pytest.skip(f"{self.manifest.name} declares no rate limits")
        with asyncio.Runner(loop_factory=VirtualLoop) as runner:
            runner.run(self._hurried())

    @abstractmethod
    async def hurry(self, platform: Any, hub: Opened, count: int) -> list[Awaitable[Any]]:
        """Each verb `count` times, to be awaited at once."""

    async def _hurried(self) -> None:
        count = min(MOST, max(limit.calls for limit in self.manifest.limits) + 3)
        async with (
            self.running(limits=True) as platform,
            opened(self.manifest, platform.settings(), limits=True, inbox=platform.inbox) as hub,
        ):
            loop = asyncio.get_running_loop()
            assert isinstance(loop, VirtualLoop)
            loop.jumped = platform.wait
            arrivals = Arrivals.at(platform.simulator)
            outcomes = await asyncio.gather(*await self.hurry(platform, hub, count), return_exceptions=True)
        failed = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
        assert not failed, f"{self.manifest.name} was asked too often: {failed[0]!r}"
        assert not [exchange for exchange in hub.traffic.exchanges if exchange.status == 429]
        for limit in self.manifest.limits:
            times = [at for at, method, path in arrivals.noted if hub.traffic.groups.get((method, path)) == limit.group]
            assert len(times) > min(limit.calls, MOST - 1), (
                f"only {len(times)} calls belong to the group {limit.group!r}: is its name spelled alike everywhere?"
            )
            # One more call than the limit must take more than the limit's time, wherever the count begins.
            for first, last in zip(times, times[limit.calls :], strict=False):
                assert last - first >= limit.per.total_seconds() - 1e-6, f"{limit} is not kept: {times}"
