"""The compatible API with 100,000 returns: how soon lists answer a client that asks four times a second."""

import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from bench.simulators import simulators

RETURNS = 100_000
REQUESTS = 80
EVERY = 0.25
PORT = 18434


def measured() -> dict[str, Any]:
    """Fills a store, starts `retour serve` without a worker, asks as the contract's client does."""
    with simulators() as running:
        from bench.hub import new_hub, remove

        home = new_hub(running)
        path, token, changed_after = _fill()
        command = [sys.executable, "-m", "retour.cli", "serve", "--port", str(PORT), "--no-worker"]
        server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            _until_it_answers()
            lists = {
                "newest": {},
                "changed": {"last_modified_after": changed_after.isoformat()},
                "all changed": {"last_modified_after": "2020-01-01"},
                "page 10": {"offset": "900"},
            }
            searches = {
                "order": {"search": f"C{RETURNS // 2:09}", "limit": "1"},
                "product": {"search": "SKU-77"},
                "word": {"search": "Mug"},
                "word and product": {"search": "Mug SKU-77"},
                "seen last week": {
                    "retrieved_at_start": (changed_after - timedelta(days=7)).isoformat(),
                    "retrieved_at_end": changed_after.isoformat(),
                },
            }
            found = {
                "lists": _asked(server.pid, path, token, lists),
                "searches": _asked(server.pid, path, token, searches),
            }
            deep = [_ask(path, token, {"offset": str(RETURNS - 100)}) for _ in range(5)]
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(20)
        remove(home)
        return {**found, "last_page": sorted(deep)[2]}


def _asked(server: int, path: str, token: str, kinds: dict[str, dict[str, str]]) -> dict[str, Any]:
    """Asks for each kind in turn, four times a second: seconds until the answer, and of processor time for each."""
    times: dict[str, list[float]] = {kind: [] for kind in kinds}
    due, cpu = time.perf_counter(), _cpu(server)
    for number in range(REQUESTS):
        kind = list(kinds)[number % len(kinds)]
        due += EVERY
        time.sleep(max(0.0, due - time.perf_counter()))
        times[kind].append(_ask(path, token, kinds[kind]))
    every = sorted(one for some in times.values() for one in some[1:])
    return {
        "cpu": (_cpu(server) - cpu) / REQUESTS,
        "median": every[len(every) // 2],
        "p95": every[int(len(every) * 0.95)],
        "by_kind": {kind: sorted(some[1:])[int(len(some[1:]) * 0.95)] for kind, some in times.items()},
    }


def _fill() -> tuple[str, str, datetime]:
    """Returns with customers, all handed over, one in twenty of them still open. The engine hands over one by one what
    is filled in here at once."""
    from django.db import connection as database

    from retour.connectors.contract import Page
    from retour.core.model import Handler, Handling, Party, Resolution, Seen, SeenLine
    from retour.store.models import Connection
    from retour.store.record import record_page
    from retour.store.tokens import new_token

    shop, marketplace = Connection.objects.get(slug="shop"), Connection.objects.get(slug="bol-nl")
    shop.connector, shop.settings, shop.secrets, shop.fingerprint = "channable", {}, "", "2"
    shop.save()
    customer = Party("Noor", "Example", street="Kanaalweg", house_number="12", postcode="3526 KL", city="Utrecht")
    now = datetime.now(UTC)
    for start in range(0, RETURNS, 500):
        seen = []
        for n in range(RETURNS - start, RETURNS - start - 500, -1):
            opened = now - timedelta(minutes=n * 5)
            line = SeenLine(f"7{n:08}", f"C{n:09}", 1, True, (), sku=f"SKU-{n % 500}", title="Mug, blue")
            seen.append(Seen(f"4{n:08}", opened, Handler.MERCHANT, (line,), complete=True, customer=customer))
        at = now - timedelta(minutes=(RETURNS - start) * 5)
        record_page(marketplace, Page("fill", tuple(seen)), at)
    with database.cursor() as cursor:
        opened_at = "(SELECT opened_at FROM store_return AS r WHERE r.id = of_id)"
        cursor.execute(f"UPDATE store_effect SET state = 'done', done_at = {opened_at}, due_at = NULL")
        cursor.execute(
            "UPDATE store_line SET shop_ref = id, polls = 0, shop = json_object('ref', CAST(id AS TEXT),"
            " 'word', 'new', 'resolution', NULL, 'gone', json('false'), 'unclear', json('false'))"
        )
    for start in range(RETURNS // 20, RETURNS, 500):
        ended = []
        for n in range(start + 1, min(start + 501, RETURNS + 1)):
            opened = now - timedelta(minutes=n * 5)
            handlings = (Handling(1, Resolution.ACCEPT, "ACCEPTED/RETURN_RECEIVED", opened),)
            line = SeenLine(f"7{n:08}", f"C{n:09}", 1, False, handlings, sku=f"SKU-{n % 500}", title="Mug, blue")
            ended.append(Seen(f"4{n:08}", opened, Handler.MERCHANT, (line,), complete=True))
        record_page(marketplace, Page("fill", tuple(ended)), now - timedelta(minutes=start * 5 - 1))
    with database.cursor() as cursor:
        cursor.execute("UPDATE store_return SET changed_at = opened_at")
    _, token = new_token(shop.project.company, "bench", now)
    path = f"/v1/companies/{shop.project.company_id}/projects/{shop.project_id}/returns"
    return path, token, now - timedelta(minutes=200 * 5)


def _until_it_answers() -> None:
    began = time.perf_counter()
    while time.perf_counter() - began < 60:
        try:
            urlopen(f"http://127.0.0.1:{PORT}/health").read()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError("the hub does not answer")


def _cpu(pid: int) -> float:
    """The seconds that a process has worked."""
    with open(f"/proc/{pid}/stat") as stat:
        user, system = stat.read().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def _ask(path: str, token: str, query: dict[str, str]) -> float:
    url = f"http://127.0.0.1:{PORT}{path}?{urlencode({'limit': 100, **query})}"
    asked = time.perf_counter()
    with urlopen(Request(url, headers={"Authorization": f"Bearer {token}"})) as answer:
        body = json.load(answer)
    took = time.perf_counter() - asked
    assert body["total"] == int(query.get("limit", "100")), body["total"]
    return took


if __name__ == "__main__":
    os.environ["RETOUR_HOSTS"] = "127.0.0.1"
    print(json.dumps(measured()))
