"""A simulated platform whose requests a test sees, too."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from retour.sandbox.app import Handler, Simulator


def tap(simulator: Simulator, see: Callable[[web.Request], Awaitable[None]]) -> None:
    """Shows every request to `see` before the platform takes it, its control routes' aside. Before it is started."""

    @web.middleware
    async def seeing(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not request.path.startswith("/_sandbox/"):
            await see(request)
        return await handler(request)

    plain = simulator.app

    def app() -> web.Application:
        tapped = plain()
        tapped.middlewares.insert(0, seeing)
        return tapped

    simulator.app = app  # type: ignore[method-assign]
