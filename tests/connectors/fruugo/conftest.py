"""Each test has its own simulated Fruugo, without limits, and a connector that has seen it once."""

from collections.abc import AsyncIterator, Callable, Iterator

import pytest
import stamina
from aiohttp import web

from retour.sandbox.app import Handler, start
from retour.sandbox.fruugo import SANDBOX

from .world import Sent, World


@pytest.fixture(autouse=True)
def _no_waiting_between_attempts() -> Iterator[None]:
    with stamina.set_testing(True, attempts=3):
        yield


@pytest.fixture
async def fresh() -> AsyncIterator[World]:
    """A connection that was made just now."""
    sent: list[Sent] = []
    meanwhile: dict[str, Callable[[], None]] = {}
    simulator = SANDBOX.create(0)

    @web.middleware
    async def tap(request: web.Request, handler: Handler) -> web.StreamResponse:
        call, body = f"{request.method} {request.path}", await request.text()
        made = Sent(call, dict(request.query), request.rel_url.raw_query_string, body)
        sent.append(made)
        meanwhile.pop(call, lambda: None)()
        answer = await handler(request)
        made.answer = answer.text or "" if isinstance(answer, web.Response) else ""
        return answer

    plain = simulator.app

    def tapped() -> web.Application:
        app = plain()
        app.middlewares.insert(0, tap)
        return app

    simulator.app = tapped  # type: ignore[method-assign]
    running = await start(simulator)
    world = World(running, sent, meanwhile)
    world.connect()
    yield world
    for door in world.doors:
        await door.close()
    await running.stop()


@pytest.fixture
async def world(fresh: World) -> World:
    """A connection that has seen all orders once."""
    await fresh.walk()
    fresh.sent.clear()
    return fresh
