"""An event loop whose time jumps: nobody waits for a limit that is counted in minutes.

Whenever nothing is left to do but wait, the loop's clock jumps to the next appointment. Sockets stay real, so a
connector, its door and the simulator talk over HTTP as ever.
"""

import asyncio
import selectors
from collections.abc import Callable
from typing import Any

QUIET = 0.03
"""Seconds without any traffic between two sockets of this machine after which the loop counts as waiting."""


class VirtualLoop(asyncio.SelectorEventLoop):
    """`jumped` is called with the seconds of each jump: to take a simulator's clock along."""

    def __init__(self) -> None:
        self._ahead = 0.0
        self.jumped: Callable[[float], None] = lambda _: None
        super().__init__(_Selector(self._jump))

    def time(self) -> float:
        return super().time() + self._ahead

    def _jump(self, seconds: float) -> None:
        self._ahead += seconds
        self.jumped(seconds)


class _Selector(selectors.DefaultSelector):
    def __init__(self, jump: Callable[[float], None]) -> None:
        super().__init__()
        self._jump = jump

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, Any]]:
        if timeout is None or timeout <= QUIET:
            return super().select(timeout)
        ready = super().select(QUIET)
        if not ready:
            self._jump(timeout - QUIET)
        return ready
