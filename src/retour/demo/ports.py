"""Ports on this machine alone: the friendly ones where they are free, else the next free ones."""

import errno
import socket
from collections.abc import Awaitable, Callable
from typing import TypeVar

from retour.demo.endings import Broken, CannotStart

HOST = "127.0.0.1"
DESK, FIRST = 8000, 9101
"""The desk, and the first of the simulators."""
_TRIED = 100

T = TypeVar("T")


def free(port: int) -> bool:
    """Whether a server can listen there now."""
    try:
        with socket.create_server((HOST, port)):
            return True
    except OSError:
        return False


def next_free(first: int) -> int:
    """The first free port from `first` on."""
    for port in range(first, first + _TRIED):
        if free(port):
            return port
    raise Broken(f"No port from {first} to {first + _TRIED - 1} is free.")


async def on_a_free_port(first: int, listen: Callable[[int], Awaitable[T]]) -> T:
    """What `listen` makes of the first port from `first` on that it can have: another program may take one between
    the look and the listening."""
    port = next_free(first)
    while True:
        try:
            return await listen(port)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
        port = next_free(port + 1)


def chosen(port: int | None) -> int:
    """The desk's port: the one that was asked for, or a free one. Raises CannotStart where it is taken."""
    if port is None:
        return next_free(DESK)
    if port == 0:
        with socket.create_server((HOST, 0)) as server:
            return int(server.getsockname()[1])
    if not free(port):
        raise CannotStart(f"Port {port} is in use. Choose another --port, or leave it out to take a free one.")
    return port
