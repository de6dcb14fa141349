"""Both simulators in a process of their own, with limits so wide that none is met: what the benchmarks talk to."""

import asyncio
import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.request import Request, urlopen


@dataclass(frozen=True)
class Simulators:
    """Where the simulators answer."""

    bol: str
    magento2: str

    def ask(self, url: str, body: Any = None, method: str | None = None) -> Any:
        """One control call."""
        data = json.dumps(body).encode() if body is not None else None
        request = Request(url, data=data, method=method, headers={"Content-Type": "application/json"})
        with urlopen(request, timeout=120) as answer:
            return json.load(answer)


@contextlib.contextmanager
def simulators() -> Iterator[Simulators]:
    """Starts both, ends both."""
    process = subprocess.Popen([sys.executable, "-m", "bench.simulators"], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        running = Simulators(**json.loads(process.stdout.readline()))
        wide = dict.fromkeys(("returns_limit", "orders_limit", "process_status_limit"), 10**9)
        running.ask(f"{running.bol}/_sandbox/switches", {**wide, "process_seconds": 0.01}, "PATCH")
        yield running
    finally:
        process.terminate()
        process.wait(10)


async def _serve() -> None:
    from retour.sandbox.app import start
    from retour.sandbox.bol import SANDBOX as BOL
    from retour.sandbox.magento2 import SANDBOX as MAGENTO2

    bol, magento2 = await start(BOL.create(1)), await start(MAGENTO2.create(1))
    print(json.dumps({"bol": bol.url, "magento2": magento2.url}), flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve())
