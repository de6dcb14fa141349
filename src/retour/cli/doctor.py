"""`retour doctor`: is everything well?"""

import asyncio
from typing import TYPE_CHECKING, Annotated, Any

import typer

from retour.cli import hub
from retour.cli.names import connections_named
from retour.cli.terminal import say, say_json, say_table

if TYPE_CHECKING:
    from retour.cli.examination import Finding
    from retour.connectors.contract import Check


def doctor(
    connection: Annotated[list[str] | None, typer.Option(help="Only this one. May be repeated.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print only JSON.")] = False,
) -> None:
    """Test the hub and every connection, and show what each platform's own words map to.

    Only reads; nothing is changed anywhere, and no secret is shown. The exit code is 1 when a check failed.
    """
    hub.enter(tables=False)
    from retour.cli import examination

    own = examination.of_hub()
    usable = all(check.ok for check in own if check.name in examination.NEEDED)
    chosen = connections_named(connection or []) if usable else []
    findings = asyncio.run(examination.of_connections(chosen))
    findings = [examination.with_history(finding, row) for finding, row in zip(findings, chosen, strict=True)]
    well = all(check.ok for check in own) and all(finding.ok for finding in findings)
    if as_json:
        say_json({"ok": well, "hub": [_check(c) for c in own], "connections": [_plain(f) for f in findings]})
    else:
        say_table(("", "hub", ""), [_row(check) for check in own])
        for finding in findings:
            _say_finding(finding)
        say("")
        say("All is well." if well else "Not all is well: see the lines that begin with FAILED.")
    if not well:
        raise typer.Exit(1)


def _say_finding(finding: "Finding") -> None:
    say("")
    known = f"{finding.connector}, {finding.maturity}" if finding.maturity else finding.connector
    say(f"{finding.name} ({finding.role}, {known}): {finding.state}")
    say_table(("", "check", ""), [_row(check) for check in finding.checks])
    if finding.decisions:
        say_table(("decision", "what becomes of it"), list(finding.decisions.items()))
    for lane, time in finding.lanes:
        say(f"last report of {lane}: {time}")
    for text, count in finding.unknown_reasons:
        say(f"reason without a word of ours: {text!r} ({count} lines)")
    if finding.unreadable:
        say(f"{finding.unreadable} rows could not be read; the desk shows them")


def _row(check: "Check") -> tuple[str, str, str]:
    return ("ok" if check.ok else "FAILED", check.name, check.words)


def _check(check: "Check") -> dict[str, Any]:
    return {"name": check.name, "ok": check.ok, "words": check.words}


def _plain(finding: "Finding") -> dict[str, Any]:
    return {
        "connection": finding.name,
        "role": finding.role,
        "connector": finding.connector,
        "maturity": finding.maturity,
        "state": finding.state,
        "ok": finding.ok,
        "checks": [_check(check) for check in finding.checks],
        "decisions": finding.decisions,
        "unknown_reasons": [{"text": text, "lines": count} for text, count in finding.unknown_reasons],
        "unreadable": finding.unreadable,
        "lanes": dict(finding.lanes),
    }
