"""A check that finds nothing new, against the bare HTTP requests that it makes. CPU, not wall time."""

import asyncio
import json
import sys
import time
from typing import Any

import aiohttp

from bench.end_to_end import MEDIA
from bench.simulators import Simulators, simulators

CHECKS = 200
KNOWN = 20


def through_the_engine() -> dict[str, Any]:
    """`sync.cycle.check` on a bol connection whose open returns are all known."""
    with simulators() as running:
        from bench.hub import new_hub, remove

        home = new_hub(running)
        running.ask(f"{running.bol}/_sandbox/bulk", {"count": KNOWN, "seed": 1})
        cpu = asyncio.run(_engine())
        remove(home)
        return {"cpu": cpu / CHECKS, "calls": _lists(running) / (CHECKS + 3)}


async def _engine() -> float:
    from django.conf import settings

    from retour.store.lease import all_connections
    from retour.sync.alive import Worker
    from retour.sync.connections import Platforms
    from retour.sync.cycle import check
    from retour.sync.database import Database

    db = Database()
    platforms = Platforms(db)
    with Worker(settings.HOME) as worker:

        async def one() -> float:
            (bol,) = [c for c in await db(all_connections) if c.slug == "bol-nl"]
            began = time.process_time()
            report = await check(bol, platforms, db, worker, observe_now=True)
            spent = time.process_time() - began
            assert report is not None, "another worker holds the connection"
            assert report.ok, report.words
            return spent

        for _ in range(3):
            await one()
        spent = sum([await one() for _ in range(CHECKS)])
        await platforms.close()
        await db.close()
    return spent


def bare() -> dict[str, Any]:
    """The same four list requests with plain aiohttp, decoded and thrown away."""
    with simulators() as running:
        running.ask(f"{running.bol}/_sandbox/bulk", {"count": KNOWN, "seed": 1})
        return {"cpu": asyncio.run(_bare(running)) / CHECKS}


async def _bare(running: Simulators) -> float:
    async with aiohttp.ClientSession() as session:
        basic = aiohttp.encode_basic_auth("sandbox-client", "sandbox-secret")
        form = {"grant_type": "client_credentials"}
        async with session.post(f"{running.bol}/token", data=form, headers={"Authorization": basic}) as answer:
            token = (await answer.json())["access_token"]
        headers = {"Authorization": f"Bearer {token}", "Accept": MEDIA}

        async def one() -> None:
            for handled, method in (("false", "FBR"), ("true", "FBR"), ("false", "FBB"), ("true", "FBB")):
                url = f"{running.bol}/retailer/returns?page=1&handled={handled}&fulfilment-method={method}"
                async with session.get(url, headers=headers) as answer:
                    json.loads(await answer.read())

        for _ in range(3):
            await one()
        began = time.process_time()
        for _ in range(CHECKS):
            await one()
        return time.process_time() - began


def _lists(running: Simulators) -> float:
    calls: dict[str, int] = running.ask(f"{running.bol}/_sandbox/calls")
    return calls["GET /retailer/returns"]


if __name__ == "__main__":
    print(json.dumps(through_the_engine() if sys.argv[1] == "hub" else bare()))
