"""A hub between two simulated platforms, over real HTTP, and the hands of everybody around it."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from unittest.mock import patch

import aiohttp

from retour.core.model import Resolution, Source
from retour.sandbox.app import Running
from retour.sandbox.bol import BolSimulator
from retour.sandbox.bol.switches import BolSwitches
from retour.sandbox.faults import Fault, FaultKind
from retour.sandbox.magento2 import INTEGRATION_TOKEN, TOKEN, Magento2, Magento2Switches
from retour.store import desk
from retour.store.models import Company, Connection, Event, Project, Return, UnreadableRow
from retour.store.sealed import seal
from retour.store.shapes import shapes
from retour.sync import rhythm
from retour.sync.database import Database
from retour.sync.local import sync_pass
from retour.sync.report import Report

T = TypeVar("T")
PUT = "PUT /retailer/returns/{rma_id}"
HOOK = "POST /channable/returns/hook/{parameters}"
STATUS = "GET /channable/returns/status"
ORDER_SEARCH = "GET /rest/V1/orders"


@dataclass(frozen=True)
class Announced:
    """A return that a customer has announced at bol."""

    ref: str
    lines: tuple[str, ...]

    @property
    def line(self) -> str:
        [line] = self.lines
        return line


@dataclass
class World:
    """The hub's project `acme/webshop` has the shop `shop` (Magento 2) and the marketplace `bol-nl`."""

    bol_runs: Running
    shop_runs: Running
    session: aiohttp.ClientSession
    db: Database
    reports: dict[str, Report] = field(default_factory=dict)

    # --- the platforms ---

    @property
    def bol(self) -> BolSimulator:
        assert isinstance(self.bol_runs.simulator, BolSimulator)
        return self.bol_runs.simulator

    @property
    def shop(self) -> Magento2:
        assert isinstance(self.shop_runs.simulator, Magento2)
        return self.shop_runs.simulator

    @property
    def bol_switches(self) -> BolSwitches:
        return self.bol.switches

    @property
    def shop_switches(self) -> Magento2Switches:
        return self.shop.switches

    async def at_bol(self, method: str, path: str, body: Any = None) -> Any:
        return await self._control(self.bol_runs, method, path, body)

    async def at_shop(self, method: str, path: str, body: Any = None) -> Any:
        return await self._control(self.shop_runs, method, path, body)

    async def _control(self, platform: Running, method: str, path: str, body: Any) -> Any:
        async with self.session.request(method, f"{platform.url}/_sandbox/{path}", json=body) as answer:
            assert answer.status < 300, await answer.text()
            return await answer.json() if answer.content_type == "application/json" else None

    def bol_fails(self, kind: FaultKind, match: str = PUT.partition("{")[0], **details: Any) -> None:
        """The next matching call at bol goes wrong: once, unless `times` says otherwise."""
        self.bol.faults.add(Fault(kind=kind, match=match, **details))

    def shop_fails(self, kind: FaultKind, match: str = HOOK.partition("{")[0], **details: Any) -> None:
        self.shop.faults.add(Fault(kind=kind, match=match, **details))

    async def announce(self, *quantities: int, **head: Any) -> Announced:
        """A customer announces a return with one line for each quantity."""
        items = [{"quantity": quantity} for quantity in quantities or (1,)]
        told = await self.at_bol("POST", "returns", {"items": items, **head})
        return Announced(told["return_id"], tuple(item["rma_id"] for item in told["items"]))

    async def shop_decides(self, line: str, status: str) -> None:
        """The merchant decides the request of a line in the shop."""
        [row] = self.rows_of(line)
        await self.at_shop("POST", f"returns/{row.entity_id}/decide", {"status": status})

    def rows_of(self, line: str) -> list[Any]:
        """The shop's requests of a line."""
        return [row for row in self.shop.shop.returns if row.channel_id == line]

    def puts(self, line: str) -> list[tuple[str, int]]:
        """What bol was told of a line and accepted, in order."""
        return [(e.detail["handling"], e.quantity) for e in self.bol.journal.of("put") if e.ref == line]

    def settled(self, line: str) -> list[tuple[str, str, int]]:
        """What bol has carried out for a line: (refund or settled, its word, quantity), in order."""
        self.bol.catch_up()
        return [
            (entry.kind, entry.detail["handling"], entry.quantity)
            for entry in self.bol.journal.entries
            if entry.kind in {"refund", "settled"} and entry.ref == line
        ]

    async def calls_during(self, work: Callable[[], Any]) -> Counter[str]:
        """The platforms' endpoints that were called while this went on."""
        before = self.bol.calls + self.shop.calls
        await work()
        return self.bol.calls + self.shop.calls - before

    # --- the hub ---

    async def sync(self, *, until_idle: bool = True, deep: bool = False) -> dict[str, Report]:
        """One pass over everything; the reports by connection. In a single pass nothing that is to wait comes due,
        however slow the machine is."""
        with patch.object(rhythm, "SCALE", rhythm.SCALE if until_idle else 1.0):
            reports = await sync_pass(until_idle=until_idle, deep=deep, deadline=timedelta(seconds=60))
        self.reports = {report.connection.rpartition("/")[2]: report for report in reports}
        return self.reports

    async def look(self, announced: Announced) -> dict[str, Any]:
        """A return as programs see it."""
        [shape] = await self.db(lambda: list(shapes(Return.objects.filter(ref=announced.ref))))
        return shape

    async def stage(self, announced: Announced) -> tuple[str, str]:
        """Its stage, and why."""
        shape = await self.look(announced)
        return shape["stage"], shape["why"]["key"]

    async def told(self, announced: Announced) -> list[tuple[str, int, str, str | None]]:
        """Every decision: (decision, quantity, source, told)."""
        shape = await self.look(announced)
        decisions = [decision for line in shape["lines"] for decision in line["decisions"]]
        return [(d["resolution"], d["quantity"], d["source"], d["told"]) for d in decisions]

    async def effects(self, announced: Announced, kind: str | None = None) -> list[str]:
        """The states of its effects."""
        shape = await self.look(announced)
        return [e["state"] for e in shape["effects"] if kind in {None, e["kind"]}]

    async def timeline(self, announced: Announced) -> list[str]:
        return await self.db(
            lambda: list(Event.objects.filter(of__ref=announced.ref).values_list("kind", flat=True).order_by("pk"))
        )

    async def key_of(self, announced: Announced) -> int:
        return (await self.db(Return.objects.get, ref=announced.ref)).pk

    async def connection(self, slug: str) -> Connection:
        return await self.db(Connection.objects.select_related("project__company").get, slug=slug)

    async def change(self, slug: str, **columns: Any) -> None:
        """A person edits a connection."""
        await self.db(lambda: Connection.objects.filter(slug=slug).update(**columns))

    async def unreadable(self) -> list[UnreadableRow]:
        return await self.db(lambda: list(UnreadableRow.objects.order_by("pk")))

    async def decide(self, announced: Announced, *choices: desk.Choice) -> None:
        """A person decides on the desk."""
        pk = await self.key_of(announced)
        await self.db(desk.decide, pk, choices, Source.DESK, datetime.now(UTC), "noor@example.org")

    async def accept(self, announced: Announced, quantity: int | None = None) -> None:
        """A person accepts every line on the desk."""
        await self.decide(announced, *(desk.Choice(line, Resolution.ACCEPT, quantity) for line in announced.lines))

    async def in_shop(self, *quantities: int, **head: Any) -> Announced:
        """A return that was announced and has arrived in the shop."""
        announced = await self.announce(*quantities, **head)
        await self.sync()
        assert all(len(self.rows_of(line)) == 1 for line in announced.lines)
        return announced

    async def retry(self, announced: Announced) -> None:
        pk = await self.key_of(announced)
        await self.db(desk.retry, pk, datetime.now(UTC), "noor@example.org")

    async def mark_done(self, announced: Announced, shop_return: str | None = None) -> None:
        pk = await self.key_of(announced)
        await self.db(desk.mark_done, pk, datetime.now(UTC), "noor@example.org", None, shop_return)

    async def resume(self, slug: str) -> None:
        await self.db(desk.resume, await self.connection(slug), datetime.now(UTC))


async def until(happened: Callable[[], object]) -> None:
    """Waits for it, at most a minute."""
    for _ in range(3000):
        if happened():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it did not happen")


def connect(bol: str, shop: str) -> None:
    """The company, its project, and both connections."""
    project = Project.objects.create(company=Company.objects.create(slug="acme", name="Acme"), slug="webshop")
    Connection.objects.create(
        project=project,
        slug="shop",
        role="shop",
        connector="magento2",
        settings={"base_url": shop},
        secrets=seal({"token": TOKEN, "integration_token": INTEGRATION_TOKEN}),
        fingerprint="shop 1",
        allow_private=True,
    )
    Connection.objects.create(
        project=project,
        slug="bol-nl",
        role="marketplace",
        connector="bol",
        settings={"api_url": bol, "login_url": f"{bol}/token", "client_id": "sandbox-client"},
        secrets=seal({"client_secret": "sandbox-secret"}),
        fingerprint="bol 1",
        allow_private=True,
    )
