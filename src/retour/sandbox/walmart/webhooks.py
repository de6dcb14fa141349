"""`/v3/webhooks`: subscriptions to pushes (contract 10)."""

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import aiohttp
from aiohttp import web
from yarl import URL

from retour.sandbox.walmart.gate import Answer, Gate, body_of
from retour.sandbox.walmart.pushes import EVENT_TYPES, RESOURCE, VERSION, Subscription
from retour.sandbox.walmart.refusals import Refusal

if TYPE_CHECKING:
    from retour.sandbox.walmart.simulator import WalmartSimulator

_METHODS = ("BASIC_AUTH", "HMAC")  # how OAUTH asks for its token is not known, so it is refused


class WebhooksApi:
    """Of the events only those of returns."""

    def __init__(self, simulator: "WalmartSimulator") -> None:
        self._simulator = simulator
        self._pushes = simulator.pushes

    def routes(self, gate: Gate) -> list[web.AbstractRouteDef]:
        path = "/v3/webhooks/subscriptions"
        one = f"{path}/{{subscription_id}}"
        return [
            web.get("/v3/webhooks/eventTypes", gate.open(self.event_types)),
            web.get(path, gate.open(self.list_subscriptions)),
            web.post(path, gate.open(self.subscribe)),
            web.patch(one, gate.open(self.change)),
            web.delete(one, gate.open(self.unsubscribe)),
            web.post("/v3/webhooks/test", gate.open(self.test)),
        ]

    async def event_types(self, _: web.Request) -> Answer:
        rows = [
            {"resourceName": RESOURCE, "eventType": name, "eventVersion": VERSION, "description": name.capitalize()}
            for name in EVENT_TYPES
        ]
        return Answer({"eventTypes": rows})

    async def list_subscriptions(self, request: web.Request) -> Answer:
        """`{"events": [{"event": [...]}]}`, as it is."""
        names = ("subscriptionId", "eventType", "resourceName", "status")
        wanted = {name: request.query[name] for name in names if name in request.query}
        rows = [subscription.shape() for subscription in self._pushes.subscriptions.values()]
        found = [row for row in rows if all(row[name] == value for name, value in wanted.items())]
        return Answer({"events": [{"event": found}] if found else []})

    async def subscribe(self, request: web.Request) -> Answer:
        events = (await body_of(request)).get("events")
        if not isinstance(events, list) or not events:
            raise _invalid("events")
        made = [_subscription(event) for event in events]
        self._pushes.subscriptions |= {subscription.subscription_id: subscription for subscription in made}
        return Answer({"event": [subscription.shape() for subscription in made]})

    async def change(self, request: web.Request) -> Answer:
        known = self._known(request)
        changed = _subscription({**known.shape(), **await body_of(request)}, known.subscription_id)
        self._pushes.subscriptions[known.subscription_id] = changed
        return Answer({"event": [changed.shape()]})

    async def unsubscribe(self, request: web.Request) -> Answer:
        known = self._known(request)
        del self._pushes.subscriptions[known.subscription_id]
        return Answer({"subscriptionId": known.subscription_id, "message": "Successfully deleted subscription"})

    async def test(self, request: web.Request) -> Answer:
        """Pushes an empty event to the address at once."""
        subscription = _subscription({"status": "ACTIVE", **await body_of(request)})
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session:
            status = await self._pushes.post(session, subscription, b"{}")
        if status != 200:
            raise _invalid("eventUrl")
        return Answer({"message": "Eventurl successfully validated"})

    def _known(self, request: web.Request) -> Subscription:
        known = self._pushes.subscriptions.get(request.match_info["subscription_id"])
        if known is None:
            raise Refusal(404, "CONTENT_NOT_FOUND", "The subscription is not found.")
        return known


def _subscription(event: Any, subscription_id: str = "") -> Subscription:
    """Reads one; a refusal names the first field that is wrong."""
    if not isinstance(event, dict):
        raise _invalid("events")
    allowed = {
        "eventType": EVENT_TYPES,
        "eventVersion": (VERSION,),
        "resourceName": (RESOURCE,),
        "status": ("ACTIVE", "INACTIVE"),
    }
    for name, values in allowed.items():
        if event.get(name) not in values:
            raise _invalid(name)
    url, auth = event.get("eventUrl"), event.get("authDetails") or {}
    if not isinstance(url, str) or not _is_address(url):
        raise _invalid("eventUrl")
    if not isinstance(auth, dict) or (auth and auth.get("authMethod") not in _METHODS):
        raise _invalid("authDetails")
    if auth and not isinstance(auth.get("authHeaderName"), str):
        raise _invalid("authHeaderName")
    headers = event.get("headers") or {"content-type": "application/json"}
    return Subscription(subscription_id or str(uuid4()), event["eventType"], url, event["status"], auth, headers)


def _is_address(url: str) -> bool:
    try:
        return URL(url).scheme in ("http", "https") and bool(URL(url).host)
    except ValueError:
        return False


def _invalid(name: str) -> Refusal:
    return Refusal(400, "INVALID_REQUEST_CONTENT", f"{name} is missing or not valid.", field=name)
