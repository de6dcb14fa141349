"""`retour apply`: a settings file to companies, projects and connections."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from retour.cli import hub
from retour.cli.terminal import progress, say, say_json, say_table, warn

if TYPE_CHECKING:
    from retour.cli.settings_file import Slip
    from retour.store.apply import Applied, Change


def apply(
    file: Annotated[Path, typer.Argument(help="The settings file, TOML.", show_default=False)],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change, and change nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print only JSON.")] = False,
) -> None:
    """Make companies, projects and connections equal to a settings file, and say what changed.

    Secrets stand elsewhere: "env:NAME" is taken from the environment, "file:PATH" from a file whose path counts from
    the settings file. Run it again whenever they change.

    A connection that is no longer in the file is marked as removed and kept for its returns; back in the file, it
    works again. Companies that the file does not name are left alone. Where anything in the file is wrong, all
    mistakes are shown with their lines, nothing is changed, and the exit code is 2.
    """
    hub.enter()
    from django.conf import settings

    from retour.cli.settings_file import Slips, read
    from retour.store.apply import DoesNotFit, apply, unfinished
    from retour.store.replan import replan

    try:
        wanted = read(file, os.environ)
    except Slips as error:
        raise _refused(error.slips, as_json) from None
    try:
        done = apply(wanted.companies, hub.now(), allow_private=settings.ALLOW_PRIVATE_ADDRESSES, dry_run=dry_run)
    except DoesNotFit as error:
        raise _refused([wanted.slip(place, words) for place, words in error.why.items()], as_json) from None
    if done.affected and not dry_run:
        returns = unfinished(done.affected)
        with progress("Planning open returns anew", returns.count()) as move_on:
            replan(returns, hub.now, move_on)
    _report(done, dry_run, as_json)


def _refused(slips: "list[Slip]", as_json: bool) -> typer.Exit:
    for slip in slips:
        warn(str(slip))
    count = f"{len(slips)} mistakes" if len(slips) > 1 else "1 mistake"
    warn(f"retour: {count}; nothing was changed.")
    if as_json:
        mistakes = [{"file": s.file, "line": s.line, "where": s.where, "words": s.words} for s in slips]
        say_json({"applied": False, "changes": [], "mistakes": mistakes})
    return typer.Exit(2)


def _report(done: "Applied", dry_run: bool, as_json: bool) -> None:
    if as_json:
        say_json({"applied": not dry_run, "changes": [_plain(change) for change in done.changes], "mistakes": []})
        return
    rows = [(c.kind, c.what, c.name, "; ".join(c.details) or _remark(c)) for c in done.changes]
    say_table(("", "what", "name", "details"), rows)
    kinds = [change.kind for change in done.changes]
    counted = ", ".join(f"{kinds.count(kind)} {kind}" for kind in dict.fromkeys(kinds))
    say(f"{counted or 'Nothing is there'}.{' This was a dry run: nothing was changed.' if dry_run else ''}")


def _remark(change: "Change") -> str:
    return {"removed": "kept for its returns", "untouched": "not in this file"}.get(change.kind, "")


def _plain(change: "Change") -> dict[str, Any]:
    return {"kind": change.kind, "what": change.what, "name": change.name, "details": list(change.details)}
