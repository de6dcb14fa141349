"""20,000 returns from bol's lists into an empty store, against decoding the same pages and inserting the same rows."""

import json
import sys
import time
from datetime import UTC, datetime
from typing import Any

from bench.simulators import Simulators, simulators

RETURNS = 20_000


def through_the_store() -> dict[str, Any]:
    """The connector's decoding, then `store.record_page`, page by page as a check does."""
    with simulators() as running:
        from bench.hub import new_hub, peak_kib, remove

        home = new_hub(running)
        pages = _raw_pages(running)
        from retour.connectors.contract import Page
        from retour.store.models import Connection, Return
        from retour.store.record import record_page

        connection = Connection.objects.get(slug="bol-nl")
        record_page(connection, Page("warm", ()), datetime.now(UTC))
        before = peak_kib()
        began, cpu = time.perf_counter(), time.process_time()
        for raw in pages:
            record_page(connection, Page("fbr-open", _decoded(raw)), datetime.now(UTC))
        wall, cpu = time.perf_counter() - began, time.process_time() - cpu
        found = {"wall": wall, "cpu": cpu, "returns": Return.objects.count(), "grown_mib": (peak_kib() - before) / 1024}
        remove(home)
        return found


def bare() -> dict[str, Any]:
    """The same decoding, then the same rows with Django's `bulk_create`, in one transaction."""
    with simulators() as running:
        from bench.hub import new_hub, remove

        home = new_hub(running)
        pages = _raw_pages(running)
        from django.db import transaction

        from retour.store.models import Connection, Event, Line, Return

        connection = Connection.objects.get(slug="bol-nl")
        at = datetime.now(UTC)
        began, cpu = time.perf_counter(), time.process_time()
        with transaction.atomic():
            for raw in pages:
                seen = _decoded(raw)
                rows = Return.objects.bulk_create(
                    Return(
                        connection=connection,
                        ref=item.ref,
                        handler=item.handler,
                        opened_at=item.opened_at,
                        digests={"fbr-open": "0" * 32},
                        stage="new",
                        why="details",
                        look_at=at,
                        created_at=at,
                        changed_at=at,
                    )
                    for item in seen
                )
                Line.objects.bulk_create(
                    Line(
                        of=row,
                        ref=line.ref,
                        order_ref=line.order_ref,
                        gtin=line.gtin,
                        quantity=line.quantity,
                        reason=line.reason,
                        reason_text=line.reason_text,
                        comment=line.comment,
                        awaits=line.awaits,
                        seen_at=at,
                    )
                    for row, item in zip(rows, seen, strict=True)
                    for line in item.lines
                )
                Event.objects.bulk_create(Event(of=row, at=at, kind="seen", params={"m": "bol-nl"}) for row in rows)
        wall, cpu = time.perf_counter() - began, time.process_time() - cpu
        found = {"wall": wall, "cpu": cpu, "returns": Return.objects.count()}
        remove(home)
        return found


def _decoded(raw: str) -> tuple[Any, ...]:
    from retour.connectors.marketplaces.bol import mapping

    rows = [mapping.seen(row, single=False) for row in json.loads(raw)["returns"]]
    return tuple(seen for seen, _ in rows if seen)


def _raw_pages(running: Simulators) -> list[str]:
    """The pages as they come over the wire."""
    import base64
    from urllib.request import Request, urlopen

    running.ask(f"{running.bol}/_sandbox/bulk", {"count": RETURNS, "seed": 1})
    basic = base64.b64encode(b"sandbox-client:sandbox-secret").decode()
    login = Request(
        f"{running.bol}/token", data=b"grant_type=client_credentials", headers={"Authorization": f"Basic {basic}"}
    )
    token = json.load(urlopen(login))["access_token"]
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/vnd.retailer.v10+json"}
    pages = []
    for number in range(1, RETURNS // 50 + 1):
        url = f"{running.bol}/retailer/returns?page={number}&handled=false&fulfilment-method=FBR"
        pages.append(urlopen(Request(url, headers=headers)).read().decode())
    return pages


if __name__ == "__main__":
    print(json.dumps(through_the_store() if sys.argv[1] == "hub" else bare()))
