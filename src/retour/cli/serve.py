"""`retour serve`: the pages and the worker, in one process."""

import asyncio
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from retour.cli import hub
from retour.cli.endings import Failed
from retour.cli.terminal import say, warn

if TYPE_CHECKING:
    from uvicorn import Server

LAST_REQUESTS = 10
"""Seconds that requests under way may take when the server stops."""


def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0 takes a free one.")] = 8000,
    no_worker: Annotated[
        bool, typer.Option("--no-worker", help="Only the pages; another process does the work.")
    ] = False,
) -> None:
    """Serve the pages and do the work, until Ctrl-C or SIGTERM.

    Both stop cleanly: what is being sent is brought to its end. To be reached under other names than localhost, set
    $RETOUR_HOSTS to them; behind a proxy that speaks HTTPS, also RETOUR_HTTPS=1.
    """
    hub.enter()
    from django.conf import settings

    listening = _listen(host, port)
    bound = listening.getsockname()[1]
    shown = f"[{host}]" if ":" in host else host
    if host not in {*settings.ALLOWED_HOSTS, "::1"} and "*" not in settings.ALLOWED_HOSTS:
        warn(f"The pages answer only to {', '.join(settings.ALLOWED_HOSTS)}. Set RETOUR_HOSTS to the names people use.")
    with listening:
        try:
            asyncio.run(_run(listening, f"http://{shown}:{bound}/", with_worker=not no_worker))
        except asyncio.CancelledError:
            raise typer.Exit(130) from None


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        words = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror or str(error)
        raise Failed(f"The pages cannot be served on {host}:{port}: {words}. Try another --port or --host.") from None


async def _run(listening: socket.socket, url: str, *, with_worker: bool) -> None:
    from retour.sync.local import work

    stop = asyncio.Event()
    server = _server()
    with _signals(stop, server):
        tasks = {asyncio.create_task(server.serve(sockets=[listening]), name="pages")}
        if with_worker:
            tasks.add(asyncio.create_task(work(stop), name="work"))
        stopping = asyncio.create_task(stop.wait(), name="stop")
        say(f"Retour is at {url}{'' if with_worker else ' (without a worker)'}. Ctrl-C stops it.", now=True)
        await asyncio.wait({*tasks, stopping}, return_when=asyncio.FIRST_COMPLETED)
        # Whichever ended, by a signal or by a fault of its own: the others end too.
        stop.set()
        server.should_exit = True
        await asyncio.wait(tasks)
        await stopping
    for task in tasks:
        task.result()


def _server() -> "Server":
    import uvicorn

    from retour.project.asgi import application

    class PagesServer(uvicorn.Server):
        @contextmanager
        def capture_signals(self) -> Iterator[None]:
            """Signals stop the pages and the worker together; they are not the server's alone."""
            yield

    return PagesServer(
        uvicorn.Config(
            application,
            access_log=False,
            log_config=None,
            lifespan="off",
            server_header=False,
            timeout_graceful_shutdown=LAST_REQUESTS,
        )
    )


@contextmanager
def _signals(stop: asyncio.Event, server: "Server") -> Iterator[None]:
    """The first signal ends it cleanly, the second one at once."""
    loop = asyncio.get_running_loop()

    def end() -> None:
        if stop.is_set():
            server.force_exit = True
            for task in asyncio.all_tasks(loop):
                task.cancel()
        stop.set()

    numbers = (signal.SIGINT, signal.SIGTERM)
    for number in numbers:
        loop.add_signal_handler(number, end)
    try:
        yield
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)
