"""From the customer at bol to the refund: bol's simulator, the real engine, the API over HTTP, a merchant's client.

What counts is bol's own journal of money."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest

from retour.sandbox.app import Running, start
from retour.sandbox.bol import BolSimulator
from retour.sandbox.faults import Fault
from retour.sandbox.own_system.client import Client
from retour.store import claim
from retour.store.models import ApiToken, Company, Connection, Effect, Project
from retour.store.sealed import seal
from retour.store.tokens import new_token
from retour.sync.database import Database
from retour.sync.local import sync_pass


@dataclass
class World:
    """The hub's project `acme/webshop`: its shop fetches, its marketplace is `bol-nl`."""

    bol_runs: Running
    http: aiohttp.ClientSession
    db: Database
    shop: Client

    @property
    def bol(self) -> BolSimulator:
        assert isinstance(self.bol_runs.simulator, BolSimulator)
        return self.bol_runs.simulator

    async def announce(self, *quantities: int, **head: Any) -> list[str]:
        """A customer announces a return; the refs of its lines."""
        body = {"items": [{"quantity": quantity} for quantity in quantities or (1,)], **head}
        async with self.http.post(f"{self.bol_runs.url}/_sandbox/returns", json=body) as answer:
            assert answer.status < 300, await answer.text()
            return [item["rma_id"] for item in (await answer.json())["items"]]

    async def sync(self) -> None:
        for report in await sync_pass(until_idle=True, deadline=timedelta(seconds=60)):
            assert report.ok, report.words

    async def fetch(self) -> dict[str, int]:
        """What the client knows: its numbers, by the marketplace's lines."""
        await self.shop.fetch()
        return {row["channel_id"]: number for number, row in self.shop.rows.items()}

    def ended(self, ref: str) -> list[tuple[str, str, int]]:
        """What bol has carried out for a line: (refund or settled, its word, quantity)."""
        self.bol.catch_up()
        return [
            (entry.kind, entry.detail["handling"], entry.quantity)
            for entry in self.bol.journal.entries
            if entry.kind in {"refund", "settled"} and entry.ref == ref
        ]


def connect(bol: str) -> tuple[str, str]:
    """The company with its project; the path in the API, and a token."""
    company = Company.objects.create(slug="acme", name="Acme")
    project = Project.objects.create(company=company, slug="webshop", name="Webshop")
    Connection.objects.create(
        project=project, slug="shop", role="shop", connector="channable", settings={}, fingerprint="shop 1"
    )
    Connection.objects.create(
        project=project, slug="bol-nl", role="marketplace", connector="bol", fingerprint="bol 1", allow_private=True,
        settings={"api_url": bol, "login_url": f"{bol}/token", "client_id": "sandbox-client"},
        secrets=seal({"client_secret": "sandbox-secret"}),
    )  # fmt: skip
    _, token = new_token(company, "erp", datetime.now(UTC))
    return f"/v1/companies/{company.pk}/projects/{project.pk}", token


@pytest.fixture
async def world(server: str) -> AsyncIterator[World]:
    bol = BolSimulator()
    bol.switches.limits = False
    bol.switches.process_seconds = 0
    running, db = await start(bol), Database()
    path, token = await db(connect, running.url)
    async with aiohttp.ClientSession() as http:
        yield World(running, http, db, Client(http, server + path, token, rate=1e9))
    await db.close()
    await running.stop()


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("accepted", "refund"),
        ("keeps", "refund"),
        ("rejected", "settled"),
        ("repaired", "settled"),
        ("exchanged", "settled"),
        ("cancelled", "settled"),
    ],
)
async def test_from_the_customer_to_the_refund_and_only_accept_and_keep_move_money(
    world: World, status: str, kind: str
) -> None:
    [ref] = await world.announce(2)
    await world.sync()
    numbers = await world.fetch()
    assert world.shop.to_decide() == [numbers[ref]]
    row = world.shop.rows[numbers[ref]]
    assert row["data"]["item"]["quantity"] == 2
    assert row["data"]["address"]["city"]
    assert await world.shop.decide(numbers[ref], status)
    assert world.ended(ref) == []
    await world.sync()
    await world.fetch()
    assert world.shop.rows[numbers[ref]]["status"] == status
    assert [(found, quantity) for found, _, quantity in world.ended(ref)] == [(kind, 2)]


async def test_each_line_has_its_own_decision(world: World) -> None:
    refs = await world.announce(1, 3, 1)
    await world.sync()
    numbers = await world.fetch()
    for ref, status in zip(refs, ("accepted", "rejected", "accepted"), strict=True):
        assert await world.shop.decide(numbers[ref], status)
    await world.sync()
    await world.sync()
    assert [[kind for kind, _, _ in world.ended(ref)] for ref in refs] == [["refund"], ["settled"], ["refund"]]


async def test_an_answer_of_bol_that_is_lost_costs_no_second_refund(world: World) -> None:
    [ref] = await world.announce()
    await world.sync()
    numbers = await world.fetch()
    world.bol.faults.add(Fault(kind="drop_after", match="PUT /retailer/returns/"))
    assert await world.shop.decide(numbers[ref], "accepted")
    assert await world.shop.decide(numbers[ref], "accepted") is False, "not yet: it is on its way"
    await world.sync()
    assert await world.shop.decide(numbers[ref], "accepted")
    await world.sync()
    assert [kind for kind, _, _ in world.ended(ref)] == ["refund"]
    assert world.shop.rows[numbers[ref]]["status"] == "accepted"


async def test_a_hub_that_dies_while_it_hands_over_hands_over_later(world: World) -> None:
    """Nothing remote is made, so what is in doubt was not made."""
    [ref] = await world.announce()
    shop, bol = [await world.db(Connection.objects.get, slug=slug) for slug in ("shop", "bol-nl")]
    await sync_pass(only=[bol.pk])
    claimed = await world.db(claim.claim_creates, shop, "a-worker-that-dies", datetime.now(UTC), 10)
    assert len(claimed) == 1
    await world.db(lambda: Effect.objects.filter(kind="create").update(lease_until=datetime.now(UTC)))
    assert await world.fetch() == {}
    await world.sync()
    assert await world.db(lambda: Effect.objects.get(kind="create").attempts) == 2
    numbers = await world.fetch()
    assert list(numbers) == [ref]
    assert await world.shop.decide(numbers[ref], "accepted")
    await world.sync()
    assert [kind for kind, _, _ in world.ended(ref)] == ["refund"]


async def test_many_decide_while_the_engine_works(world: World) -> None:
    """Pages, decisions and checks at the same time: every line is refunded once, and nobody gets a 500."""
    refs = [ref for _ in range(8) for ref in await world.announce()]
    await world.sync()
    numbers = await world.fetch()
    await asyncio.gather(
        world.sync(),
        *(world.shop.decide(numbers[ref], "accepted") for ref in refs),
        *(world.shop._call("GET", "/returns") for _ in refs),
    )
    await world.sync()
    assert [[kind for kind, _, _ in world.ended(ref)] for ref in refs] == [["refund"]] * len(refs)
    assert not [call for call in world.shop.calls if call.endswith(("500", "503"))]
    assert await world.db(ApiToken.objects.count) == 1
