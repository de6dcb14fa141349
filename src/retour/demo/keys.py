"""What a person types while the demo runs: p and Enter to pause or go on, Enter alone to see the addresses again."""

import asyncio
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def listening(act: Callable[[str], None]) -> Iterator[None]:
    """Calls `act` with each line that is typed. Where nobody can type, nothing happens."""
    loop = asyncio.get_running_loop()
    number = _keyboard()
    if number is None:
        yield
        return

    def read() -> None:
        typed = os.read(number, 4096) if _ours(number) else b""
        if not typed:
            loop.remove_reader(number)
        for line in typed.decode(errors="replace").splitlines():
            act(line.strip().lower())

    try:
        loop.add_reader(number, read)
    except OSError:  # a plain file, or /dev/null
        yield
        return
    try:
        yield
    finally:
        loop.remove_reader(number)


def _keyboard() -> int | None:
    try:
        number = sys.stdin.fileno()
    except (AttributeError, OSError, ValueError):
        return None
    return number if _ours(number) else None


def _ours(number: int) -> bool:
    """A process in the background that reads from its terminal is stopped by the system."""
    return not os.isatty(number) or os.tcgetpgrp(number) == os.getpgrp()
