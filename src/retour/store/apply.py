"""Makes companies, projects and connections equal to what a settings file asks for, and says what changed.

The file speaks for the companies that it names, wholly: a connection that is no longer in it is marked as removed and
kept for its returns. Companies that it does not name are left alone, so that each may have a file of its own.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.db import transaction
from django.db.models import QuerySet
from django.utils.crypto import salted_hmac

from retour.connectors.registry import UnknownConnector
from retour.core.capabilities import Capabilities
from retour.core.model import EffectState, Stage
from retour.store import due, links
from retour.store.models import Company, Connection, Effect, Line, Project, Return
from retour.store.platforms import capabilities_of, shop_of
from retour.store.sealed import seal, unseal
from retour.store.wanted import WantedCompany, WantedConnection, WantedProject

Kind = Literal["added", "changed", "removed", "revived", "unchanged", "untouched"]
Path = tuple[str | int, ...]
_UNSET = object()


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one company, project or connection. `details` name the settings, never a secret's value.

    `untouched`: the file does not speak of this company."""

    kind: Kind
    what: Literal["company", "project", "connection"]
    name: str
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Applied:
    """What changed. `affected`: the marketplaces whose returns must be planned anew, because what they or their shop
    can do has changed (`retour.store.replan`)."""

    changes: tuple[Change, ...]
    affected: tuple[int, ...] = ()


class DoesNotFit(Exception):
    """The file asks for something that what is known forbids; `why` maps places in the file to sentences."""

    def __init__(self, why: Mapping[Path, str]) -> None:
        super().__init__("; ".join(why.values()))
        self.why = why


def apply(companies: Sequence[WantedCompany], at: datetime, *, allow_private: bool, dry_run: bool = False) -> Applied:
    """Carries it out in one transaction, or, as a dry run, says what it would do. Raises DoesNotFit."""
    with transaction.atomic():
        before = _abilities()
        application = _Application(at, allow_private)
        for wanted in companies:
            application.company(wanted)
        for left in Company.objects.exclude(slug__in=[wanted.slug for wanted in companies]).order_by("slug"):
            application.changes.append(Change("untouched", "company", left.slug))
        if application.misfits:
            raise DoesNotFit(application.misfits)
        after = _abilities()
        transaction.set_rollback(dry_run)
    affected = tuple(pk for pk, abilities in after.items() if pk in before and before[pk] != abilities)
    return Applied(tuple(application.changes), affected)


class _Application:
    def __init__(self, at: datetime, allow_private: bool) -> None:
        self.at = at
        self.allow_private = allow_private
        self.changes: list[Change] = []
        self.misfits: dict[Path, str] = {}

    def company(self, wanted: WantedCompany) -> None:
        company, made = Company.objects.get_or_create(slug=wanted.slug, defaults={"name": wanted.name})
        self._named(company, made, "company", wanted.slug, wanted.name)
        for project in wanted.projects:
            self._project(company, project)
        kept = [project.slug for project in wanted.projects]
        for project_row in company.projects.exclude(slug__in=kept).order_by("slug"):
            self._remove(project_row, f"{company.slug}/{project_row.slug}", kept=[])

    def _project(self, company: Company, wanted: WantedProject) -> None:
        name = f"{company.slug}/{wanted.slug}"
        project, made = company.projects.get_or_create(slug=wanted.slug, defaults={"name": wanted.name})
        self._named(project, made, "project", name, wanted.name)
        self._remove(project, name, kept=[connection.slug for connection in wanted.connections])
        known = {row.slug: row for row in project.connections.select_for_update(of=("self",)).order_by("pk")}
        for connection in wanted.connections:
            self._connection(project, f"{name}/{connection.slug}", connection, known.get(connection.slug))

    def _named(
        self, row: Company | Project, made: bool, what: Literal["company", "project"], slug: str, name: str
    ) -> None:
        if made:
            self.changes.append(Change("added", what, slug))
        elif row.name == name:
            self.changes.append(Change("unchanged", what, slug))
        else:
            self.changes.append(Change("changed", what, slug, (_shown("name", row.name, name),)))
            row.name = name
            row.save(update_fields=["name"])

    def _remove(self, project: Project, name: str, kept: Sequence[str]) -> None:
        for connection in project.connections.filter(removed=False).exclude(slug__in=kept).order_by("pk"):
            connection.removed = True
            connection.save(update_fields=["removed"])
            self.changes.append(Change("removed", "connection", f"{name}/{connection.slug}"))

    def _connection(self, project: Project, name: str, wanted: WantedConnection, row: Connection | None) -> None:
        if row is None:
            row = Connection(project=project, slug=wanted.slug, role=wanted.role, connector=wanted.connector)
            row.next_at = row.state_since = self.at
            self._write(row, wanted)
            row.save()
            self.changes.append(Change("added", "connection", name, (f"connector {wanted.connector}",)))
            return
        if row.connector != wanted.connector and (obstacle := _obstacle(row)):
            path = ("companies", project.company.slug, "projects", project.slug)
            place = ("shop",) if wanted.role == "shop" else ("marketplaces", wanted.slug)
            self.misfits[*path, *place, "connector"] = (
                f"{name} cannot become {wanted.connector}: it is {row.connector} and {obstacle}. "
                f"Give the new account a {'project' if wanted.role == 'shop' else 'name'} of its own."
            )
            return
        details = _differences(row, wanted, self.allow_private)
        if row.connector != wanted.connector and row.role == Connection.Role.SHOP:
            details += self._another_shop(project)
        revived, row.removed = row.removed, False
        paused = _pause(row, wanted, self.at)
        if details or revived:
            self._write(row, wanted)
            _begin_again(row, self.at)
        if details or revived or paused:
            row.save()
        kind: Kind = "revived" if revived else "changed" if details or paused else "unchanged"
        self.changes.append(Change(kind, "connection", name, (*details, *paused)))

    def _another_shop(self, project: Project) -> tuple[str, ...]:
        searched, given = links.forget_told(project, self.at)
        details = [f"{searched} links to the old shop's orders are searched anew"] if searched else []
        if given:
            details.append(f"{given} links of people and lists stand: is it another shop, say or import them anew")
        return tuple(details)

    def _write(self, row: Connection, wanted: WantedConnection) -> None:
        row.connector = wanted.connector
        row.settings = dict(wanted.settings)
        row.secrets = seal(dict(wanted.secrets)) if wanted.secrets else ""
        row.fingerprint = _fingerprint(wanted)
        row.options = dict(wanted.options)
        row.allow_private = self.allow_private
        if row.pk is None:
            _pause(row, wanted, self.at)


