"""Push messages to the seller: signed, repeated, sent again when they fail (contract 8)."""

import asyncio
import contextlib
import json
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from aiohttp import ClientError, ClientSession, ClientTimeout, web

from retour.sandbox.miravia.signature import push_signature
from retour.sandbox.miravia.state import Line, Seller

if TYPE_CHECKING:
    from retour.sandbox.miravia.simulator import MiraviaSimulator

REVERSE_ORDER = 18


@dataclass(slots=True, eq=False)
class Message:
    url: str
    body: bytes
    due_at: datetime
    attempts: int = 0


class Push:
    """Sends soon after the change by itself; `deliver` sends all that is due at once, and waits for the answers."""

    def __init__(self, simulator: "MiraviaSimulator") -> None:
        self._simulator = simulator
        self._waiting: deque[Message] = deque(maxlen=1000)
        self._lock = asyncio.Lock()
        self.subscribed = asyncio.Event()
        """Somebody listens, or has listened: until then there is nothing to wake up for."""
        self.sent: deque[dict[str, Any]] = deque(maxlen=200)
        """Each attempt: what was sent, and the answer's status, or 0 without one in time."""

    def tell(self, seller: Seller, line: Line, status: str) -> None:
        if not seller.push_url:
            return
        switches, now = self._simulator.switches, self._simulator.clock.now()
        reverse, seconds = line.reverse, int(now.timestamp())
        data = {
            "reverse_order_id": reverse.reverse_order_id,
            "reverse_status": status,
            "trade_order_id": reverse.order.order_id,
            "trade_order_line_id": line.parts[0].item.order_item_id,
            "reverse_order_line_id": line.line_id,
            "buyer_id": reverse.order.customer.user_id,
            "seller_id": seller.seller_id,
            "status_update_time": seconds,
            "extraParams": {},
        }
        body = {
            "seller_id": seller.seller_id,
            "message_type": REVERSE_ORDER,
            "data": data,
            "timestamp": seconds,
            "site": "arise_es",
        }
        for _ in range(switches.push_copies):
            self._waiting.append(Message(seller.push_url, json.dumps(body).encode(), now))

    async def serve(self, _: web.Application) -> AsyncIterator[None]:
        """Sends in the background for as long as the app runs."""
        task = asyncio.create_task(self._run())
        yield
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    async def deliver(self) -> list[dict[str, Any]]:
        """Attempts each message that is due, and gives these attempts."""
        self._simulator.catch_up()
        async with self._lock:
            now = self._simulator.clock.now()
            due = [message for message in self._waiting if message.due_at <= now]
            if not due:
                return []
            timeout = ClientTimeout(total=self._simulator.switches.push_timeout)
            async with ClientSession(timeout=timeout) as session:
                attempts = [await self._attempt(session, message, now) for message in due]
            self.sent.extend(attempts)
            return attempts

    async def _run(self) -> None:
        await self.subscribed.wait()
        while True:
            await asyncio.sleep(0.2)
            await self.deliver()

    async def _attempt(self, session: ClientSession, message: Message, now: datetime) -> dict[str, Any]:
        switches = self._simulator.switches
        headers = {"Content-Type": "application/json", **self._authorization(message.body)}
        try:
            async with session.post(message.url, data=message.body, headers=headers, allow_redirects=False) as answer:
                status = answer.status
        except (ClientError, TimeoutError, ValueError):
            status = 0
        message.attempts += 1
        message.due_at = now + timedelta(seconds=switches.push_retry_seconds)
        if (status == 200 or message.attempts > switches.push_retries) and message in self._waiting:
            self._waiting.remove(message)
        return {"url": message.url, "status": status, "attempt": message.attempts, "body": json.loads(message.body)}

    def _authorization(self, body: bytes) -> dict[str, str]:
        right = push_signature(self._simulator.app_secret, self._simulator.app_key, body)
        match self._simulator.switches.push_signature:
            case "absent":
                return {}
            case "wrong":
                return {"Authorization": right[::-1]}
            case "upper":
                return {"Authorization": right.upper()}
        return {"Authorization": right}
