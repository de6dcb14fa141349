"""`retour keys`: the keys that seal secrets and personal data."""

import typer

from retour.cli import hub
from retour.cli.terminal import progress, say

app = typer.Typer(help="The keys that seal secrets and personal data.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Makes `rotate` a command of its own even while it is the only one."""


@app.command()
def rotate() -> None:
    """Make a new key and seal everything anew with it.

    Older keys stay in secret.keys, so that backups and sessions stay usable. Back the file up afterwards. Safe to stop
    and to run again.
    """
    hub.enter()
    from django.conf import settings

    from retour.project.home import KEYS, add_key, read_keys
    from retour.store.reseal import count_sealed, reseal_all

    add_key(settings.HOME)
    settings.SECRET_KEYS = read_keys(settings.HOME)
    with progress("Sealing anew", count_sealed()) as move_on:
        count = reseal_all(move_on)
    say(f"{count} values are sealed with a new key. Restart `retour serve`, and back up {settings.HOME / KEYS}.")
