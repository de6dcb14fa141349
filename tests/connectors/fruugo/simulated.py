"""The simulated Fruugo, with the customer's hands, as the conformance suite wants it."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from aiohttp import web

from retour.connectors.contract import CameBack, Part, Receipt
from retour.connectors.errors import Unavailable
from retour.connectors.inbox import Arrival, Letterbox
from retour.connectors.marketplaces.fruugo import FruugoByCallback
from retour.core.model import Order, Seen
from retour.sandbox.app import Running
from retour.sandbox.fruugo import FruugoSimulator
from retour.testing import Announced, SimulatedMarketplace

T = TypeVar("T")

LOGIN = {"username": "sandbox@example.org", "password": "sandbox-secret"}


class SimulatedFruugo(SimulatedMarketplace):
    simulator: FruugoSimulator
    reads = r"GET /orders/download/v2"
    writes = r"POST /orders/return"
    page_size = 20
    """A download has no pages; the connector hands over 100 orders together, which other tests are about."""
    flaws = (
        "no_order_id",
        "no_fruugo_sku_id",
        "no_counter",
        "empty_counter",
        "bad_counter",
        "negative_counter",
        "not_an_object",
    )

    def settings(self) -> dict[str, Any]:
        return {"orders_url": f"{self.url}/orders", **LOGIN}

    async def prepare(self, *, limits: bool) -> None:
        # The one download in 15 minutes is a guess of how often to poll. What is kept is one request a second: looks
        # are downloads, too.
        await self.command("PATCH", "/_sandbox/switches", {"limits": limits, "downloads": 100_000})

    async def announce(self, quantity: int = 1) -> Announced:
        made = await self.command("POST", "/_sandbox/returns", {"items": [{"quantity": quantity}]})
        return announced(made["announcements"][0]["ref"], quantity)

    async def refund(self, announced: Announced) -> bool:
        line = announced.ref.rpartition(":")[0]
        await self.command("POST", "/_sandbox/refunds", {"ref": line, "quantity": announced.quantity})
        return True

    async def sell(self, quantity: int = 1) -> Announced:
        made = await self.command("POST", "/_sandbox/orders", {"items": [{"quantity": quantity}]})
        return announced(made["lines"][0]["ref"], quantity)

    async def spoil(self, announced: Announced, flaw: str) -> None:
        garbled = (await self.command("GET", "/_sandbox/switches"))["garbled"]
        garbled[announced.order_ref] = flaw
        await self.command("PATCH", "/_sandbox/switches", {"garbled": garbled})


def announced(line: str, quantity: int, number: int = 1) -> Announced:
    """The return that units of a line become."""
    ref = f"{line}:{number}"
    return Announced(ref, ref, quantity, line.partition(":")[0])


class SimulatedFruugoV3(SimulatedFruugo):
    """The same account, which answers by callback."""

    reads, writes = r"POST /v3/orders$", r"POST /v3/orders/return"

    def settings(self) -> dict[str, Any]:
        return {"transport": "v3", "v3_url": f"{self.url}/v3", **LOGIN}

    async def prepare(self, *, limits: bool) -> None:
        await super().prepare(limits=limits)
        await self.command("PATCH", "/_sandbox/switches", {"processing_seconds": 0, "callback_seconds": 0})

    async def refresh(self) -> None:
        await self.simulator.callbacks.deliver()


class Box(Letterbox):
    """What Fruugo posts, over HTTP. Whoever looks finds what was due by then."""

    def __init__(self, simulator: FruugoSimulator) -> None:
        super().__init__(simulator.clock.now)
        self._simulator = simulator

    async def arrived(self) -> Sequence[Arrival]:
        await self._simulator.callbacks.deliver()
        return await super().arrived()


@asynccontextmanager
async def listening(running: Running) -> AsyncIterator[Box]:
    """An address that is registered at the simulated Fruugo, and what arrives there."""
    simulator = running.simulator
    assert isinstance(simulator, FruugoSimulator)
    box = Box(simulator)

    async def hook(request: web.Request) -> web.Response:
        box.put(await request.read())
        return web.Response(text="ok")

    app = web.Application(client_max_size=0)
    app.add_routes([web.post("/hooks/7/a-made-up-token", hook)])
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    simulator.set_webhook(f"http://127.0.0.1:{runner.addresses[0][1]}/hooks/7/a-made-up-token")
    try:
        yield box
    finally:
        await runner.cleanup()


class Patient(FruugoByCallback):
    """Comes back when it is told to, as the hub does."""

    async def look(self, ref: str) -> Seen | None:
        return await answered(lambda: FruugoByCallback.look(self, ref))

    async def order(self, ref: str) -> Order | None:
        return await answered(lambda: FruugoByCallback.order(self, ref))

    async def declare(self, order: Order, units: Sequence[CameBack]) -> Sequence[Seen]:
        return await answered(lambda: FruugoByCallback.declare(self, order, units))

    async def settle(self, ref: str, parts: Sequence[Part]) -> Receipt:
        return await answered(lambda: FruugoByCallback.settle(self, ref, parts))


async def answered(call: Callable[[], Awaitable[T]]) -> T:
    """A second time is enough: by then all is there that will be."""
    try:
        return await call()
    except Unavailable:
        return await call()
