"""`retour returns`: see returns, and do what the desk does."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from retour.cli import hub
from retour.cli.declaring import report
from retour.cli.endings import Mistake
from retour.cli.names import connections_named
from retour.cli.return_page import say_return
from retour.cli.terminal import say_json, say_json_array, say_table, warn
from retour.core.model import Resolution, Source, Stage

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from retour.store.models import Return

app = typer.Typer(help="See returns, decide them, and answer what the hub asks.", no_args_is_help=True)

SHOWN = 50
"""How many returns a person is shown unless they ask for more."""


def _number(text: str) -> int:
    number = text.lower().removeprefix("r-")
    if not number.isascii() or not number.isdigit() or len(number) > 18:
        raise typer.BadParameter(f"{text} is not a return: r-12 is expected.")
    return int(number)


Id = Annotated[int, typer.Argument(metavar="ID", parser=_number, help="The return, such as r-12.", show_default=False)]
AsJson = Annotated[bool, typer.Option("--json", help="Print only JSON.")]
app.command()(report)
EffectKey = Annotated[str | None, typer.Option(help="Only this effect, by its key.")]


@app.command("list")
def list_(
    stage: Annotated[list[Stage] | None, typer.Option(help="Only this stage. May be repeated.")] = None,
    connection: Annotated[list[str] | None, typer.Option(help="Only this connection. May be repeated.")] = None,
    company: Annotated[str | None, typer.Option(help="Only this company.")] = None,
    project: Annotated[str | None, typer.Option(help="Only this project: webshop or acme/webshop.")] = None,
    since: Annotated[datetime | None, typer.Option(help="Only what was opened since then (UTC).")] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="At most so many.", show_default="50; all with --json")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List returns, newest first. With --json all of them, as one array."""
    hub.enter()
    from retour.store.shapes import shapes

    wanted = _wanted(stage or [], connection or [], company, project, since).order_by("-opened_at", "-pk")
    if as_json:
        say_json_array(shapes(wanted[:limit] if limit else wanted))
        return
    rows = [_row(shape) for shape in shapes(wanted[: limit or SHOWN])]
    say_table(("id", "stage", "opened", "connection", "ref", "qty", "product", "why"), rows)
    if not limit and len(rows) == SHOWN and (total := wanted.count()) > SHOWN:
        warn(f"{SHOWN} of {total}. --limit shows more.")


@app.command()
def show(id_: Id, as_json: AsJson = False) -> None:
    """Show one return with its lines, decisions, effects and timeline."""
    hub.enter()
    show_return(id_, as_json)


@app.command()
def decide(
    id_: Id,
    resolution: Annotated[
        Resolution, typer.Argument(help="The decision. Only accept and keep refund the customer.", show_default=False)
    ],
    line: Annotated[
        str | None, typer.Option(help="The line, by its ref.", show_default="every line with something left")
    ] = None,
    quantity: Annotated[
        int | None, typer.Option(min=1, help="How many units of the line.", show_default="all that is left")
    ] = None,
    reason: Annotated[str | None, typer.Option(help="The reason, where the marketplace wants one.")] = None,
    code: Annotated[str | None, typer.Option(help="One of the marketplace's own reasons, by its code.")] = None,
    revise: Annotated[bool, typer.Option("--revise", help="Change what the marketplace was told before.")] = False,
    as_json: AsJson = False,
) -> None:
    """Decide a return. The marketplace is told at the next check: by `retour serve`, or by `retour sync`."""
    hub.enter()
    from retour.store.desk import Choice
    from retour.store.desk import decide as put_down

    lines = [line] if line is not None else _lines_to_decide(id_, revise)
    if len(lines) > 1 and quantity is not None:
        raise Mistake(f"r-{id_} has several lines: say with --line which one ({', '.join(lines)}).")
    choices = [Choice(ref, resolution, quantity, reason, revise, code) for ref in lines]
    with _sentences():
        put_down(id_, choices, Source.DESK, hub.now(), hub.actor())
    show_return(id_, as_json)


@app.command("mark-done")
def mark_done(
    id_: Id,
    effect: EffectKey = None,
    shop_return: Annotated[str | None, typer.Option(help="The shop's id of the request that you found there.")] = None,
    as_json: AsJson = False,
) -> None:
    """Say that you have done by hand what waits for a person."""
    from_desk = _desk("mark_done")
    with _sentences():
        from_desk(id_, hub.now(), hub.actor(), effect, shop_return)
    show_return(id_, as_json)


@app.command()
def retry(id_: Id, effect: EffectKey = None, as_json: AsJson = False) -> None:
    """Send again what was refused or given up; for a question, say hereby that it did not happen.

    Look at the platform first: where it did happen, sending again would do it twice.
    """
    from_desk = _desk("retry")
    with _sentences():
        from_desk(id_, hub.now(), hub.actor(), effect)
    show_return(id_, as_json)


def _desk(name: str) -> Callable[..., int]:
    hub.enter()
    from retour.store import desk

    act: Callable[..., int] = getattr(desk, name)
    return act


@contextmanager
def _sentences() -> Iterator[None]:
    from retour.core.merge import Contradiction
    from retour.store.desk import NothingToDo

    try:
        yield
    except (Contradiction, NothingToDo) as error:
        raise Mistake(str(error)) from None


def _shape(id_: int) -> dict[str, Any]:
    from retour.store.models import Return
    from retour.store.shapes import shape_with_timeline

    for shape in shape_with_timeline(Return.objects.filter(pk=id_)):
        return shape
    raise Mistake(f"There is no return r-{id_}.")


def show_return(id_: int, as_json: bool) -> None:
    """Prints one return with all that belongs to it."""
    shape = _shape(id_)
    if as_json:
        say_json(shape)
    else:
        say_return(shape)


def _lines_to_decide(id_: int, revise: bool) -> list[str]:
    lines = _shape(id_)["lines"]
    if len(lines) == 1:
        return [str(lines[0]["ref"])]
    if revise:
        raise Mistake(f"Say with --line which one is to be revised ({', '.join(line['ref'] for line in lines)}).")
    left = [str(line["ref"]) for line in lines if line["left"]]
    if not left:
        raise Mistake(f"Nothing of r-{id_} is left to decide.")
    return left


def _wanted(
    stages: list[Stage], connections: list[str], company: str | None, project: str | None, since: datetime | None
) -> "QuerySet[Return]":
    from datetime import UTC

    from retour.cli.names import company_named, project_named
    from retour.store.models import Return

    wanted = Return.objects.all()
    if stages:
        wanted = wanted.filter(stage__in=stages)
    if connections:
        wanted = wanted.filter(connection__in=connections_named(connections, removed=True))
    if company:
        wanted = wanted.filter(connection__project__company=company_named(company))
    if project:
        wanted = wanted.filter(connection__project=project_named(project))
    if since:
        wanted = wanted.filter(opened_at__gte=since if since.tzinfo else since.replace(tzinfo=UTC))
    return wanted


def _row(shape: dict[str, Any]) -> tuple[object, ...]:
    lines = shape["lines"]
    first = next((line["title"] or line["sku"] or line["gtin"] or line["ref"] for line in lines), "")
    return (
        shape["id"],
        shape["stage"],
        shape["opened_at"][:10],
        f"{shape['company']}/{shape['project']}/{shape['connection']}",
        shape["ref"],
        sum(line["quantity"] for line in lines),
        first if len(lines) < 2 else f"{first} and {len(lines) - 1} more",
        shape["why"]["text"],
    )
