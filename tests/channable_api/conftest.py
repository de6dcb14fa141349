"""Houses, and a hub's pages over real HTTP."""

import asyncio
import logging
import socket
import sys
from collections.abc import AsyncIterator, Callable, Iterator

import pytest
import stamina
import uvicorn

from retour.channable_api import gate
from retour.channable_api.limits import Buckets
from retour.project.asgi import application
from tests.channable_api.house import House


@pytest.fixture(autouse=True)
def _fresh_buckets() -> Iterator[None]:
    clear = gate.buckets.cache_clear
    clear()
    yield
    clear()


@pytest.fixture
def allow(monkeypatch: pytest.MonkeyPatch) -> Callable[[Buckets], None]:
    """From now on, this is the limit."""
    return lambda buckets: monkeypatch.setattr(gate, "buckets", lambda: buckets)


@pytest.fixture(autouse=True)
def _reads_are_repeated_at_once() -> Iterator[None]:
    with stamina.set_testing(True, attempts=3):
        yield


@pytest.fixture(autouse=True)
def _logs_to_a_stream_that_lives() -> Iterator[None]:
    """A command sets up Django anew, and its log to a stream that ends with the command."""
    yield
    for handler in logging.root.handlers:
        if type(handler) is logging.StreamHandler:
            handler.stream = sys.stderr


@pytest.fixture
def acme(db: None) -> House:
    return House("acme")


@pytest.fixture
def other(db: None) -> House:
    """Another company with a project of its own."""
    return House("other")


@pytest.fixture
async def server(transactional_db: None) -> AsyncIterator[str]:
    """The hub's pages and APIs, served as `retour serve` does; its address."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        config = uvicorn.Config(application, access_log=False, log_config=None, lifespan="off", server_header=False)
        served = uvicorn.Server(config)
        task = asyncio.create_task(served._serve([listening]))
        while not served.started:
            assert not task.done(), "the server does not start"
            await asyncio.sleep(0.01)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        served.should_exit = True
        await task
