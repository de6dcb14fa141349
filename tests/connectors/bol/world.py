"""A simulated bol over real HTTP, the connector that talks to it, and the hands of customer, merchant and bol."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp

from retour.connectors.contract import CameBack, Known, Page, Part
from retour.connectors.http import Door
from retour.connectors.marketplaces.bol import MANIFEST, Bol
from retour.connectors.marketplaces.bol.config import BolConfig
from retour.core.model import Order, Reason, Resolution, SeenLine
from retour.sandbox.app import Running
from tests.connectors.asked import knows_nothing

from .specification import Sent

SECRET = "sandbox-secret"


@dataclass
class World:
    """The connector under test, what it sent, and the hands of customer, merchant and bol."""

    running: Running
    session: aiohttp.ClientSession
    sent: list[Sent]
    doors: list[Door] = field(default_factory=list)
    bol: Bol = field(init=False)

    def connect(self, door: Door | None = None, **settings: Any) -> Bol:
        """A connector with these settings, through a door without limits of its own."""
        url = self.running.url
        config = BolConfig.model_validate(
            {"api_url": url, "login_url": f"{url}/token", "client_id": "sandbox-client", "client_secret": SECRET}
            | settings
        )
        self.doors.append(door or Door(name="bol", rate_headers=MANIFEST.rate_headers, allow_private=True))
        return Bol(config, self.doors[-1])

    async def control(self, method: str, path: str, body: Any = None) -> Any:
        async with self.session.request(method, f"{self.running.url}/_sandbox/{path}", json=body) as response:
            assert response.status < 300, await response.text()
            return None if response.status == 204 else await response.json()

    async def announce(self, *items: dict[str, Any], **head: Any) -> Any:
        """A customer announces a return: {"return_id", "items": [{"rma_id", "order_id", ...}]}."""
        return await self.control("POST", "returns", {"items": list(items or ({},)), **head})

    async def item(self, quantity: int = 1, **head: Any) -> tuple[str, str]:
        """A return of one line; its return id and rma id."""
        told = await self.announce({"quantity": quantity}, **head)
        return told["return_id"], told["items"][0]["rma_id"]

    async def bulk(self, count: int, **how: Any) -> None:
        await self.control("POST", "bulk", {"count": count, **how})

    async def items(self, **having: Any) -> list[Any]:
        """bol's own view of all items that are like this."""
        rows = await self.control("GET", "returns?limit=1000")
        return [row for row in rows if all(row[key] == value for key, value in having.items())]

    async def dashboard(self, rma: str, handling: str, **how: Any) -> None:
        await self.control("POST", f"returns/{rma}/dashboard", {"handling": handling, **how})

    async def switch(self, **switches: Any) -> None:
        await self.control("PATCH", "switches", switches)

    async def fault(self, kind: str, match: str, **how: Any) -> None:
        await self.control("POST", "faults", {"kind": kind, "match": match, **how})

    async def answers(self, match: str, body: str, status: int = 200, **how: Any) -> None:
        await self.fault("answer", match, status=status, body=body, **how)

    async def later(self, **time: float) -> None:
        await self.control("POST", "clock", {"seconds": timedelta(**time).total_seconds()})

    async def journal(self, *kinds: str) -> list[tuple[str, str, int]]:
        """What really happened: kind, rma id, quantity."""
        entries = await self.control("GET", "journal")
        return [(entry["kind"], entry["ref"], entry["quantity"]) for entry in entries if entry["kind"] in kinds]

    async def sell(self, *quantities: int, **head: Any) -> str:
        """A customer buys products, and gets them; the order's number."""
        items = [{"quantity": quantity} for quantity in quantities or (1,)]
        return str((await self.control("POST", "orders", {"items": items, **head}))["order_id"])

    async def order(self, ref: str) -> Order:
        found = await self.bol.order(ref)
        assert found is not None
        return found

    async def report(self, ref: str, units: int = 1, reason: Reason | None = None) -> str:
        """The seller says that so many units of an order's first product came back; the ref of the report."""
        order = await self.order(ref)
        [seen] = await self.bol.declare(order, [CameBack(order.lines[0].ref or "", units, reason)])
        return seen.ref

    async def shown(self) -> dict[str, SeenLine]:
        """What the lists show, of returns of one line."""
        return {seen.ref: seen.lines[0] for page in await self.walk() for seen in page.seen}

    async def calls(self, endpoint: str) -> int:
        return int((await self.control("GET", "calls")).get(endpoint, 0))

    async def walk(self, since: datetime | None = None, known: Known | None = None) -> list[Page]:
        return [page async for page in self.bol.returns(since, known or knows_nothing)]

    async def line(self, ref: str, rma: str | None = None) -> SeenLine:
        rma = rma or ref
        seen = await self.bol.look(ref)
        assert seen is not None
        return next(line for line in seen.lines if line.ref == rma)


def part(rma: str, resolution: Resolution, quantity: int = 1, changes: Resolution | None = None) -> Part:
    key = f"r-1:{rma}:settle:1"
    return Part(line_ref=rma, resolution=resolution, quantity=quantity, key=key, number=1, changes=changes)


def now() -> datetime:
    return datetime.now(UTC)
