"""`retour demo`: everything at once, to look at and to play with."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from retour.cli.endings import Failed, Mistake


def demo(
    home: Annotated[Path, typer.Option(help="The demo's folder; it is made anew at each start.")] = Path(".demo"),
    port: Annotated[
        int | None,
        typer.Option(min=0, max=65535, help="The desk's port; else 8000, or the next free one.", show_default=False),
    ] = None,
    pace: Annotated[float, typer.Option(min=0.2, help="About how many seconds from one customer to the next.")] = 4,
    quiet: Annotated[bool, typer.Option("--quiet", help="Do not tell what the players do.")] = False,
    no_players: Annotated[bool, typer.Option("--no-players", help="Nobody plays; only you.")] = False,
) -> None:
    """Try it: a hub between simulated marketplaces and shops, customers and a merchant who play, until Ctrl-C.

    Prints where to look and how to sign in. Everything runs on this machine alone; no other hub is touched, and nothing
    real is reached.
    """
    from retour.demo.endings import Broken, CannotStart
    from retour.demo.run import Wish, run

    try:
        asyncio.run(run(Wish(home, port, pace, quiet, players=not no_players)))
    except CannotStart as error:
        raise Mistake(str(error)) from None
    except Broken as error:
        raise Failed(str(error)) from None
