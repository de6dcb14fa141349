"""`retour users`: the people who sign in."""

from typing import Annotated

import typer

from retour.cli import hub
from retour.cli.endings import Mistake
from retour.cli.passwords import chosen_password
from retour.cli.terminal import say

app = typer.Typer(help="The people who sign in.", no_args_is_help=True)

VARIABLE = "RETOUR_USER_PASSWORD"
Email = Annotated[str, typer.Argument(help="The address to sign in with.", show_default=False)]


@app.command()
def add(
    email: Email,
    company: Annotated[list[str] | None, typer.Option(help="A company that the person sees; may be repeated.")] = None,
    admin: Annotated[bool, typer.Option("--admin", help="Sees every company and may do everything.")] = False,
) -> None:
    """Add a person. The password is taken from $RETOUR_USER_PASSWORD, else asked for, else made up and shown once."""
    hub.enter()
    from retour.store.people import Unsuitable, add_person

    password, made_up = chosen_password(VARIABLE, f"Password for {email}")
    try:
        person = add_person(email, password, companies=company or [], admin=admin)
    except Unsuitable as error:
        raise Mistake(str(error)) from None
    sees = "everything" if admin else ", ".join(sorted(company or [])) or "nothing yet: no --company was given"
    say(f"Added {person.username}, who sees {sees}.")
    if made_up:
        say(f"Password  {password}   (shown only now)")


@app.command()
def password(email: Email) -> None:
    """Give a person a new password, from $RETOUR_USER_PASSWORD, else asked for, else made up and shown once.

    Wherever the person is signed in, the session ends.
    """
    hub.enter()
    from retour.store.people import Unsuitable, change_password

    new, made_up = chosen_password(VARIABLE, f"New password for {email}")
    try:
        person = change_password(email, new)
    except Unsuitable as error:
        raise Mistake(str(error)) from None
    say(f"{person.username} has a new password.")
    if made_up:
        say(f"Password  {new}   (shown only now)")
