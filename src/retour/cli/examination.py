"""What `retour doctor` looks at."""

import asyncio
import stat
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import DatabaseError
from django.db.models import Count
from pydantic import ValidationError

from retour.cli import hub
from retour.cli.names import full_name
from retour.connectors.contract import Check
from retour.connectors.errors import ConnectorError
from retour.connectors.redact import Redactor
from retour.connectors.registry import UnknownConnector
from retour.core.capabilities import MarketplaceCapabilities, ShopCapabilities
from retour.core.model import Resolution
from retour.project.home import KEYS
from retour.store.models import Connection, Event, Line
from retour.store.platforms import secret_values
from retour.store.sealed import CannotOpen, unseal
from retour.sync.connections import opened

NEEDED: Final = ("database", "tables")
"""Without these no connection can be looked at."""
PATIENCE: Final = timedelta(minutes=2)
AT_ONCE: Final = 8
MOST_REASONS: Final = 20
CLOCKS_MAY_DIFFER: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of one connection. `decisions` says what becomes of each decision there."""

    name: str
    role: str
    connector: str
    state: str
    checks: tuple[Check, ...]
    decisions: dict[str, str] = field(default_factory=dict)
    unknown_reasons: tuple[tuple[str, int], ...] = ()
    """The marketplace's reasons that have no word of ours, with how many lines have them."""
    unreadable: int = 0
    lanes: tuple[tuple[str, str], ...] = ()
    """As of when each list is known that is a report of the platform's."""
    maturity: str = ""
    """How far its connector has been proven; empty: it is not installed."""

    @property
    def ok(self) -> bool:
        return all(check.ok for check in self.checks)


def of_hub() -> list[Check]:
    """The home, its key, the database and the clock."""
    checks = [_private("home", settings.HOME, 0o700), _private("key", settings.HOME / KEYS, 0o600)]
    try:
        missing = hub.missing_migrations()
    except DatabaseError as error:
        return [*checks, Check("database", False, f"It cannot be used: {' '.join(str(error).split())}.")]
    checks.append(Check("database", True, f"{hub.database_name()}."))
    if missing:
        return [*checks, Check("tables", False, f"{missing} migrations are missing. Run `retour init`.")]
    return [*checks, Check("tables", True, "Up to date."), _opens(), _clock()]


async def of_connections(connections: Sequence[Connection]) -> list[Finding]:
    """What each connection's own check finds, several at once."""
    some = asyncio.Semaphore(AT_ONCE)

    async def examine(connection: Connection) -> Finding:
        async with some:
            return await _examine(connection)

    return list(await asyncio.gather(*map(examine, connections)))


def with_history(finding: Finding, connection: Connection) -> Finding:
    """Adds what the hub remembers of a connection."""
    lines = Line.objects.filter(of__connection=connection, reason__isnull=True, reason_text__gt="")
    counted = lines.values_list("reason_text").annotate(count=Count("pk")).order_by("-count", "reason_text")
    reasons = tuple((str(text), int(count)) for text, count in counted[:MOST_REASONS])
    return replace(
        finding,
        unknown_reasons=reasons,
        unreadable=connection.unreadable.count(),
        lanes=tuple(sorted(connection.lanes.items())),
    )


async def _examine(connection: Connection) -> Finding:
    finding = Finding(full_name(connection), connection.role, connection.connector, _state(connection), ())
    mask = Redactor(())
    try:
        mask = Redactor(secret_values(unseal(connection.secrets)))
        async with asyncio.timeout(PATIENCE.total_seconds()), opened(connection) as platform:
            finding = replace(finding, maturity=platform.manifest.maturity.value)
            abilities = platform.manifest.capabilities(platform.config)
            checks = tuple(await platform.connector.check())
            finding = replace(finding, checks=checks, decisions=_decisions(abilities))
    except TimeoutError:
        checks = (Check("answer", False, f"It took longer than {PATIENCE.seconds} seconds."),)
    except ConnectorError as error:
        checks = (Check("answer", False, error.message),)
    except ValidationError as error:
        names = ", ".join(sorted({str(flaw["loc"][0]) for flaw in error.errors() if flaw["loc"]}))
        words = f"They do not fit the connector any more ({names or 'as a whole'}). Mend the file, `retour apply` it."
        checks = (Check("settings", False, words),)
    except (UnknownConnector, CannotOpen) as error:
        checks = (Check("connector", False, str(error)),)
    except Exception as error:
        checks = (Check("connector", False, f"It failed for a reason of its own: {type(error).__name__}."),)
    return replace(finding, checks=tuple(Check(c.name, c.ok, mask.values(c.words)) for c in checks))


def _state(connection: Connection) -> str:
    """Where it stands, in words."""
    return connection.state_words or connection.get_state_display()


def _decisions(abilities: MarketplaceCapabilities | ShopCapabilities) -> dict[str, str]:
    if isinstance(abilities, ShopCapabilities):
        return {r.value: "the shop can decide it" for r in Resolution if r in abilities.decides}
    words = {}
    for resolution in Resolution:
        if resolution in abilities.tells:
            reads = abilities.tells[resolution]
            words[resolution.value] = "told" if reads is resolution else f"told; reads back as {reads}"
        else:
            told = abilities.by_hand.get(resolution, "")
            words[resolution.value] = f"by hand. {told}".rstrip()
    return words


def _private(name: str, path: Path, mode: int) -> Check:
    try:
        found = stat.S_IMODE(path.stat().st_mode)
    except OSError as error:
        return Check(name, False, f"{path} cannot be read: {error.strerror}.")
    if found & 0o077:
        return Check(name, False, f"Others can read {path}. Run `chmod {mode:o} {path}`.")
    return Check(name, True, f"{path}, for this user only.")


def _opens() -> Check:
    """Whether the key is the one that the data was sealed with."""
    try:
        for sealed in Connection.objects.exclude(secrets="").values_list("secrets", flat=True):
            unseal(sealed)
    except CannotOpen as error:
        return Check("secrets", False, str(error))
    return Check("secrets", True, "The key opens them.")


def _clock() -> Check:
    """Nothing that happened can lie ahead."""
    latest = Event.objects.order_by("-pk").values_list("at", flat=True).first()
    if latest is not None and latest > hub.now() + CLOCKS_MAY_DIFFER:
        return Check("clock", False, f"It shows {hub.now():%Y-%m-%d %H:%M} UTC, but something happened at {latest}.")
    return Check("clock", True, f"{hub.now():%Y-%m-%d %H:%M} UTC.")
