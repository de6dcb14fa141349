"""Ports on this machine alone: the friendly ones where they are free, else the next free ones."""

import socket

from retour.demo.endings import Broken, CannotStart

HOST = "127.0.0.1"
DESK, SHOP, BOL = 8000, 9101, 9102
_TRIED = 100


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
