"""`retour hooks`: the addresses at which platforms can tell that something has happened."""

from typing import Annotated

import typer

from retour.cli import hub
from retour.cli.names import connections_named, full_name
from retour.cli.terminal import say_json, say_table


def hooks(
    base: Annotated[
        str, typer.Option(help="How the hub is reached from outside.", show_default=True)
    ] = "https://hub.example.org",
    as_json: Annotated[bool, typer.Option("--json", help="Print only JSON.")] = False,
) -> None:
    """Show each connection's address for webhooks. Whoever knows one can only make the hub check that connection now;
    what is sent to it is not believed, and read only where a platform answers there what it was asked."""
    hub.enter()
    from django.urls import reverse

    from retour.store.hints import token_of

    shown = [
        (full_name(row), base.rstrip("/") + reverse("hook", args=[row.pk, token_of(row.pk)]))
        for row in connections_named([])
    ]
    if as_json:
        say_json([{"connection": name, "address": address} for name, address in shown])
    else:
        say_table(("connection", "address"), shown)
