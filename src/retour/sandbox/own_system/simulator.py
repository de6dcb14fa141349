"""The shop's system at work: it fetches, decides and reports, turn after turn."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import aiohttp
from aiohttp import web
from pydantic import Field

from retour.sandbox.app import Simulator, Switches
from retour.sandbox.commands import Impossible
from retour.sandbox.own_system.client import NEW, Client, Failed, Lost, Row
from retour.sandbox.own_system.control import Control
from retour.sandbox.own_system.orders import OrderBook
from retour.sandbox.own_system.pages import Pages

DECISIONS = ("accepted", "rejected", "repaired", "exchanged", "keeps", "cancelled")
PATIENCE = aiohttp.ClientTimeout(total=20)


class OwnSystemSwitches(Switches):
    """How busy it is."""

    poll_seconds: float = Field(default=2, gt=0, description="from one turn to the next; in real life, minutes")
    resting: bool = Field(default=False, description="it fetches and decides nothing")


class OwnSystem(Simulator):
    """A shop's own system. The attributes are the hands of its merchant."""

    key = "own_system"
    switches: OwnSystemSwitches

    def __init__(self, seed: int = 0) -> None:
        super().__init__(OwnSystemSwitches(), seed=seed)
        self.orders = OrderBook()
        self.rows: dict[int, Row] = {}
        """Everything that was fetched, by the API's id."""
        self.trouble = ""
        """Why the latest turn failed."""
        self._place: tuple[str, str] | None = None
        self._client: Client | None = None
        self._decided: dict[int, str] = {}

    def connect(self, url: str, token: str) -> None:
        """From now on it fetches the returns of the project whose API is at this address."""
        self._place = (url.rstrip("/"), token)

    def status_of(self, number: int) -> str:
        """What the back office shows: the merchant's decision as soon as it is made. Raises KeyError."""
        return self._decided.get(number) or str(self.rows[number]["status"])

    def decide(self, number: int, status: str) -> None:
        """The merchant decides; the API is told at the next turn. Raises KeyError and Impossible."""
        if status not in DECISIONS:
            raise Impossible(f"A return can be {', '.join(DECISIONS)}.")
        if self.status_of(number) != NEW:
            raise Impossible(f"Return {number} has been decided.")
        self._decided[number] = status

    async def report(self, number: int, products: list[Row]) -> Row:
        """Products of an order came back that nobody had announced: what the API says. Raises KeyError, Impossible,
        Failed and Lost."""
        order = self.orders.numbered(number)
        if self._client is None:
            raise Impossible("The system is not connected yet.")
        said = await self._client.declare(order.number, products)
        if said["status"] == "success":
            self.journal.write(
                "reported", str(number), sum(int(one["quantity"]) for one in products), said=said["message"]
            )
        return said

    async def turn(self) -> None:
        """Tells what was decided, and takes in what changed. Raises Failed and Lost."""
        if self._client is None:
            return
        for number, status in list(self._decided.items()):
            try:
                done = await self._client.decide(number, status)
            except Failed:
                del self._decided[number]  # a person sees why, and that it is not decided
                raise
            if done:
                self.journal.write("decided", str(number), self.rows[number]["data"]["item"]["quantity"], status=status)
            del self._decided[number]
        for number in await self._client.fetch():
            row = self.rows[number]
            self.journal.write(
                "created",
                str(number),
                row["data"]["item"]["quantity"],
                channel=row["channel_name"],
                status=row["status"],
            )

    def routes(self) -> list[web.AbstractRouteDef]:
        return [*Pages(self).routes(), *Control(self).routes()]

    def app(self) -> web.Application:
        app = super().app()
        app.cleanup_ctx.append(self._at_work)
        return app

    async def _at_work(self, _: web.Application) -> AsyncIterator[None]:
        async with aiohttp.ClientSession(timeout=PATIENCE) as http:
            working = asyncio.create_task(self._work(http))
            yield
            working.cancel()
            with suppress(asyncio.CancelledError):
                await working

    async def _work(self, http: aiohttp.ClientSession) -> None:
        while True:
            if self._place and (self._client is None or (self._client.base, self._client.token) != self._place):
                self._client = Client(http, *self._place, rows=self.rows, calls=self.calls)
            if not self.switches.resting:
                try:
                    await self.turn()
                    self.trouble = ""
                except (Failed, Lost) as error:
                    self.trouble = str(error)
            await asyncio.sleep(self.switches.poll_seconds)
