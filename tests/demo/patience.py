"""Waiting for what players do."""

import asyncio
from collections.abc import Callable


async def until(look: Callable[[], bool]) -> None:
    """Raises TimeoutError where it never comes true."""
    async with asyncio.timeout(20):
        while not look():  # noqa: ASYNC110 - nobody tells of what is looked at
            await asyncio.sleep(0.01)
