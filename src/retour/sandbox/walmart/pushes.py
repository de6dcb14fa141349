"""Webhook deliveries: what is pushed, how it is signed, how often it is tried (contract 10)."""

import asyncio
import base64
import hashlib
import hmac
import json
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import uuid4

import aiohttp
from aiohttp import web
from yarl import URL

from retour.sandbox.walmart.lifecycle import EventType
from retour.sandbox.walmart.query import SELLER_ID
from retour.sandbox.walmart.shapes import tracking_number, utc
from retour.sandbox.walmart.state import Return
from retour.sandbox.walmart.switches import WalmartSwitches

Json = dict[str, Any]
RESOURCE: Final = "RETURNS"
VERSION: Final = "V1"
EVENT_TYPES: Final = ("RETURN_CREATED", "RETURN_DELIVERED", "RETURN_INVOICED")
_TIMEOUT: Final = aiohttp.ClientTimeout(total=10)
_NOT_SENT: Final = 0


@dataclass(slots=True)
class Subscription:
    subscription_id: str
    event_type: str
    url: str
    status: str
    auth: Json = field(default_factory=dict, repr=False)
    headers: Json = field(default_factory=dict, repr=False)

    def shape(self) -> Json:
        """As it was given, its secrets among it, and what Walmart added."""
        return {
            "eventType": self.event_type,
            "eventVersion": VERSION,
            "resourceName": RESOURCE,
            "eventUrl": self.url,
            "status": self.status,
            "headers": self.headers,
            "authDetails": self.auth,
            "subscriptionId": self.subscription_id,
            "partnerId": SELLER_ID,
        }


@dataclass(slots=True)
class Delivery:
    """One event on its way to one subscriber; `status` is the last answer's, 0 when there was none."""

    subscription_id: str
    event_type: str
    event_id: str
    body: bytes = field(repr=False)
    attempts: int = 0
    status: int = _NOT_SENT

    def shape(self) -> Json:
        shape = asdict(self)
        del shape["body"]
        return shape


class Pushes:
    """Sends in the background, one after the other, while the simulator serves."""

    def __init__(self, switches: WalmartSwitches, now: Callable[[], datetime]) -> None:
        self._switches = switches
        self._now = now
        self._waiting: asyncio.Queue[Delivery] = asyncio.Queue()
        self._held: list[Delivery] = []
        self.subscriptions: dict[str, Subscription] = {}
        self.done: deque[Delivery] = deque(maxlen=500)

    def tell(self, event_type: EventType, returned: Return, at: datetime) -> None:
        """Something happened to a return: every active subscriber is to hear of it."""
        for subscription in self.subscriptions.values():
            if subscription.event_type != event_type or subscription.status != "ACTIVE":
                continue
            event_id = str(uuid4())
            body = json.dumps(self._body(event_type, event_id, returned, at)).encode()
            for _ in range(self._switches.push_copies):
                self._put(Delivery(subscription.subscription_id, event_type, event_id, body))

    def release(self, *, newest_first: bool) -> None:
        """Lets go what was held."""
        held, self._held = self._held, []
        for delivery in reversed(held) if newest_first else held:
            self._waiting.put_nowait(delivery)

    async def settle(self) -> list[Json]:
        """Waits until nothing waits, and tells how the last deliveries went."""
        await self._waiting.join()
        return [delivery.shape() for delivery in self.done]

    async def run(self, _: web.Application) -> AsyncIterator[None]:
        """The background task of the web app."""
        async with aiohttp.ClientSession(timeout=_TIMEOUT) as session:
            sender = asyncio.create_task(self._send_all(session))
            yield
            sender.cancel()
            await asyncio.gather(sender, return_exceptions=True)

    def _put(self, delivery: Delivery) -> None:
        if self._switches.pushes_held:
            self._held.append(delivery)
        else:
            self._waiting.put_nowait(delivery)

    async def _send_all(self, session: aiohttp.ClientSession) -> None:
        while True:
            delivery = await self._waiting.get()
            subscription = self.subscriptions.get(delivery.subscription_id)
            while subscription and delivery.attempts < self._switches.push_attempts and delivery.status != 200:
                delivery.attempts += 1
                delivery.status = await self.post(session, subscription, delivery.body)
            self.done.append(delivery)
            self._waiting.task_done()

    async def post(self, session: aiohttp.ClientSession, subscription: Subscription, body: bytes) -> int:
        """Sends once; the status of the answer, or 0 when there was none."""
        url = URL(subscription.url)
        headers = {"Content-Type": "application/json"} | dict(self._credentials(subscription, url, body))
        try:
            async with session.post(url, data=body, headers=headers, allow_redirects=False) as answer:
                return answer.status
        except (aiohttp.ClientError, TimeoutError, ValueError):  # the last: a header that cannot be written
            return _NOT_SENT

    def _credentials(self, subscription: Subscription, url: URL, body: bytes) -> Iterator[tuple[str, str]]:
        auth = subscription.auth
        secret = str(auth.get("clientSecret", "")).encode()
        if self._switches.push_scheme == "signature":
            timestamp = str(int(self._now().timestamp()))
            yield "WM_SEC.TIMESTAMP", timestamp
            yield "WM_SEC.SIGNATURE", signature(secret, "POST", url.raw_path_qs, timestamp, body)
        elif auth.get("authMethod") == "BASIC_AUTH":
            pair = f"{auth.get('userName', '')}:{auth.get('password', '')}"
            yield auth["authHeaderName"], base64.b64encode(pair.encode()).decode()
        elif auth.get("authMethod") == "HMAC":
            digest = hmac.digest(secret, body, "sha256")
            encoded = digest.hex() if self._switches.push_hmac == "hex" else base64.b64encode(digest).decode()
            yield auth["authHeaderName"], encoded

    def _body(self, event_type: str, event_id: str, returned: Return, at: datetime) -> Json:
        """No line numbers, no SKUs, a date that is not ISO, a quantity that is text: a hint and no more."""
        payload = {
            "partnerId": SELLER_ID,
            "partnerName": "Sandbox Seller",
            "returnOrders": [
                {
                    "purchaseOrderId": line.order.purchase_order_id,
                    "productName": line.order_line.title,
                    "returnOrderId": returned.return_order_id,
                    "returnInitiatedDate": f"{returned.opened_at:%b} {returned.opened_at.day}, {returned.opened_at:%Y}",
                    "returnReason": line.reason,
                    "quantity": str(line.quantity),
                    "trackingUrl": [],
                    "trackingId": [tracking_number(returned, line.group)],
                    "refundStatus": "Refunded" if line.all_shown else "Non Refunded",
                }
                for line in returned.lines
            ],
        }
        source = {"eventType": event_type, "eventTime": utc(at), "eventId": event_id}
        return {"source": source, "payload": payload} if self._switches.push_payload_wrapper else payload


def signature(secret: bytes, method: str, path: str, timestamp: str, body: bytes) -> str:
    """The newer form: base64 of the HMAC of method, path with its query, time and the body's hash."""
    text = "\n".join((method, path, timestamp, hashlib.sha256(body).hexdigest()))
    return base64.b64encode(hmac.digest(secret, text.encode(), "sha256")).decode()
