"""The command line. Each command is a module of its own and loads what it needs only when it runs."""

from typing import Annotated

import typer

from retour.cli import keys, orders, returns, tokens, users
from retour.cli.apply import apply
from retour.cli.bench import bench
from retour.cli.demo import demo
from retour.cli.doctor import doctor
from retour.cli.endings import Commands
from retour.cli.hooks import hooks
from retour.cli.init import init
from retour.cli.replan import replan
from retour.cli.sandbox import sandbox
from retour.cli.serve import serve
from retour.cli.sync import sync

app = typer.Typer(
    cls=Commands,
    help="The returns hub: from a customer's return on a marketplace to the shop's decision and the refund.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command()(init)
app.command()(apply)
app.command()(doctor)
app.command()(serve)
app.command()(sync)
app.add_typer(returns.app, name="returns")
app.add_typer(orders.app, name="orders")
app.add_typer(users.app, name="users")
app.add_typer(tokens.app, name="tokens")
app.add_typer(keys.app, name="keys")
app.command()(hooks)
app.command()(replan)
app.command()(sandbox)
app.command()(demo)
app.command()(bench)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"retour {version('retour')}")
        raise typer.Exit


@app.callback()
def _retour(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Options of every command."""


def main() -> None:
    """What the `retour` program runs."""
    app()
