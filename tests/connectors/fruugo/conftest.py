"""Each test has its own simulated Fruugo, without limits, and a connector that has seen it once."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from retour.sandbox.app import Handler, Running, start
from retour.sandbox.fruugo import SANDBOX

from .simulated import listening
from .world import ASK, Later, Sent, World


@asynccontextmanager
async def tapped() -> AsyncIterator[tuple[Running, list[Sent], dict[str, Callable[[], None]]]]:
    """A simulated Fruugo, what it is sent, and what happens there just before it takes such a call, once."""
    sent: list[Sent] = []
    meanwhile: dict[str, Callable[[], None]] = {}
    simulator = SANDBOX.create(0)

    @web.middleware
    async def tap(request: web.Request, handler: Handler) -> web.StreamResponse:
        call = f"{request.method} {request.path}"
        # Where the simulator looks whether there is a body at all, it must come first.
        body = "" if call == ASK else await request.text()
        correlation = request.headers.get("X-Correlation-ID", "")
        made = Sent(call, dict(request.query), request.rel_url.raw_query_string, body, correlation)
        sent.append(made)
        meanwhile.pop(call, lambda: None)()
        answer = await handler(request)
        made.body = made.body or await request.text()
        made.answer = answer.text or "" if isinstance(answer, web.Response) else ""
        return answer

    plain = simulator.app

    def app() -> web.Application:
        app = plain()
        app.middlewares.insert(0, tap)
        return app

    simulator.app = app  # type: ignore[method-assign]
    running = await start(simulator)
    try:
        yield running, sent, meanwhile
    finally:
        await running.stop()


@pytest.fixture
async def fresh() -> AsyncIterator[World]:
    """A connection that was made just now."""
    async with tapped() as (running, sent, meanwhile):
        world = World(running, sent, meanwhile)
        world.connect()
        yield world
        for door in world.doors:
            await door.close()


@pytest.fixture
async def world(fresh: World) -> World:
    """A connection that has seen all orders once."""
    await fresh.walk()
    fresh.sent.clear()
    return fresh


@pytest.fixture
async def new() -> AsyncIterator[Later]:
    """A connection by callbacks that was made just now. They come as soon as somebody looks."""
    async with tapped() as (running, sent, meanwhile), listening(running) as box:
        later = Later(running, sent, meanwhile, box=box)
        later.switch(processing_seconds=0, callback_seconds=0)
        later.connect()
        yield later
        for door in later.doors:
            await door.close()


@pytest.fixture
async def later(new: Later) -> Later:
    """One that has seen all orders once."""
    await new.seen()
    new.sent.clear()
    return new
