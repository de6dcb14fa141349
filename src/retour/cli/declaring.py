"""`retour returns report`: a return that came back and that nobody had announced."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from retour.cli import hub
from retour.cli.endings import Mistake
from retour.cli.names import connections_named, full_name
from retour.cli.terminal import say, say_json, say_table
from retour.core.model import Reason, Resolution, Source

if TYPE_CHECKING:
    from retour.connectors.contract import CameBack
    from retour.core.model import Order
    from retour.store.models import Connection


def report(
    connection: Annotated[str, typer.Argument(help="The marketplace's connection.", show_default=False)],
    order: Annotated[str, typer.Argument(help="The marketplace's number of the order.", show_default=False)],
    unit: Annotated[
        list[str] | None,
        typer.Option(metavar="LINE[=QUANTITY]", help="What came back: a line of the order, and how many. Repeatable."),
    ] = None,
    reason: Annotated[Reason | None, typer.Option(help="Why the customer sent it back, where it is known.")] = None,
    resolution: Annotated[
        Resolution | None, typer.Option(help="Decide at once. Only accept and keep refund the customer.")
    ] = None,
    words: Annotated[str | None, typer.Option(help="The reason for the decision, in your words.")] = None,
    code: Annotated[str | None, typer.Option(help="One of the marketplace's own reasons for the decision.")] = None,
    token: Annotated[
        str | None,
        typer.Option(help="Whatever is reported with the same token happens once.", show_default="a new one"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print only JSON.")] = False,
) -> None:
    """Report what came back unannounced, where the marketplace lets the merchant do that. Without --unit: show what of
    the order can still come back."""
    hub.enter()
    from retour.connectors.errors import ConnectorError
    from retour.core.merge import Contradiction
    from retour.store.declared import Verdict
    from retour.sync import declaring

    [row] = connections_named([connection])
    verdict = Verdict(resolution, words, code) if resolution else None
    try:
        if not declaring.can_declare(row):
            raise Mistake(f"At {row.connector} only the customer can start a return.")
        if not unit:
            _show(row, asyncio.run(declaring.find_order(row, order)), order, as_json)
            return
        units = [_unit(text, reason) for text in unit]
        made = asyncio.run(
            declaring.declare(
                row, token or declaring.new_token(), order, units, verdict, Source.CLI, hub.now(), hub.actor()
            )
        )
    except ConnectorError as error:
        raise Mistake(error.words or error.message) from error
    except Contradiction as error:
        raise Mistake(str(error)) from error
    ids = [f"r-{key}" for key in made]
    if as_json:
        say_json({"returns": ids})
    else:
        say(f"Reported: {', '.join(ids)}. {_what_next(resolution)}")


def _what_next(resolution: Resolution | None) -> str:
    if resolution is None:
        return "It waits for a decision."
    return "The marketplace is told at the next check: by `retour serve`, or by `retour sync`."


def _unit(text: str, reason: Reason | None) -> "CameBack":
    from retour.connectors.contract import CameBack

    line, _, quantity = text.rpartition("=") if "=" in text else (text, "", "1")
    if not line or not quantity.isascii() or not quantity.isdigit() or int(quantity) < 1:
        raise Mistake(f"--unit {text} is not LINE or LINE=QUANTITY, such as 90000001=2.")
    return CameBack(line, int(quantity), reason)


def _show(connection: "Connection", found: "Order | None", ref: str, as_json: bool) -> None:
    if found is None:
        raise Mistake(f"{full_name(connection)} knows no order {ref}.")
    rows = [(line.ref or "", line.title or "", line.sku or "", line.quantity, line.returnable) for line in found.lines]
    if as_json:
        names = ("line", "title", "sku", "quantity", "returnable")
        say_json({"order": found.ref, "lines": [dict(zip(names, row, strict=True)) for row in rows]})
    else:
        say_table(("line", "product", "sku", "ordered", "can come back"), rows)