def _begin_again(row: Connection, at: datetime) -> None:
    """New settings deserve a new try at once, also of what failed and waits, and a full look: what they show may be
    different."""
    due.effects_at_once(row, at, EffectState.WANTED)
    row.next_at, row.observe_at, row.deep_at = at, at, None
    row.failures, row.trouble, row.trouble_since = 0, "", None
    if row.state == Connection.State.RECONNECT:
        row.state, row.state_words, row.state_since = Connection.State.ACTIVE, "", at


def _pause(row: Connection, wanted: WantedConnection, at: datetime) -> tuple[str, ...]:
    """Pauses or resumes. What was stopped as a precaution is never released by a file."""
    states = Connection.State
    if wanted.paused is True and row.state in {states.ACTIVE, states.RECONNECT}:
        row.state, row.state_words, row.state_since = states.PAUSED, "", at
        return ("paused",)
    if wanted.paused is False and row.state == states.PAUSED:
        row.state, row.state_words, row.state_since = states.ACTIVE, "", at
        row.next_at = row.observe_at = at
        return ("resumed",)
    return ()


def _differences(row: Connection, wanted: WantedConnection, allow_private: bool) -> tuple[str, ...]:
    found = []
    if row.connector != wanted.connector:
        found.append(_shown("connector", row.connector, wanted.connector))
    for name in sorted({*row.settings, *wanted.settings}):
        old, new = row.settings.get(name, _UNSET), wanted.settings.get(name, _UNSET)
        if old != new:
            found.append(f"{name}: changed" if name in wanted.quiet else _shown(name, old, new))
    secrets = unseal(row.secrets) or {}
    for name in sorted({*secrets, *wanted.secrets}):
        if name not in wanted.secrets:
            found.append(f"{name}: removed")
        elif secrets.get(name) != wanted.secrets[name]:
            found.append(f"{name}: {'changed' if name in secrets else 'added'}")
    for name in sorted({*row.options, *wanted.options}):
        old, new = row.options.get(name, _UNSET), wanted.options.get(name, _UNSET)
        if old != new:
            found.append(_shown(name, old, new))
    if row.allow_private != allow_private:
        found.append(f"private addresses: {'allowed' if allow_private else 'refused'}")
    return tuple(found)


def _shown(name: str, old: object, new: object) -> str:
    before, after = ("not set" if value is _UNSET else json.dumps(value, ensure_ascii=False) for value in (old, new))
    return f"{name}: {before} → {after}"


def _fingerprint(wanted: WantedConnection) -> str:
    """Changes with connector, settings, secrets and deadlines. Keyed: nobody can guess a secret by it."""
    own = [deadlines] if (deadlines := wanted.options.get("deadlines")) else []
    content = json.dumps([wanted.connector, dict(wanted.settings), dict(wanted.secrets), *own], sort_keys=True)
    return salted_hmac("retour.store.apply", content, algorithm="sha256").hexdigest()


def _obstacle(row: Connection) -> str | None:
    """Why another platform must not take this connection's place: it would be asked for returns of the old one."""
    if row.role == Connection.Role.MARKETPLACE:
        count = row.returns.count()
        return f"has {count} returns" if count else None
    asked = Line.objects.filter(of__connection__project=row.project_id, polls=True).count()
    if asked:
        return f"holds {asked} requests that wait for a decision"
    under_way = Effect.objects.filter(connection=row, state__in=[state for state in EffectState if state.in_flight])
    return "has requests under way" if under_way.exists() else None


def _abilities() -> dict[int, Capabilities | None]:
    """What each marketplace and its shop can do; None where their settings no longer fit their connector."""
    found: dict[int, Capabilities | None] = {}
    for marketplace in Connection.objects.filter(role=Connection.Role.MARKETPLACE, removed=False):
        try:
            found[marketplace.pk] = capabilities_of(marketplace, shop_of(marketplace))
        except (UnknownConnector, ValueError):
            found[marketplace.pk] = None
    return found


def unfinished(marketplaces: Sequence[int]) -> QuerySet[Return]:
    """The returns of these marketplaces that are not closed."""
    return Return.objects.filter(connection__in=marketplaces).exclude(stage=Stage.CLOSED)
