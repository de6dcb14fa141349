"""`retour sandbox`: a simulated platform to play with."""

import asyncio
import os
import signal
from difflib import get_close_matches
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Annotated

import typer

from retour.cli.endings import Failed, Mistake
from retour.cli.terminal import say, say_table

if TYPE_CHECKING:
    from retour.sandbox.app import Sandbox


def sandbox(
    key: Annotated[
        str | None, typer.Argument(help="Which platform; leave it out to see them all.", show_default=False)
    ] = None,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0 takes a free one.")] = 0,
    seed: Annotated[int, typer.Option(help="The same seed gives the same chances.")] = 0,
) -> None:
    """Run a simulated platform until Ctrl-C: its API, a page to play the customer, and faults at will.

    Nothing is stored and nothing real is reached. Never make it reachable from outside: it has no locks.
    """
    known = {entry.name: entry for entry in entry_points(group="retour.sandboxes")}
    if key is None:
        say_table(("key", "platform"), [(name, entry.load().title) for name, entry in sorted(known.items())])
        return
    if key not in known:
        near = get_close_matches(key, known, n=1)
        hint = f" Did you mean {near[0]}?" if near else ""
        raise Mistake(f"There is no simulator {key!r}.{hint} There are: {', '.join(sorted(known))}.")
    asyncio.run(_run(known[key].load(), host, port, seed))


async def _run(chosen: "Sandbox", host: str, port: int, seed: int) -> None:
    from retour.sandbox.app import start

    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    try:
        running = await start(chosen.create(seed), host, port)
    except OSError as error:
        raise Failed(
            f"The simulator cannot listen on {host}:{port}: {os.strerror(error.errno or 0)}. Try another --port."
        ) from None
    say(f"{chosen.title}: {running.url}", now=True)
    try:
        await stop.wait()
    finally:
        await running.stop()
