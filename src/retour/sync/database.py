"""The engine's way to the store: one thread, so that the event loop never waits for the disk."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from django.db import connection

P = ParamSpec("P")
T = TypeVar("T")


class Database:
    """Runs store functions one after the other. A broken database connection is replaced before the next one."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")

    async def __call__(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, lambda: _run(function, *args, **kwargs))

    async def close(self) -> None:
        """Ends the thread and its database connection."""
        await self(_close)
        self._thread.shutdown()


def _run(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    try:
        return function(*args, **kwargs)
    except Exception:
        connection.close_if_unusable_or_obsolete()
        raise


def _close() -> None:
    connection.close()
