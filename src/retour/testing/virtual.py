"""An event loop whose time stands still while anything is left to do, and jumps when nothing is: nobody waits for a
limit that is counted in minutes, and a slow machine measures the same as a fast one.

Sockets stay real: a connector, its door and the simulator talk over HTTP as ever.
"""

import asyncio
import selectors
from collections.abc import Callable
from typing import Any

QUIET = 0.05
"""Seconds without traffic between two sockets of this machine after which nothing more can be under way."""


class VirtualLoop(asyncio.SelectorEventLoop):
    """`jumped` is called with the seconds of each jump: to take a simulator's clock along."""

    def __init__(self) -> None:
        self._now = 0.0
        self.jumped: Callable[[float], None] = lambda _: None
        super().__init__(_Selector(self._jump))

    def time(self) -> float:
        return self._now

    def _jump(self, seconds: float) -> None:
        self._now += seconds
        self.jumped(seconds)


class _Selector(selectors.DefaultSelector):
    def __init__(self, jump: Callable[[float], None]) -> None:
        super().__init__()
        self._jump = jump

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, Any]]:
        if timeout is None or timeout <= 0:
            return super().select(timeout)
        ready = super().select(QUIET)
        if not ready:
            self._jump(timeout)
        return ready
