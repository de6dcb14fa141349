"""`retour init`: a home, a database, a first admin."""

from pathlib import Path
from typing import Annotated

import typer

from retour.cli import hub
from retour.cli.endings import Failed, Mistake
from retour.cli.terminal import progress, say


def init(
    email: Annotated[str, typer.Option(help="The first admin signs in with this address.")] = "admin@localhost",
) -> None:
    """Make the hub's home, its database and a first admin. Safe to run again: after an upgrade it updates the database.

    The home is $RETOUR_HOME, else ~/.retour: it holds the secret key, and the database unless $RETOUR_DATABASE names a
    PostgreSQL. Back up the key together with the database; one without the other is useless.

    The admin's password is taken from $RETOUR_ADMIN_PASSWORD, else asked for, else made up and shown once.
    """
    from retour.project.home import home

    folder = home()
    fresh = _make_home(folder)
    say(f"Home      {folder} ({'made' if fresh else 'was there'})")
    hub.set_up()
    say(f"Database  {hub.database_name()} ({_migrate()})")
    if fresh:
        _refuse_foreign_data(folder)
    _first_admin(email)


def _make_home(folder: Path) -> bool:
    from retour.project.home import KEYS, make_home

    try:
        ours = not folder.exists() or (folder / KEYS).exists() or not any(folder.iterdir())
        fresh = make_home(folder)
        if ours:
            folder.chmod(0o700)
        (folder / KEYS).chmod(0o600)
    except OSError as error:
        raise Failed(f"The home cannot be made: {error.filename or folder}: {error.strerror}.") from None
    return fresh


def _migrate() -> str:
    from django.core.management import call_command

    missing = hub.missing_migrations()
    if not missing:
        return "up to date"
    with progress("Updating the database", None):
        call_command("migrate", interactive=False, verbosity=0)
    return f"{missing} migrations carried out"


def _refuse_foreign_data(folder: Path) -> None:
    """A new key cannot open what another one has sealed: such a home would look well and work on nothing."""
    from retour.project.home import KEYS
    from retour.store.reseal import count_sealed

    if count_sealed():
        (folder / KEYS).unlink()
        raise Mistake(
            f"This database belongs to another home: its data is sealed with a key that is not here. Put the "
            f"{KEYS} that belongs to it (from its backup) into {folder}, then run `retour init` again."
        )


def _first_admin(email: str) -> None:
    from retour.cli.passwords import chosen_password
    from retour.store.people import Unsuitable, add_person, has_admin

    if has_admin():
        return
    try:
        password, made_up = chosen_password("RETOUR_ADMIN_PASSWORD", f"Password for {email}")
        person = add_person(email, password, admin=True)
    except Unsuitable as error:
        raise Mistake(f"The admin was not made: {error}") from None
    say(f"Admin     {person.username}")
    if made_up:
        say(f"Password  {password}   (shown only now)")
    say("Next      retour apply FILE, then retour serve")
