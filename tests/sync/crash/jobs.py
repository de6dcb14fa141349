"""What a forked child can be asked to do: the hub's own functions, called as its worker and its pages call them."""

import asyncio
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any

from django.core.management import call_command
from django.db import connection

from retour.connectors import registry
from retour.core.merge import Contradiction
from retour.core.model import Resolution, Source
from retour.sandbox.magento2 import INTEGRATION_TOKEN, TOKEN
from retour.store import desk
from retour.store.models import Company, Connection, Effect, Event, Project, Return
from retour.store.sealed import seal
from retour.store.shapes import shapes
from retour.sync import local
from retour.sync.job import utc_now


def lift_limits() -> None:
    """bol's limit of 20 calls a minute would make each run last minutes: the hub knows of none here, and the
    simulator has none. What it asks for with a 429 is obeyed all the same."""
    declared = registry.marketplace
    registry.marketplace = lambda key: replace(declared(key), limits=())


def migrate() -> None:
    """Makes the tables, in a database that is copied for each run."""
    call_command("migrate", verbosity=0)
    connection.close()


def execute(sql: str) -> None:
    """One statement, outside a transaction."""
    with connection.cursor() as cursor:
        cursor.execute(sql)


def setup(bol: str, shop: str) -> None:
    """A company with one shop and one marketplace, checked without pause."""
    project = Project.objects.create(company=Company.objects.create(slug="acme", name="Acme"), slug="webshop")
    Connection.objects.create(
        project=project,
        slug="shop",
        role="shop",
        connector="magento2",
        settings={"base_url": shop},
        secrets=seal({"token": TOKEN, "integration_token": INTEGRATION_TOKEN}),
        fingerprint="1",
        allow_private=True,
        options={"poll_every": 0.3},
    )
    Connection.objects.create(
        project=project,
        slug="bol-nl",
        role="marketplace",
        connector="bol",
        settings={"api_url": bol, "login_url": f"{bol}/token", "client_id": "sandbox-client"},
        secrets=seal({"client_secret": "sandbox-secret"}),
        fingerprint="1",
        allow_private=True,
        options={"poll_every": 0.3},
    )


async def passes() -> None:
    """`retour sync`, again and again, until it is killed."""
    while True:
        await local.sync_pass(deadline=timedelta(seconds=10))
        await asyncio.sleep(0.2)


async def work() -> None:
    """`retour serve`'s worker, until it is killed."""
    local.GLANCE = 0.05
    await local.work(asyncio.Event())


async def until_idle() -> list[dict[str, Any]]:
    """`retour sync --until-idle`."""
    return [asdict(report) for report in await local.sync_pass(until_idle=True, deadline=timedelta(seconds=60))]


def decide(return_id: int, choices: list[list[Any]]) -> str | None:
    """A person decides on the desk. The sentence that refuses it, or None when it is done."""
    wanted = [
        desk.Choice(line, Resolution(resolution), quantity, revises=revises)
        for line, resolution, quantity, revises in choices
    ]
    try:
        desk.decide(return_id, wanted, Source.DESK, utc_now(), "noor@example.org")
    except Contradiction as refused:
        return str(refused)
    return None


def mark_done(return_id: int, key: str, shop_return: str | None = None) -> None:
    """A person has found it there."""
    desk.mark_done(return_id, utc_now(), "noor@example.org", key, shop_return)


def retry(return_id: int, key: str) -> None:
    """A person has not found it there."""
    desk.retry(return_id, utc_now(), "noor@example.org", key)


def resume(connection: str) -> None:
    """A person has mended the connection."""
    desk.resume(Connection.objects.get(slug=connection), utc_now())


def snapshot() -> dict[str, Any]:
    """All that the hub knows and says."""
    effects = Effect.objects.order_by("pk").values(
        "key", "of", "kind", "state", "asks", "line_ref", "quantity", "resolution", "decision", "changes", "error"
    )
    events = Event.objects.order_by("pk").values("of", "at", "kind", "params")
    connections = Connection.objects.values("slug", "state", "state_words", "trouble", "lease_owner")
    return {
        "returns": list(shapes(Return.objects.order_by("pk"))),
        "columns": list(Return.objects.order_by("pk").values("pk", "ref", "stage", "why", "look_at")),
        "effects": list(effects),
        "events": list(events),
        "connections": list(connections),
    }


JOBS: dict[str, Callable[..., Any]] = {
    job.__name__: job
    for job in (migrate, execute, setup, passes, work, until_idle, decide, mark_done, retry, resume, snapshot)
}
