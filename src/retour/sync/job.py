"""One check of one connection: what its steps share."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import NoReturn

from retour.connectors.contract import Page
from retour.core.capabilities import MarketplaceCapabilities, ShopCapabilities
from retour.store import connections, lease
from retour.store.doubts import AtHand
from retour.store.models import Connection
from retour.sync.alive import Worker
from retour.sync.connections import Platform
from retour.sync.database import Database
from retour.sync.report import Report

KEEP_EVERY = 10.0
"""Seconds."""


def utc_now() -> datetime:
    """The engine's clock: aware UTC."""
    return datetime.now(UTC)


class StoppedAsPrecaution(Exception):
    """The connection was stopped and a person was asked; the check ends here."""


class LeaseLost(Exception):
    """Another worker runs this check now."""


class HeldBack(Exception):
    """A person has paused or stopped the connection while it was being checked."""


@dataclass(slots=True)
class Job:
    """A connection under check."""

    connection: Connection
    platform: Platform
    db: Database
    worker: Worker
    report: Report
    at_hand: AtHand
    """What there was to do when the check began."""

    now: Callable[[], datetime] = field(default=utc_now)
    kept: float = field(default_factory=time.monotonic)
    """When the lease was last prolonged, on the monotonic clock."""

    lanes: dict[str, str] = field(default_factory=dict)
    """As of when each list is known that is a report."""
    again_after: timedelta | None = None
    """A list has more to come, after that time."""

    @property
    def was_quiet(self) -> bool:
        """Nothing was to be done and nothing new was seen."""
        return not (self.at_hand.effects or self.at_hand.looks or self.report.brought_anything or self.lanes)

    @property
    def marketplace_capabilities(self) -> MarketplaceCapabilities:
        """What this marketplace can be told."""
        found = self.platform.manifest.capabilities(self.platform.config)
        if not isinstance(found, MarketplaceCapabilities):
            raise TypeError(f"{self.platform.manifest.key} is not a marketplace")
        return found

    @property
    def shop_capabilities(self) -> ShopCapabilities:
        """What this shop can do."""
        found = self.platform.manifest.capabilities(self.platform.config)
        if not isinstance(found, ShopCapabilities):
            raise TypeError(f"{self.platform.manifest.key} is not a shop")
        return found

    def saw_lane(self, page: Page) -> None:
        """Notes what a page says of its list."""
        if page.as_of is not None:
            self.lanes[page.lane] = max(self.lanes.get(page.lane, ""), page.as_of.isoformat())
        if page.again is not None:
            self.again_after = min(page.again, self.again_after or page.again)

    async def keep(self) -> None:
        """Keeps the lease while a long check reads on: now and then, that is often enough."""
        if time.monotonic() - self.kept > KEEP_EVERY:
            await self.may_go_on()

    async def may_go_on(self) -> None:
        """Asked before anything leaves. Raises LeaseLost when another worker has taken over, and HeldBack when the
        connection is to do nothing more."""
        prolong = time.monotonic() - self.kept > KEEP_EVERY
        standing = await self.db(lease.standing, self.connection, self.worker.name, self.now() if prolong else None)
        if prolong:
            self.kept = time.monotonic()
        if standing is lease.Standing.LOST:
            raise LeaseLost
        if standing is lease.Standing.HELD_BACK:
            raise HeldBack

    async def stop_as_precaution(self, words: str) -> NoReturn:
        """Stops the connection and says why, until a person resumes it."""
        await self.db(connections.stop, self.connection, words, self.now())
        raise StoppedAsPrecaution(words)
