"""Webhooks: who wants to be told, and the telling (contract 5)."""

import asyncio
import hashlib
import json
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any, Final
from uuid import uuid4

import aiohttp
from aiohttp import web

from retour.sandbox.lightspeed.documents import Document, Links, language_document, moment, order_document
from retour.sandbox.lightspeed.documents import return_document as document_of_return
from retour.sandbox.lightspeed.orders import Order
from retour.sandbox.lightspeed.returns import ReturnRow
from retour.sandbox.lightspeed.switches import LightspeedSwitches

GROUPS: Final = (
    *("customers", "orders", "invoices", "shipments", "products", "variants", "quotes", "reviews", "returns"),
    *("tickets", "subscriptions", "contacts"),
)
ACTIONS: Final = ("created", "updated", "deleted", "*", "paid", "shipped", "answered")
SHOP_ID: Final = "20001"
_PATIENCE: Final = 5
"""Seconds that a listener has; nothing is delivered again."""
_KEPT: Final = 1000


@dataclass(slots=True, eq=False)
class Webhook:
    """`secret` is that of the key that made it: a signature, if there is one, is made with it."""

    id: int
    is_active: bool
    group: str
    action: str
    address: str
    links: Links
    secret: str = field(repr=False)
    created_at: datetime
    updated_at: datetime

    def document(self) -> Document:
        return {
            "id": self.id,
            "createdAt": moment(self.created_at),
            "updatedAt": moment(self.updated_at),
            "isActive": self.is_active,
            "itemGroup": self.group,
            "itemAction": self.action,
            "format": "json",
            "address": self.address,
            "language": language_document(self.links.language),
        }


@dataclass(frozen=True, slots=True)
class _Letter:
    address: str
    event: str
    headers: dict[str, str]
    body: bytes


class Webhooks:
    """The list, and a queue of what is to be delivered; the queue is emptied while the web app runs."""

    def __init__(self, switches: LightspeedSwitches) -> None:
        self._switches = switches
        self._webhooks: dict[int, Webhook] = {}
        self._ids = count(501)
        self._letters: asyncio.Queue[_Letter] = asyncio.Queue()
        self.delivered: deque[dict[str, Any]] = deque(maxlen=_KEPT)
        """The last deliveries: address, event, and the status that came back, null for none."""

    def __len__(self) -> int:
        return len(self._webhooks)

    def __iter__(self) -> Iterator[Webhook]:
        return iter(self._webhooks.values())

    def next_id(self) -> int:
        return next(self._ids)

    def add(self, webhook: Webhook) -> None:
        self._webhooks[webhook.id] = webhook

    def get(self, webhook_id: int) -> Webhook | None:
        return self._webhooks.get(webhook_id)

    def delete(self, webhook: Webhook) -> None:
        del self._webhooks[webhook.id]

    def tell_return(self, action: str, row: ReturnRow) -> None:
        for webhook in self._listeners("returns", action):
            self._post(webhook, f"returns/{action}", {"return": document_of_return(row, self._switches, webhook.links)})

    def tell_order(self, action: str, order: Order) -> None:
        for webhook in self._listeners("orders", action):
            self._post(webhook, f"orders/{action}", {"order": order_document(order, webhook.links)})

    def _listeners(self, group: str, action: str) -> list[Webhook]:
        return [hook for hook in self if hook.is_active and hook.group == group and hook.action in ("*", action)]

    def _post(self, webhook: Webhook, event: str, document: Document) -> None:
        body = json.dumps(document).encode()
        headers = {
            "Content-Type": "application/json",
            "X-Event": event,
            "X-Shop-Id": SHOP_ID,
            "X-Cluster-Id": "eu1",
            "X-Format": "json",
            "X-Language": webhook.links.language,
            "X-Request-Id": uuid4().hex,
        }
        if self._switches.webhook_signature:
            signed = hashlib.md5(body + webhook.secret.encode(), usedforsecurity=False)
            headers["X-Signature"] = signed.hexdigest()
        for _ in range(self._switches.webhook_copies):
            self._letters.put_nowait(_Letter(webhook.address, event, headers, body))

    async def deliver(self, _: web.Application) -> AsyncIterator[None]:
        """Delivers while the web app runs."""
        task = asyncio.create_task(self._deliver())
        yield
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    async def _deliver(self) -> None:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_PATIENCE)) as session:
            while True:
                letter = await self._letters.get()
                status = await _send(session, letter)
                self.delivered.append({"address": letter.address, "event": letter.event, "status": status})


async def _send(session: aiohttp.ClientSession, letter: _Letter) -> int | None:
    try:
        async with session.post(
            letter.address, data=letter.body, headers=letter.headers, allow_redirects=False
        ) as answer:
            return answer.status
    except (aiohttp.ClientError, TimeoutError, ValueError):
        return None
