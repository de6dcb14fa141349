"""Where a demo listens: several on one machine, started at the same moment, do not stand in each other's way."""

import asyncio
import socket

import pytest

from retour.demo.ports import HOST, on_a_free_port
from retour.sandbox.app import start
from retour.sandbox.bol import BolSimulator


async def test_simulators_that_want_the_same_port_at_once_all_get_one() -> None:
    with socket.create_server((HOST, 0)) as server:
        first = int(server.getsockname()[1])

    running = await asyncio.gather(
        *(on_a_free_port(first, lambda port: start(BolSimulator(), HOST, port)) for _ in range(5))
    )
    try:
        assert len({one.url for one in running}) == 5
    finally:
        for one in running:
            await one.stop()


async def test_another_trouble_than_a_taken_port_is_told() -> None:
    async def refuse(_: int) -> None:
        raise PermissionError(13, "not allowed")

    with pytest.raises(PermissionError):
        await on_a_free_port(20_000, refuse)
