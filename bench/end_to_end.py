"""2,000 returns from the customer to the confirmed refund, against a bare script that makes the same calls."""

import asyncio
import json
import sqlite3
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import aiohttp

from bench.simulators import Simulators, simulators

RETURNS = 2000
AT_ONCE = 8
MEDIA = "application/vnd.retailer.v10+json"


def through_the_hub() -> dict[str, Any]:
    """The real engine through the real connectors."""
    with simulators() as running:
        from bench.hub import new_hub, remove

        home = new_hub(running)
        _prepare(running)
        from retour.sync.local import sync_pass

        began, cpu = time.perf_counter(), time.process_time()
        asyncio.run(_hub_passes(sync_pass))
        wall, cpu = time.perf_counter() - began, time.process_time() - cpu
        found = _found(running, wall, cpu)
        remove(home)
        return found


async def _hub_passes(sync_pass: Any) -> None:
    await sync_pass(until_idle=True)
    await sync_pass(until_idle=True)


def bare() -> dict[str, Any]:
    """The same calls with the same client and as many at once, one insert and one update of all rows."""
    with simulators() as running:
        _prepare(running)
        began, cpu = time.perf_counter(), time.process_time()
        asyncio.run(_bare(running))
        wall, cpu = time.perf_counter() - began, time.process_time() - cpu
        return _found(running, wall, cpu)


async def _bare(running: Simulators) -> None:
    from retour.sandbox.magento2 import TOKEN

    database = sqlite3.connect(Path(tempfile.mkdtemp()) / "bare.sqlite3")
    database.execute("create table line (rma text primary key, facts text, shop text, told text)")
    timeout = aiohttp.ClientTimeout(total=60)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        basic = aiohttp.encode_basic_auth("sandbox-client", "sandbox-secret")
        async with session.post(
            f"{running.bol}/token", data={"grant_type": "client_credentials"}, headers={"Authorization": basic}
        ) as answer:
            token = (await answer.json())["access_token"]
        bol = {"Authorization": f"Bearer {token}", "Accept": MEDIA, "Content-Type": MEDIA}

        async def get(path: str) -> Any:
            async with session.get(running.bol + path, headers=bol) as answer:
                return json.loads(await answer.read())

        async def lists() -> list[Any]:
            found: list[Any] = []
            for handled, method in (("false", "FBR"), ("true", "FBR"), ("false", "FBB"), ("true", "FBB")):
                page = 1
                while True:
                    rows = await get(f"/retailer/returns?page={page}&handled={handled}&fulfilment-method={method}")
                    found += rows.get("returns", [])
                    if len(rows.get("returns", [])) < 50:
                        break
                    page += 1
            return found

        async def detail(row: Any) -> tuple[Any, Any]:
            shown = await get(f"/retailer/returns/{row['returnId']}")
            orders = [await get(f"/retailer/orders/{ref}") for ref in {i["orderId"] for i in shown["returnItems"]}]
            return shown, orders

        async def create(item: Any) -> tuple[Any, str]:
            body = {
                "status": "new",
                "channel_name": "bol",
                "channel_id": item["rmaId"],
                "channable_id": int(item["rmaId"]) % 2**31,
                "item": {
                    "order_id": None,
                    "gtin": item["ean"],
                    "title": item["title"],
                    "quantity": item["expectedQuantity"],
                    "reason": item["returnReason"]["mainReason"],
                    "comment": None,
                },
                "customer": {"first_name": "A", "last_name": "B"},
                "address": {},
            }
            url = f"{running.magento2}/channable/returns/hook/store/1/code/{TOKEN}"
            async with session.post(url, json=body) as answer:
                return item, str((await answer.json(content_type=None))["return_id"])

        async def status(made: tuple[Any, str]) -> None:
            url = f"{running.magento2}/channable/returns/status?id={made[1]}&code={TOKEN}"
            async with session.get(url) as answer:
                json.loads(await answer.read())

        async def tell(made: tuple[Any, str]) -> str:
            body = {"handlingResult": "RETURN_RECEIVED", "quantityReturned": made[0]["expectedQuantity"]}
            url = f"{running.bol}/retailer/returns/{made[0]['rmaId']}"
            async with session.put(url, data=json.dumps(body), headers=bol) as answer:
                return str(json.loads(await answer.read())["processStatusId"])

        rows = await lists()
        details = await _side_by_side(detail, rows)
        made = await _side_by_side(create, [item for shown, _ in details for item in shown["returnItems"]])
        with database:
            database.executemany(
                "insert into line values (?, ?, ?, null)", [(i["rmaId"], json.dumps(i), r) for i, r in made]
            )
        await lists()
        await _side_by_side(status, made)
        processes = await _side_by_side(tell, made)
        for start in range(0, len(processes), 1000):
            asked = [{"processStatusId": process} for process in processes[start : start + 1000]]
            url = f"{running.bol}/shared/process-status"
            async with session.post(url, data=json.dumps({"processStatusQueries": asked}), headers=bol) as answer:
                json.loads(await answer.read())
        with database:
            database.executemany(
                "update line set told = ? where rma = ?",
                [(p, i["rmaId"]) for p, (i, _) in zip(processes, made, strict=True)],
            )


async def _side_by_side(call: Callable[[Any], Awaitable[Any]], items: Sequence[Any]) -> list[Any]:
    together = asyncio.Semaphore(AT_ONCE)

    async def one(item: Any) -> Any:
        async with together:
            return await call(item)

    return await asyncio.gather(*(one(item) for item in items))


def _prepare(running: Simulators) -> None:
    running.ask(f"{running.bol}/_sandbox/bulk", {"count": RETURNS, "seed": 1})
    running.ask(f"{running.magento2}/_sandbox/switches", {"auto_decide": "accepted"}, "PATCH")


def _found(running: Simulators, wall: float, cpu: float) -> dict[str, Any]:
    journal = running.ask(f"{running.bol}/_sandbox/journal")
    calls: dict[str, int] = {}
    for url in (running.bol, running.magento2):
        calls |= running.ask(f"{url}/_sandbox/calls")
    return {
        "wall": wall,
        "cpu": cpu,
        "refunds": sum(entry["kind"] == "refund" for entry in journal),
        "calls": {call: count for call, count in calls.items() if "_sandbox" not in call},
    }


if __name__ == "__main__":
    print(json.dumps(through_the_hub() if sys.argv[1] == "hub" else bare()))
