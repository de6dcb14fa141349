"""The key's own account, and the shop's webhooks (contract 2, 5)."""

from http import HTTPStatus
from typing import Any, Final

from aiohttp import web
from yarl import URL

from retour.sandbox.lightspeed import bodies, lists
from retour.sandbox.lightspeed.documents import moment
from retour.sandbox.lightspeed.gate import Answer, Call, Gate
from retour.sandbox.lightspeed.limits import NAMES, Meter
from retour.sandbox.lightspeed.problems import Fields, Invalid, not_found
from retour.sandbox.lightspeed.shop import Shop
from retour.sandbox.lightspeed.webhooks import ACTIONS, GROUPS, Webhook

_ACTIVE: Final = {"isActive": ("is_active", bool)}
_REQUIRED: Final = {"itemGroup": "group", "itemAction": "action", "address": "address"}


class AccountApi:
    """What a key may do, what is left of its budget, and where events are sent to."""

    def __init__(self, shop: Shop, meter: Meter) -> None:
        self._shop = shop
        self._meter = meter

    def routes(self, gate: Gate) -> list[web.AbstractRouteDef]:
        many, one = "/{lang}/webhooks.json", r"/{lang}/webhooks/{id:\d+}.json"
        return [
            web.get("/{lang}/account/permissions.json", gate.open("account", self.permissions)),
            web.get("/{lang}/account/ratelimit.json", gate.open("account", self.ratelimit)),
            web.get(many, gate.open("settings", self.list_webhooks)),
            web.get(one, gate.open("settings", self.read)),
            web.post(many, gate.open("settings", self.create)),
            web.put(one, gate.open("settings", self.update)),
            web.delete(one, gate.open("settings", self.delete)),
        ]

    async def permissions(self, call: Call) -> Answer:
        return Answer({"accountPermissions": call.key.permissions})

    async def ratelimit(self, call: Call) -> Answer:
        windows = self._meter.read(call.key.key, self._shop.clock.now()).windows
        return Answer(
            {
                "accountRatelimit": {
                    name: {
                        "limit": window.limit,
                        "remaining": window.remaining,
                        "reset": window.reset,
                        "resetTime": moment(window.ends_at),
                    }
                    for name, window in zip(NAMES, windows, strict=True)
                }
            }
        )

    async def list_webhooks(self, call: Call) -> Answer:
        query = lists.read(call.request.query, self._shop.switches)
        rows = lists.cut(query, self._shop.webhooks, self._shop.switches)
        return Answer({"webhooks": [query.only_fields(webhook.document()) for webhook in rows]})

    async def read(self, call: Call) -> Answer:
        return Answer({"webhook": self._webhook(call).document()})

    async def create(self, call: Call) -> Answer:
        told = await self._told(call)
        if missing := [name for name, ours in _REQUIRED.items() if ours not in told]:
            raise Invalid({name: ["This value should not be blank."] for name in missing})
        if len(self._shop.webhooks) >= self._shop.switches.max_webhooks:
            raise Invalid({"webhook": [f"A shop has at most {self._shop.switches.max_webhooks} webhooks."]})
        now = self._shop.now()
        webhook = Webhook(
            self._shop.webhooks.next_id(),
            told.get("is_active", True),
            told["group"],
            told["action"],
            told["address"],
            call.links,
            call.key.secret,
            now,
            now,
        )
        self._shop.webhooks.add(webhook)
        return Answer({"webhook": webhook.document()}, HTTPStatus.CREATED)

    async def update(self, call: Call) -> Answer:
        webhook = self._webhook(call)
        for name, value in (await self._told(call)).items():
            setattr(webhook, name, value)
        webhook.updated_at = self._shop.now()
        return Answer({"webhook": webhook.document()})

    async def delete(self, call: Call) -> Answer:
        self._shop.webhooks.delete(self._webhook(call))
        return Answer(None, HTTPStatus.NO_CONTENT)

    def _webhook(self, call: Call) -> Webhook:
        webhook = self._shop.webhooks.get(call.number("id"))
        if webhook is None:
            raise not_found("Webhook")
        return webhook

    async def _told(self, call: Call) -> dict[str, Any]:
        """What the body sets; XML, the platform's other format, is not simulated."""
        body = await bodies.unwrap(call.request, "webhook")
        wrong: Fields = {}
        told = bodies.typed(body, _ACTIVE, wrong)
        bodies.word(body, "format", ("json",), wrong)
        for name, allowed in (("itemGroup", GROUPS), ("itemAction", ACTIONS)):
            if (word := bodies.word(body, name, allowed, wrong)) is not None:
                told[_REQUIRED[name]] = word
        if "address" in body:
            told["address"] = body["address"]
            if not _is_address(body["address"]):
                wrong["address"] = ["This value is not a valid URL."]
        if wrong:
            raise Invalid(wrong)
        return told


def _is_address(value: Any) -> bool:
    try:
        url = URL(value)
    except (TypeError, ValueError):
        return False
    return url.scheme in ("http", "https") and bool(url.host)
