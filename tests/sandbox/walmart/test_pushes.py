"""Webhooks: subscriptions, and what is pushed (contract 10)."""

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from retour.sandbox.walmart.pushes import signature

from .world import World

BASIC = {"authMethod": "BASIC_AUTH", "authHeaderName": "X-Auth", "userName": "hub", "password": "hush"}
HMAC = {"authMethod": "HMAC", "authHeaderName": "X-Signature", "clientSecret": "topsecret"}


class Listener:
    """The hub's address for pushes; answers `status`."""

    def __init__(self) -> None:
        self.heard: list[tuple[dict[str, str], bytes]] = []
        self.statuses: list[int] = []
        self.url = ""

    async def hear(self, request: web.Request) -> web.Response:
        self.heard.append((dict(request.headers), await request.read()))
        return web.Response(status=self.statuses.pop(0) if self.statuses else 200)

    @property
    def bodies(self) -> list[Any]:
        return [json.loads(body) for _, body in self.heard]


@pytest.fixture
async def listener() -> AsyncIterator[Listener]:
    listener = Listener()
    app = web.Application()
    app.add_routes([web.post("/hooks/walmart", listener.hear)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    listener.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hooks/walmart"
    yield listener
    await runner.cleanup()


def event(listener: Listener, event_type: str = "RETURN_CREATED", **changes: Any) -> dict[str, Any]:
    fixed = {"eventVersion": "V1", "resourceName": "RETURNS", "status": "ACTIVE"}
    return {"eventType": event_type, "eventUrl": listener.url, "authDetails": BASIC, **fixed, **changes}


async def subscribe(world: World, *events: dict[str, Any]) -> list[Any]:
    got = await world.api("POST", "/v3/webhooks/subscriptions", {"events": list(events)})
    assert got.status == 200, got.text
    return list(got.body["event"])


async def pushed(world: World) -> list[Any]:
    return list((await world.call("GET", "/_sandbox/pushes")).body)


async def test_the_life_of_a_return_is_pushed(world: World, listener: Listener) -> None:
    types = ("RETURN_CREATED", "RETURN_DELIVERED", "RETURN_INVOICED")
    await subscribe(world, *(event(listener, name) for name in types))
    made = await world.open({"title": "Mug", "quantity": 2}, {"sku": "X"}, opened_at="2026-03-08T10:00:00Z")
    await world.control(f"returns/{made['return_order_id']}/deliver", {"line": 1})
    await world.control(f"returns/{made['return_order_id']}/refund", {"line": 1})
    await world.wait(301)
    assert [(one["event_type"], one["attempts"], one["status"]) for one in await pushed(world)] == [
        (name, 1, 200) for name in types
    ]
    created, _, invoiced = listener.bodies
    assert created["source"].keys() == {"eventType", "eventTime", "eventId"}
    first, second = created["payload"]["returnOrders"]
    assert (first["returnInitiatedDate"], first["quantity"], first["refundStatus"]) == (
        "Mar 8, 2026",
        "2",
        "Non Refunded",
    )
    assert (first["productName"], first["returnOrderId"]) == ("Mug", second["returnOrderId"])
    assert not {"sku", "returnOrderLineNumber"} & first.keys()
    assert invoiced["payload"]["returnOrders"][0]["refundStatus"] == "Refunded"


async def test_basic_auth_is_the_pair_in_base64(world: World, listener: Listener) -> None:
    await subscribe(world, event(listener))
    await world.switch(push_payload_wrapper=False)
    await world.open()
    await pushed(world)
    [(headers, _)] = listener.heard
    assert headers["X-Auth"] == base64.b64encode(b"hub:hush").decode()
    assert listener.bodies[0].keys() == {"partnerId", "partnerName", "returnOrders"}


@pytest.mark.parametrize("encoding", ["hex", "base64"])
async def test_hmac_is_of_the_whole_body(world: World, listener: Listener, encoding: str) -> None:
    await world.switch(push_hmac=encoding)
    await subscribe(world, event(listener, authDetails=HMAC))
    await world.open()
    await pushed(world)
    [(headers, body)] = listener.heard
    digest = hmac.new(b"topsecret", body, hashlib.sha256).digest()
    assert headers["X-Signature"] == (digest.hex() if encoding == "hex" else base64.b64encode(digest).decode())


async def test_the_newer_signature(world: World, listener: Listener) -> None:
    body = b'{"source":{"eventType":"RETURN_CREATED"}}'
    vector = signature(b"topsecret", "POST", "/hooks/walmart", "1700000000", body)
    assert vector == "ycpGhgHBmQtjY6aP3cbSw3/FNWX9yK2KRnZ2KdV+JI8="
    await world.switch(push_scheme="signature")
    await subscribe(world, event(listener, authDetails=HMAC, eventUrl=listener.url + "?a=b%20c"))
    await world.open()
    await pushed(world)
    [(headers, body)] = listener.heard
    stamp = headers["WM_SEC.TIMESTAMP"]
    text = f"POST\n/hooks/walmart?a=b%20c\n{stamp}\n{hashlib.sha256(body).hexdigest()}"
    expected = base64.b64encode(hmac.new(b"topsecret", text.encode(), hashlib.sha256).digest()).decode()
    assert headers["WM_SEC.SIGNATURE"] == expected


async def test_three_tries_until_one_is_answered_200(world: World, listener: Listener) -> None:
    await subscribe(world, event(listener))
    listener.statuses = [500, 202, 200, 503, 503, 503]
    await world.open()
    await world.open()
    assert [(one["attempts"], one["status"]) for one in await pushed(world)] == [(3, 200), (3, 503)]
    assert len(listener.heard) == 6


async def test_nobody_there(world: World, listener: Listener) -> None:
    await subscribe(world, event(listener, eventUrl="http://127.0.0.1:1/hooks"))
    await world.open()
    assert [(one["attempts"], one["status"]) for one in await pushed(world)] == [(3, 0)]


async def test_duplicates_and_disorder(world: World, listener: Listener) -> None:
    await subscribe(world, event(listener))
    await world.switch(push_copies=2, pushes_held=True)
    made = [await world.number() for _ in range(2)]
    assert await pushed(world) == []
    await world.control("pushes/release", {"newest_first": True})
    numbers = [body["payload"]["returnOrders"][0]["returnOrderId"] for body in listener.bodies]
    assert numbers == [made[1], made[1], made[0], made[0]]
    assert len({body["source"]["eventId"] for body in listener.bodies}) == 2


async def test_subscriptions_are_listed_changed_and_ended(world: World, listener: Listener) -> None:
    path = "/v3/webhooks/subscriptions"
    assert (await world.api("GET", path)).body == {"events": []}
    first, second = await subscribe(world, event(listener), event(listener, "RETURN_INVOICED", status="INACTIVE"))
    [listed] = (await world.api("GET", f"{path}?status=INACTIVE")).body["events"]
    assert listed == {"event": [second]}
    one = f"{path}/{first['subscriptionId']}"
    [changed] = (await world.api("PATCH", one, {"status": "INACTIVE"})).body["event"]
    assert changed == first | {"status": "INACTIVE"}
    await world.open()
    assert await pushed(world) == [], "nobody active is subscribed"
    assert (await world.api("DELETE", one)).body["subscriptionId"] == first["subscriptionId"]
    assert (await world.api("DELETE", one)).status == 404
    assert (await world.api("PATCH", one, {})).status == 404


@pytest.mark.parametrize(
    "change",
    [
        {"eventType": "OFFER_UNPUBLISHED"},
        {"eventVersion": "V2"},
        {"resourceName": "ITEM"},
        {"status": "ON"},
        {"eventUrl": "ftp://127.0.0.1/"},
        {"eventUrl": "http://127.0.0.1:port/"},
        {"eventUrl": 7},
        {"authDetails": {"authMethod": "OAUTH"}},
        {"authDetails": {"authMethod": "HMAC"}},
    ],
)
async def test_what_cannot_be_subscribed(world: World, listener: Listener, change: dict[str, Any]) -> None:
    got = await world.api("POST", "/v3/webhooks/subscriptions", {"events": [event(listener, **change)]})
    assert (got.status, got.code) == (400, "INVALID_REQUEST_CONTENT")
    assert got.body["errors"][0]["field"] == next(iter(change)) or "authHeaderName" in got.text


async def test_the_address_can_be_tested(world: World, listener: Listener) -> None:
    body = event(listener)
    del body["status"]
    got = await world.api("POST", "/v3/webhooks/test", body)
    assert got.body == {"message": "Eventurl successfully validated"}
    assert listener.heard[0][0]["X-Auth"]
    listener.statuses = [404]
    assert (await world.api("POST", "/v3/webhooks/test", body)).status == 400


async def test_event_types(world: World) -> None:
    types = (await world.api("GET", "/v3/webhooks/eventTypes")).body["eventTypes"]
    assert [one["eventType"] for one in types] == ["RETURN_CREATED", "RETURN_DELIVERED", "RETURN_INVOICED"]
    assert {(one["resourceName"], one["eventVersion"]) for one in types} == {("RETURNS", "V1")}
