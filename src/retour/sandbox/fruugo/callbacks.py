"""The answers of v3: posted to the merchant's webhook, later, perhaps twice, perhaps in another order (contract 4)."""

import asyncio
import base64
import contextlib
import ipaddress
import random
from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

from retour.sandbox.agenda import Agenda, Queue
from retour.sandbox.clock import Clock
from retour.sandbox.fruugo.switches import FruugoSwitches

Rows = list[dict[str, Any] | None]

_LOOK_EVERY = 0.05
"""Seconds. The clock may be moved at any time, so nothing can sleep until something is due."""
_PATIENCE = aiohttp.ClientTimeout(total=5)


class Planned(BaseModel):
    """What a test wants of one of the next requests on v3; null is as the switches say."""

    model_config = ConfigDict(extra="forbid")

    applied: bool = Field(default=True, description="false: acknowledged, but nothing happens; the callback says so")
    copies: int | None = Field(default=None, ge=0, le=10, description="how many callbacks; 0: none ever")
    delay: float | None = Field(default=None, ge=0, description="seconds from the effect until the callback")


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where a merchant wants to be called; the path is the secret. Loopback only."""

    url: str
    login: str = ""
    """`username:password` for Basic authorization; empty for none."""

    def __post_init__(self) -> None:
        address = urlsplit(self.url)
        host = address.hostname or ""
        with contextlib.suppress(ValueError):
            if address.scheme == "http" and (host == "localhost" or ipaddress.ip_address(host).is_loopback):
                return
        raise ValueError("a webhook must be an http address on loopback")

    def __repr__(self) -> str:
        return "Webhook(…)"

    def headers(self) -> dict[str, str]:
        if not self.login:
            return {}
        return {"Authorization": f"Basic {base64.b64encode(self.login.encode()).decode()}"}


@dataclass(frozen=True, slots=True)
class Callback:
    correlation_id: str
    kind: str
    body: dict[str, Any]
    attempt: int = 1


@dataclass(frozen=True, slots=True)
class Delivery:
    """One attempt; `status` is None when nobody answered or no webhook is registered."""

    correlation_id: str
    kind: str
    attempt: int
    at: str
    status: int | None


class Callbacks:
    """Accepts requests and posts what became of them, while the simulator serves."""

    def __init__(
        self,
        agenda: Agenda,
        switches: FruugoSwitches,
        clock: Clock,
        catch_up: Callable[[], None],
        merchant_id: str,
        seed: int,
    ) -> None:
        self._agenda = agenda
        self._switches = switches
        self._clock = clock
        self._catch_up = catch_up
        self._merchant_id = merchant_id
        self._chance = random.Random(seed)  # noqa: S311 - the order of callbacks, not a secret
        self._outbox: Queue[Callback] = Queue()
        self._accepted = 0
        self._busy = asyncio.Lock()
        self._news = asyncio.Event()
        self.webhook: Webhook | None = None
        self.planned: deque[Planned] = deque()
        self.log: deque[Delivery] = deque(maxlen=500)

    def accept(self, kind: str, correlation_id: str, work: Callable[[datetime], Rows]) -> None:
        """Does the work after `processing_seconds`, and sends its rows when they are due."""
        plan = self.planned.popleft() if self.planned else Planned()
        due = self._clock.now() + timedelta(seconds=self._switches.processing_seconds)

        def act(at: datetime) -> None:
            self._accepted -= 1
            rows: Rows = work(at) if plan.applied else [{"error": "The request could not be processed."}]
            self._announce(kind, correlation_id, rows, plan, at)

        self._accepted += 1
        self._agenda.add(due, act)
        self._news.set()

    async def deliver(self) -> None:
        """Posts all that is due by now, one after the other, and returns when that is done."""
        async with self._busy:
            self._catch_up()
            due = [callback for _, callback in self._outbox.due(self._clock.now())]
            if due:
                async with aiohttp.ClientSession(timeout=_PATIENCE) as session:
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

    def _announce(self, kind: str, correlation_id: str, rows: Rows, plan: Planned, at: datetime) -> None:
        body = {
            "type": kind,
            "payload": {"orders": rows} if self._switches.v3_payload == "orders" else rows,
            "merchantId": self._merchant_id,
            "correlationId": correlation_id,
        }
        for _ in range(self._switches.callback_copies if plan.copies is None else plan.copies):
            delay = self._switches.callback_seconds if plan.delay is None else plan.delay
            delay += self._chance.uniform(0, self._switches.callback_jitter_seconds)
            self._outbox.add(at + timedelta(seconds=delay), Callback(correlation_id, kind, body))

    async def _post(self, session: aiohttp.ClientSession, callback: Callback) -> None:
        status = await self._status(session, callback)
        now = self._clock.now()
        self.log.append(Delivery(callback.correlation_id, callback.kind, callback.attempt, now.isoformat(), status))
        if (status is None or status >= 300) and callback.attempt < self._switches.callback_attempts:
            again = Callback(callback.correlation_id, callback.kind, callback.body, callback.attempt + 1)
            self._outbox.add(now + timedelta(seconds=self._switches.callback_retry_seconds), again)

    async def _status(self, session: aiohttp.ClientSession, callback: Callback) -> int | None:
        if self.webhook is None:
            return None
        try:
            async with session.post(
                self.webhook.url,
                json=callback.body,
                headers=self.webhook.headers() | {"X-Correlation-ID": callback.correlation_id},
                allow_redirects=False,
            ) as answer:
                return answer.status
        except (aiohttp.ClientError, TimeoutError):
            return None
