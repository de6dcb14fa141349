"""`retour sync`: one pass, now."""

import asyncio
import sys
from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from retour.cli import hub
from retour.cli.names import connections_named
from retour.cli.terminal import say, say_json, say_table, warn

if TYPE_CHECKING:
    from retour.sync.report import Report


def sync(
    connection: Annotated[
        list[str] | None, typer.Option(help="Only this one: bol-nl or acme/webshop/bol-nl. May be repeated.")
    ] = None,
    until_idle: Annotated[bool, typer.Option("--until-idle", help="Go on until nothing is due soon.")] = False,
    deep: Annotated[
        bool, typer.Option("--deep", help="Look at everything the marketplaces show, not only at news.")
    ] = False,
    timeout: Annotated[float, typer.Option(min=1, help="Seconds after which no new round begins.")] = 600,
    as_json: Annotated[bool, typer.Option("--json", help="Print only JSON.")] = False,
) -> None:
    """Check connections once, now: take in what is new, send what is wanted, and report.

    Works beside a running `retour serve`: no connection is checked twice at once. The exit code is 1 when a connection
    failed.
    """
    hub.enter()
    chosen = connections_named(connection or [])
    if not chosen:
        warn("There are no connections yet: `retour apply FILE` makes them.")
    from retour.sync.local import sync_pass

    reports = asyncio.run(
        sync_pass(
            only={row.pk for row in chosen},
            until_idle=until_idle,
            deep=deep,
            deadline=timedelta(seconds=timeout),
            progress=_tell,
        )
    )
    well = all(report.ok for report in reports)
    if as_json:
        say_json({"ok": well, "connections": [asdict(report) for report in reports]})
    elif reports:
        _report(reports)
    if not well:
        raise typer.Exit(1)


def _tell(report: "Report") -> None:
    if sys.stderr.isatty():
        warn(f"{report.connection}: {report.words or 'checked'} ({report.seconds:.1f} s)")


def _report(reports: "list[Report]") -> None:
    headings = (
        "connection",
        "",
        "new",
        "changed",
        "created",
        "settled",
        "confirmed",
        "questions",
        "seconds",
        "",
    )
    rows = [
        (
            report.connection,
            "ok" if report.ok else "failed",
            report.new,
            report.changed,
            report.created,
            report.settled,
            report.confirmed,
            report.questions,
            f"{report.seconds:.1f}",
            report.words,
        )
        for report in reports
    ]
    say_table(headings, rows)
    failed = sum(not report.ok for report in reports)
    say(f"{len(reports)} connections checked; {failed or 'none'} failed.")
