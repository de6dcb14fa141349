"""The desk with 100,000 returns: how soon it answers, what it holds, how fast the overview's first page is."""

import json
import os
import re
import signal
import statistics
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.request import HTTPCookieProcessor, build_opener, urlopen

from bench.simulators import simulators

RETURNS = 100_000
PAGES = 30
PORT = 18432


def measured() -> dict[str, Any]:
    """Fills a store, starts `retour serve` without a worker, asks."""
    with simulators() as running:
        from bench.hub import new_hub, remove

        home = new_hub(running)
        _fill()
        began = time.perf_counter()
        command = [sys.executable, "-m", "retour.cli", "serve", "--port", str(PORT), "--no-worker"]
        server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            answers_after = _until_it_answers(began)
            browser = _signed_in()
            times = []
            for _ in range(PAGES):
                asked = time.perf_counter()
                browser.open(f"http://127.0.0.1:{PORT}/").read()
                times.append(time.perf_counter() - asked)
            resident = _resident_mib(server.pid)
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(20)
        remove(home)
        return {"answers_after": answers_after, "resident_mib": resident, "page": statistics.median(times[5:])}


def _fill() -> None:
    from retour.connectors.contract import Page
    from retour.core.model import Handler, Handling, Resolution, Seen, SeenLine
    from retour.store.models import Connection, User
    from retour.store.record import record_page

    User.objects.create_superuser("bench@example.org", "bench@example.org", "a bench of one's own")
    connection = Connection.objects.get(slug="bol-nl")
    now = datetime.now(UTC)
    for start in range(0, RETURNS, 500):
        seen = []
        for n in range(start, start + 500):
            opened = now - timedelta(minutes=n * 5)
            handled = n % 20 > 0
            handlings = (Handling(1, Resolution.ACCEPT, "ACCEPTED/RETURN_RECEIVED", opened),) if handled else ()
            line = SeenLine(f"7{n:08}", f"C{n:09}", 1, not handled, handlings, sku=f"SKU-{n % 500}", title="Mug, blue")
            seen.append(Seen(f"4{n:08}", opened, Handler.MERCHANT, (line,), complete=True))
        record_page(connection, Page("fill", tuple(seen)), now)


def _until_it_answers(began: float) -> float:
    while time.perf_counter() - began < 60:
        try:
            urlopen(f"http://127.0.0.1:{PORT}/health").read()
            return time.perf_counter() - began
        except OSError:
            time.sleep(0.02)
    raise TimeoutError("the desk does not answer")


def _signed_in() -> Any:
    browser = build_opener(HTTPCookieProcessor())
    page = browser.open(f"http://127.0.0.1:{PORT}/").read().decode()
    url = browser.open(f"http://127.0.0.1:{PORT}/").geturl()
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert found, "no sign-in form"
    from urllib.parse import urlencode

    form = {
        "csrfmiddlewaretoken": found[1],
        "username": "bench@example.org",
        "password": "a bench of one's own",
        "next": "/",
    }
    answer = browser.open(url, urlencode(form).encode())
    assert "sign-in" not in answer.geturl(), "not signed in"
    return browser


def _resident_mib(pid: int) -> float:
    with open(f"/proc/{pid}/status") as status:
        found = re.search(r"VmRSS:\s+(\d+)", status.read())
    return int(found[1]) / 1024 if found else float("nan")


if __name__ == "__main__":
    os.environ["RETOUR_HOSTS"] = "127.0.0.1"
    print(json.dumps(measured()))
