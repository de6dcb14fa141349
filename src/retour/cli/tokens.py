"""`retour tokens`: access tokens of a company's own systems, for the compatible API."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from retour.cli import hub
from retour.cli.endings import Mistake
from retour.cli.names import company_named
from retour.cli.terminal import say, say_json, say_table

if TYPE_CHECKING:
    from retour.store.models import ApiToken

app = typer.Typer(help="Access tokens of a company's own systems, for the compatible API.", no_args_is_help=True)

As_json = Annotated[bool, typer.Option("--json", help="Print only JSON.")]


@app.command()
def new(
    company: Annotated[str, typer.Argument(help="Whose returns it gives access to, such as acme.", show_default=False)],
    name: Annotated[str, typer.Option(help="What it is for: it is shown in lists and timelines.")] = "shop",
    as_json: As_json = False,
) -> None:
    """Make a token. It is shown only now, and works for a year in all projects of the company.

    Two may be valid at once, so that a system can be given the next one before the old one is revoked.
    """
    hub.enter()
    from retour.store.tokens import TooMany, new_token

    if not name.strip() or len(name) > 100 or not name.isprintable():
        raise Mistake("--name has 1 to 100 letters.")
    try:
        row, text = new_token(company_named(company), name.strip(), hub.now())
    except TooMany as error:
        raise Mistake(str(error)) from None
    if as_json:
        say_json(_plain(row) | {"token": text})
        return
    say(f"Token {row.pk} of {row.company.slug} (company {row.company_id}) is valid until {_day(row.expires_at)}.")
    say(f"Token  {text}   (shown only now)")


@app.command("list")
def list_(
    company: Annotated[str | None, typer.Option(help="Only those of this company.", show_default="all")] = None,
    as_json: As_json = False,
) -> None:
    """List tokens, and the numbers by which the API knows companies and projects. No token itself is shown."""
    hub.enter()
    from retour.store.models import Project
    from retour.store.tokens import tokens

    wanted = company_named(company) if company else None
    rows = tokens(wanted)
    projects = Project.objects.select_related("company").order_by("company__slug", "slug")
    known = list(projects.filter(company=wanted) if wanted else projects)
    if as_json:
        numbers = [
            {
                "company": p.company.slug,
                "company_id": p.company_id,
                "project": p.slug,
                "project_id": p.pk,
                "path": _path(p.company_id, p.pk),
            }
            for p in known
        ]
        say_json({"tokens": [_plain(row) for row in rows], "projects": numbers})
        return
    say_table(
        ("token", "company", "name", "state", "made", "expires", "last used"),
        [
            (
                row.pk,
                row.company.slug,
                row.name,
                _state(row),
                _day(row.made_at),
                _day(row.expires_at),
                _day(row.used_at) if row.used_at else "never",
            )
            for row in rows
        ],
    )
    say("")
    say_table(
        ("project", "its path in the API"), [(f"{p.company.slug}/{p.slug}", _path(p.company_id, p.pk)) for p in known]
    )


@app.command()
def revoke(
    token: Annotated[
        int, typer.Argument(min=1, max=2**63 - 1, help="Its number in `retour tokens list`.", show_default=False)
    ],
) -> None:
    """Revoke a token: from now on it lets nobody in."""
    hub.enter()
    from retour.store.tokens import revoke as revoke_token

    row = revoke_token(token, hub.now())
    if row is None:
        raise Mistake(f"There is no token {token}. `retour tokens list` shows them.")
    say(f"Token {row.pk} of {row.company.slug} ({row.name}) is revoked.")


def _plain(row: "ApiToken") -> dict[str, Any]:
    return {
        "id": row.pk,
        "company": row.company.slug,
        "company_id": row.company_id,
        "name": row.name,
        "state": _state(row),
        "made_at": row.made_at.isoformat(timespec="seconds"),
        "expires_at": row.expires_at.isoformat(timespec="seconds"),
        "used_at": row.used_at.isoformat(timespec="seconds") if row.used_at else None,
    }


def _state(row: "ApiToken") -> str:
    from retour.store.tokens import state_of

    return str(state_of(row, hub.now()))


def _day(at: datetime) -> str:
    return f"{at:%Y-%m-%d}"


def _path(company: int, project: int) -> str:
    return f"/v1/companies/{company}/projects/{project}"
