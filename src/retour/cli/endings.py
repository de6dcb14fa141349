"""How a command ends otherwise than well: a sentence on stderr and an exit code, never a traceback.

0   well
1   something failed: a connection, a check, the database
2   a mistake in how it was used: an argument, a file, a password
"""

import sys
from collections.abc import Callable
from typing import Any, Final

import typer
from typer.core import TyperGroup


class Ending(Exception):
    """Ends the command with this sentence."""

    code = 1


class Failed(Ending):
    """Something failed that was well used."""


class Mistake(Ending):
    """The person can mend it; the sentence says how."""

    code = 2


class Commands(TyperGroup):
    """A group of commands that ends with a sentence where it can say what went wrong."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except Exception as error:
            ending = _ending(error)
            if ending is None:
                raise
            from retour.cli.terminal import warn

            warn(f"retour: {ending}")
            raise typer.Exit(ending.code) from None


def _ending(error: Exception) -> Ending | None:
    if isinstance(error, Ending):
        return error
    for module, name, make in _KNOWN:
        kind = getattr(sys.modules.get(module), name, None)
        if kind is not None and isinstance(error, kind):
            return make(error)
    return None


def _of_database(error: Exception) -> Ending:
    return Failed(f"The database cannot be used: {' '.join(str(error).split()).rstrip('.?')}.")


def _of_settings(error: Exception) -> Ending:
    """Names the settings and nothing else: the error itself would show their values, secrets too."""
    flaws = error.errors(include_input=False, include_url=False, include_context=False)  # type: ignore[attr-defined]
    names = ", ".join(sorted({str(flaw["loc"][0]) for flaw in flaws if flaw["loc"]})) or "as a whole"
    return Failed(
        f"A connection's settings do not fit its connector any more ({names}). `retour doctor` says which connection; "
        "mend the settings file and `retour apply` it."
    )


# Looked up by name: what is not imported yet cannot have been raised.
_KNOWN: Final[tuple[tuple[str, str, Callable[[Exception], Ending]], ...]] = (
    ("django.db", "OperationalError", _of_database),
    ("django.db", "InterfaceError", _of_database),
    ("pydantic_core", "ValidationError", _of_settings),
    ("retour.store.sealed", "CannotOpen", lambda error: Failed(str(error))),
    ("retour.connectors.registry", "UnknownConnector", lambda error: Failed(str(error))),
    ("retour.project.database", "BadDatabaseAddress", lambda error: Mistake(f"{error}.")),
)
