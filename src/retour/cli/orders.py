"""`retour orders`: which order of the shop a marketplace's order is."""

from itertools import islice
from pathlib import Path
from typing import Annotated

import typer

from retour.cli import hub, matching
from retour.cli.names import project_named
from retour.cli.order_list import open_list
from retour.cli.terminal import progress, say, say_json, warn

app = typer.Typer(help="Which order of the shop a marketplace's order is.", no_args_is_help=True)

BATCH = 1000

for verb in (matching.link, matching.product, matching.search, matching.learned, matching.learn, matching.forget):
    app.command()(verb)


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="The list, CSV.", show_default=False)],
    project: Annotated[str, typer.Option(help="Whose orders: acme/webshop.", show_default=False)],
    as_json: Annotated[bool, typer.Option("--json", help="Print only JSON.")] = False,
) -> None:
    """Take in a list of orders: the marketplace's number and the shop's number of each.

    The first row names the columns: marketplace_order and shop_order are needed, others are ignored. Commas, semicolons
    or tabs may separate them. Rows that cannot be taken are shown with their line, the others are taken, and the exit
    code is 1. The list may be imported again at any time.
    """
    hub.enter()
    from retour.store.links import Linked, link_orders

    row = project_named(project)
    linked, bad = Linked(), []
    with open_list(file) as (links, slips), progress("Taking in orders", None) as move_on:
        while batch := dict(islice(links, BATCH)):
            linked += link_orders(row, batch, by="import", at=hub.now(), actor=hub.actor())
            move_on(len(batch))
        bad = slips
    for line, words in bad:
        warn(f"{file}:{line}: {words}")
    counts = {"added": linked.added, "changed": linked.changed, "unchanged": linked.unchanged, "bad": len(bad)}
    if as_json:
        say_json(counts | {"mistakes": [{"line": line, "words": words} for line, words in bad]})
    else:
        say(", ".join(f"{count} {what}" for what, count in counts.items()) + ".")
    if bad:
        raise typer.Exit(1)
