"""A simulated partner over real HTTP and SFTP, the connector for it, and the hands of customer and partner."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any, cast

from retour.connectors.contract import Page, Part
from retour.connectors.http import Door
from retour.connectors.marketplaces.generic import MANIFEST
from retour.connectors.marketplaces.generic.config import GenericConfig
from retour.connectors.memory import Memory, Notebook
from retour.connectors.partner.files import FilesPartner
from retour.connectors.partner.rest import RestPartner
from retour.core.model import Resolution, Seen, SeenLine
from retour.sandbox.app import Running, start
from retour.sandbox.faults import Fault, FaultKind
from retour.sandbox.generic import API_KEY, Back, PartnerSimulator, Product, Reason
from retour.testing.walking import nothing_known

_numbers = count(1)
NOWHERE = Path("/nonexistent")
MONEY = ("refund", "settled")


@dataclass
class World:
    """The partner, and connectors for it. What they remember lasts as long as the world."""

    running: Running
    partner: PartnerSimulator
    folder: Path
    """Where files are exchanged; nothing is there for a partner with calls only."""
    memory: Memory = field(default_factory=Notebook)
    doors: list[Door] = field(default_factory=list)

    def door(self, **settings: Any) -> Door:
        self.doors.append(
            Door(
                name=MANIFEST.name, memory=self.memory, parallel=MANIFEST.parallel, **{"allow_private": True} | settings
            )
        )
        return self.doors[-1]

    def connect(self, profile: dict[str, Any] | None = None, **settings: Any) -> RestPartner:
        """A connector with calls, and with what of the profile is said here."""
        fast = {"rate_limit": {"calls": 10_000, "seconds": 1}}
        wanted = {"base_url": f"{self.running.url}/api/v1", "api_key": API_KEY, "profile": fast | (profile or {})}
        config = GenericConfig.model_validate(wanted | settings)
        door = self.door(limits=MANIFEST.account_limits(config), patience=timedelta(minutes=1))
        return cast("RestPartner", MANIFEST.open(config, door))

    def exchange(self, profile: dict[str, Any] | None = None, **settings: Any) -> FilesPartner:
        """A connector with files, over HTTP unless the settings say otherwise."""
        shape: dict[str, Any] = {"transport": "csv"} | (profile or {})
        shape["files"] = {
            "incoming_folder": "returns",
            "outgoing_folder": "decisions",
            "quiet_seconds": 0,
        } | shape.get("files", {})
        wanted = {"base_url": f"{self.running.url}/files", "api_key": API_KEY, "profile": shape} | settings
        return cast("FilesPartner", MANIFEST.open(GenericConfig.model_validate(wanted), self.door()))

    def switch(self, **switches: Any) -> None:
        for name, value in switches.items():
            setattr(self.partner.switches, name, value)

    def fault(self, kind: FaultKind, match: str, **details: Any) -> None:
        self.partner.faults.add(Fault(kind=kind, match=match, **details))

    def announce(self, *quantities: int, comment: str = "", reason: Reason | None = None, **how: Any) -> str:
        """A customer sends back so many of one product for each line. The return's id."""
        bought = [
            Product(f"SKU-{line}", f"000000000{line:04d}", f"Product {line}", Decimal("49.95"), quantity)
            for line, quantity in enumerate(quantities, 1)
        ]
        order = self.partner.place_order(bought)
        why = reason or Reason("too_small", "Te klein")
        back = [Back(line.order_line_id, n, why, comment) for line, n in zip(order.lines, quantities, strict=True)]
        return str(self.partner.open_return(order.order_id, back, **how).return_id)

    def journal(self, *kinds: str) -> list[tuple[str, str, int]]:
        """What really happened: kind, line, units."""
        entries = self.partner.journal.as_json()
        return [
            (entry["kind"], entry["detail"]["line_id"], entry["quantity"])
            for entry in entries
            if entry["kind"] in (kinds or MONEY)
        ]

    def calls(self, endpoint: str) -> int:
        return self.partner.calls[endpoint]


@asynccontextmanager
async def world_of(partner: PartnerSimulator, folder: Path = NOWHERE) -> AsyncIterator[World]:
    running = await start(partner)
    world = World(running, partner, folder)
    world.switch(limits=False)
    try:
        yield world
    finally:
        for door in world.doors:
            await door.close()
        await running.stop()


def part(resolution: Resolution, quantity: int = 1, line: str = "1", **changes: Any) -> Part:
    number = next(_numbers)
    whole: dict[str, Any] = {"key": f"r-{number}:{line}:settle:1", "number": number, "reason": "Worn"} | changes
    return Part(line_ref=line, resolution=resolution, quantity=quantity, **whole)


async def walk(connector: RestPartner | FilesPartner, since: datetime | None = None) -> list[Page]:
    return [page async for page in connector.returns(since, nothing_known)]


def shown(pages: list[Page]) -> dict[str, Seen]:
    """The returns of a walk, each as it was shown last."""
    return {seen.ref: seen for page in pages for seen in page.seen}


async def line_of(connector: RestPartner, ref: str, line: str = "1") -> SeenLine:
    seen = await connector.look(ref)
    assert seen is not None
    return next(one for one in seen.lines if one.ref == line)


def history(line: SeenLine) -> list[tuple[Resolution | None, int]]:
    return [(entry.resolution, entry.quantity) for entry in line.handlings]


def now() -> datetime:
    return datetime.now(UTC)
