"""Connections and projects by the names that people give."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING

from retour.cli.endings import Mistake

if TYPE_CHECKING:
    from retour.store.models import Company, Connection, Project


def connections_named(names: Sequence[str], *, removed: bool = False) -> "list[Connection]":
    """The connections with these names (`bol-nl` or `acme/webshop/bol-nl`), all without a name. Raises Mistake.

    `removed`: also those that are no longer in the settings file.
    """
    from retour.store.models import Connection

    rows = Connection.objects.select_related("project__company").order_by("pk")
    every = list(rows if removed else rows.filter(removed=False))
    if not names:
        return every
    found = {row.pk: row for name in names for row in _named(name, every)}
    return [row for row in every if row.pk in found]


def full_name(connection: "Connection") -> str:
    """company/project/connection."""
    return f"{connection.project.company.slug}/{connection.project.slug}/{connection.slug}"


def project_named(name: str) -> "Project":
    """The project with this name (`acme/webshop`, or `webshop` where there is only one). Raises Mistake."""
    from retour.store.models import Project

    every = {f"{row.company.slug}/{row.slug}": row for row in Project.objects.select_related("company").order_by("pk")}
    found = [full for full in every if name in {full, full.partition("/")[2]}]
    return every[_the_one(name, found, every, "project")]


def _named(name: str, every: "Iterable[Connection]") -> "list[Connection]":
    full = {full_name(row): row for row in every}
    found = [key for key, row in full.items() if name in {key, row.slug}]
    return [full[_the_one(name, found, full, "connection")]]


def _the_one(name: str, found: Sequence[str], every: Iterable[str], what: str) -> str:
    if len(found) == 1:
        return found[0]
    if found:
        raise Mistake(f"{name} may be any of {', '.join(found)}. Give the whole name.")
    known = list(every)
    near = get_close_matches(name, [*known, *(key.rpartition("/")[2] for key in known)], n=1)
    hint = f" Did you mean {near[0]}?" if near else ""
    raise Mistake(f"There is no {what} {name}.{hint} There are: {', '.join(known) or 'none yet'}.")


def company_named(slug: str) -> "Company":
    """The company with this slug. Raises Mistake."""
    from retour.store.models import Company

    every = {row.slug: row for row in Company.objects.order_by("slug")}
    return every[_the_one(slug, [key for key in every if key == slug], every, "company")]
