"""The answers of v3: posted to the merchant's webhook, later, perhaps twice, perhaps in another order (contract 4)."""

import asyncio
import contextlib
import ipaddress
import random
from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import aiohttp
from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

from retour.sandbox.agenda import Agenda, Queue
from retour.sandbox.fruugo import envelope
from retour.sandbox.fruugo.envelope import Rows
from retour.sandbox.fruugo.gate import Credentials
from retour.sandbox.fruugo.switches import CallbackFlaw, Kind, Seconds

if TYPE_CHECKING:
    from retour.sandbox.fruugo.simulator import FruugoSimulator

_LOOK_EVERY: Final = 0.05
"""Seconds. The clock may be moved at any time, so nothing can sleep until something is due."""


class Planned(BaseModel):
    """What a test wants of the next request on v3, or the next of one kind; null is as the switches say."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Kind | None = Field(default=None, description="null: whatever comes next")
    processing: Seconds | None = Field(default=None, description="from the acknowledgement until the effect")
    applied: bool = Field(default=True, description="false: acknowledged, but nothing happens; the callback says so")
    copies: int | None = Field(default=None, ge=0, le=10, description="how many callbacks; 0: none ever")
    delay: Seconds | None = Field(default=None, description="from the effect until the callback")
    apart: Seconds | None = Field(default=None, description="between the copies")
    flaw: CallbackFlaw | None = Field(default=None, description="what is wrong with the callback, every copy of it")


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where a merchant wants to be called; the path is the secret. Loopback only."""

    url: str
    login: Credentials | None = None
    """For Basic authorization."""

    def __post_init__(self) -> None:
        with contextlib.suppress(ValueError):
            address = urlsplit(self.url)
            host = address.hostname or ""
            loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
            if address.scheme == "http" and loopback and "@" not in address.netloc and address.port != 0:
                return
        raise ValueError("a webhook must be an http address on loopback, without a login")

    def __repr__(self) -> str:
        return "Webhook(…)"


@dataclass(frozen=True, slots=True)
class Callback:
    correlation_id: str
    kind: Kind
    body: bytes
    attempt: int = 1


@dataclass(frozen=True, slots=True)
class Delivery:
    """One attempt; `status` is None when nobody answered or no webhook is registered."""

    correlation_id: str
    kind: Kind
    attempt: int
    at: str
    status: int | None


class Callbacks:
    """Accepts requests and posts what became of them, while the simulator serves."""

    def __init__(self, simulator: "FruugoSimulator", agenda: Agenda, seed: int) -> None:
        self._simulator = simulator
        self._agenda = agenda
        self._chance = random.Random(seed)  # noqa: S311 - the order of callbacks, not a secret
        self._outbox: Queue[Callback] = Queue()
        self._accepted = 0
        self._busy = asyncio.Lock()
        self._news = asyncio.Event()
        self.webhook: Webhook | None = None
        self.planned: list[Planned] = []
        self.log: deque[Delivery] = deque(maxlen=500)

    @property
    def full(self) -> bool:
        """Nothing more is accepted until what waits has gone out."""
        return self._accepted + len(self._outbox) >= self._simulator.switches.most_waiting

    def plan(self, wanted: Planned) -> None:
        """Of the next request that it fits; the earliest plan first."""
        self.planned.append(wanted)

    def accept(self, kind: Kind, correlation_id: str, work: Callable[[datetime], Rows]) -> None:
        """Does the work after `processing_seconds`, and sends its rows when they are due."""
        plan = self._planned_for(kind)
        wait = self._simulator.switches.processing_seconds if plan.processing is None else plan.processing

        def act(at: datetime) -> None:
            self._accepted -= 1
            self._announce(kind, correlation_id, work(at) if plan.applied else self._nothing_done(), plan, at)

        self._accepted += 1
        self._agenda.add(self._simulator.clock.now() + timedelta(seconds=wait), act)
        self._news.set()

    async def deliver(self) -> None:
        """Posts all that is due by now, one after the other, and returns when that is done."""
        async with self._busy:
            self._simulator.catch_up()
            due = [callback for _, callback in self._outbox.due(self._simulator.clock.now())]
            if due:
                async with aiohttp.ClientSession() as session:
                    for callback in due:
                        await self._post(session, callback)

    async def serve(self, _: web.Application) -> AsyncIterator[None]:
        """Delivers in the background; a cleanup context of the web app."""
        task = asyncio.create_task(self._pump())
        yield
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    def log_as_json(self) -> list[dict[str, Any]]:
        return [asdict(delivery) for delivery in self.log]

    async def _pump(self) -> None:
        while True:
            if self._accepted or len(self._outbox):
                await self.deliver()
                await asyncio.sleep(_LOOK_EVERY)
            else:
                self._news.clear()
                await self._news.wait()

    def _planned_for(self, kind: Kind) -> Planned:
        for number, plan in enumerate(self.planned):
            if plan.kind in (None, kind):
                return self.planned.pop(number)
        return Planned()

    def _nothing_done(self) -> Rows:
        told = self._simulator.switches.v3_refusals == "error"
        return [{"error": "The request could not be processed."}] if told else []

    def _announce(self, kind: Kind, correlation_id: str, rows: Rows, plan: Planned, at: datetime) -> None:
        switches = self._simulator.switches
        written = envelope.write(kind, correlation_id, rows, self._simulator.merchant_id, switches)
        callback = Callback(correlation_id, kind, envelope.garble(written, plan.flaw or switches.callback_flaw))
        delay = switches.callback_seconds if plan.delay is None else plan.delay
        apart = switches.callback_apart_seconds if plan.apart is None else plan.apart
        for number in range(switches.callback_copies if plan.copies is None else plan.copies):
            by_chance = self._chance.uniform(0, switches.callback_jitter_seconds)
            self._outbox.add(at + timedelta(seconds=delay + number * apart + by_chance), callback)

    async def _post(self, session: aiohttp.ClientSession, callback: Callback) -> None:
        status = await self._status(session, callback)
        switches, now = self._simulator.switches, self._simulator.clock.now()
        self.log.append(Delivery(callback.correlation_id, callback.kind, callback.attempt, now.isoformat(), status))
        if (status is None or status >= 300) and callback.attempt < switches.callback_attempts:
            again = replace(callback, attempt=callback.attempt + 1)
            self._outbox.add(now + timedelta(seconds=switches.callback_retry_seconds), again)

    async def _status(self, session: aiohttp.ClientSession, callback: Callback) -> int | None:
        if self.webhook is None:
            return None
        try:
            async with session.post(
                self.webhook.url,
                data=callback.body,
                headers=self._headers(self.webhook, callback),
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=self._simulator.switches.callback_patience),
            ) as answer:
                return answer.status
        except (aiohttp.ClientError, TimeoutError):
            return None

    def _headers(self, webhook: Webhook, callback: Callback) -> dict[str, str]:
        switches = self._simulator.switches
        headers = {"Content-Type": "application/json"}
        if switches.callback_header:
            headers["X-Correlation-ID"] = callback.correlation_id
        if switches.callback_auth == "api_login":
            headers["Authorization"] = self._simulator.credentials.basic("iso-8859-1")
        elif switches.callback_auth == "webhook_login" and webhook.login is not None:
            headers["Authorization"] = webhook.login.basic("utf-8")
        return headers
