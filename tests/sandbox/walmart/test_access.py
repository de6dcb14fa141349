"""Tokens, headers, permissions, limits and envelopes (contract 2, 8)."""

import json
import re

import aiohttp
import pytest

from .world import World, tags

LIST = "/v3/returns?limit=1"


async def test_a_token_says_how_long_it_lives(world: World) -> None:
    await world.switch(token_lifetime=60)
    first, got = world.token, await world.sign_in()
    assert got.body.keys() == {"access_token", "token_type", "expires_in"}
    assert (got.body["token_type"], got.body["expires_in"]) == ("Bearer", 60)
    assert len(got.body["access_token"]) > 500
    assert (await world.api("GET", LIST, **{"WM_SEC.ACCESS_TOKEN": first})).status == 200, "several are good at a time"
    assert (await world.call("GET", "/_sandbox/calls")).body["POST /v3/token"] == 2


async def test_a_token_comes_as_xml_unless_json_is_asked_for(world: World) -> None:
    got = await world.sign_in(Accept="*/*")
    assert got.headers["Content-Type"].startswith("application/xml")
    assert "<OAuthTokenDTO><accessToken>" in got.text
    await world.switch(xml_by_default=False)
    assert (await world.sign_in(Accept="*/*")).body["token_type"] == "Bearer"


@pytest.mark.parametrize(("client_id", "secret"), [("sandbox-client", "wrong"), ("nobody", "sandbox-secret")])
async def test_wrong_credentials(world: World, client_id: str, secret: str) -> None:
    got = await world.sign_in(client_id, secret)
    assert (got.status, got.code) == (401, "UNAUTHORIZED.GMP_GATEWAY_API")
    assert (await world.sign_in(Authorization="Basic %%%")).status == 401
    assert (await world.sign_in(Authorization="Bearer x")).status == 401


async def test_the_grant_type_must_be_in_the_form(world: World) -> None:
    headers = world.headers() | {"Authorization": "Basic x"}
    for path in ("/v3/token", "/v3/token?grant_type=client_credentials"):
        got = await world.call("POST", path, headers=headers)
        assert (got.status, got.code) == (400, "INVALID_REQUEST.GMP_GATEWAY_API")


async def test_expired_revoked_and_invented_tokens(world: World) -> None:
    await world.control("clock", {"seconds": 901})
    assert (await world.api("GET", LIST)).code == "UNAUTHORIZED.GMP_GATEWAY_API"
    await world.sign_in()
    assert (await world.api("GET", LIST)).status == 200
    await world.control("tokens/revoke")
    assert (await world.api("GET", LIST)).status == 401
    await world.switch(bad_token_status=400)
    got = await world.api("GET", LIST, **{"WM_SEC.ACCESS_TOKEN": "invented"})
    assert (got.status, got.code) == (400, "INVALID_TOKEN.GMP_GATEWAY_API")


async def test_new_credentials_end_the_old_ones(world: World) -> None:
    await world.control("credentials", {"client_id": "c", "client_secret": "s"})
    assert (await world.api("GET", LIST)).status == 401
    assert (await world.sign_in()).status == 401
    assert (await world.sign_in("c", "s")).status == 200


@pytest.mark.parametrize("header", ["WM_SEC.ACCESS_TOKEN", "WM_SVC.NAME", "WM_QOS.CORRELATION_ID"])
async def test_each_header_is_required(world: World, header: str) -> None:
    bearer = {"Authorization": f"Bearer {world.token}"}  # is not looked at
    got = await world.api("GET", LIST, without=header, **bearer)
    assert (got.status, got.code) == (400, "MISSING_REQUEST_HEADER.GMP_GATEWAY_API")
    assert got.body["error"][0]["field"] == header


async def test_token_detail(world: World) -> None:
    await world.switch(orders_scope="view_only")
    detail = (await world.api("GET", "/v3/token/detail")).body
    assert detail["is_valid"] is True
    assert (detail["scopes"]["returns"], detail["scopes"]["orders"]) == ("full_access", "view_only")
    assert int(detail["expire_at"]) - int(detail["issued_at"]) == 900_000
    assert isinstance(detail["expire_at"], str)


async def test_permissions(world: World) -> None:
    made = await world.open()
    order = f"/v3/orders/{made['lines'][0]['purchase_order_id']}"
    await world.switch(returns_scope="view_only", orders_scope="no_access")
    assert (await world.api("GET", LIST)).status == 200
    assert (await world.refund(made)).code == "FORBIDDEN.GMP_GATEWAY_API"
    assert (await world.api("GET", order)).status == 403
    assert await world.journal("refund") == []


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/v3/returns/106152711271980001", 404, "URI_NOT_FOUND.GMP_GATEWAY_API"),
        ("/v3/orders/1", 404, "CONTENT_NOT_FOUND.GMP_ORDER_API"),
    ],
)
async def test_what_is_not_there(world: World, path: str, status: int, code: str) -> None:
    got = await world.api("GET", path)
    assert (got.status, got.code) == (status, code)


@pytest.mark.parametrize("envelope", ["errors", "error", "xml", "html"])
async def test_envelopes(world: World, envelope: str) -> None:
    await world.switch(gateway_envelope=envelope, api_envelope=envelope)
    for got in (await world.api("GET", "/v3/nothing"), await world.api("GET", "/v3/orders/1")):
        assert got.status == 404
        if envelope in {"errors", "error"}:
            [error] = json.loads(got.text)[envelope]
            assert error["severity"] == "ERROR"
            assert ("message" in error) == (envelope == "errors")
            assert ("description" in error) == (envelope == "error")
        else:
            assert got.text.startswith("<")
            assert got.headers["Content-Type"].startswith(("application/xml", "text/html"))


async def test_limits(world: World) -> None:
    await world.switch(limits=True, returns_per_minute=2)
    made = await world.open()
    answers = [await world.api("GET", LIST) for _ in range(3)]
    assert [got.status for got in answers] == [200, 200, 429]
    assert [got.headers["x-current-token-count"] for got in answers] == ["1", "0", "0"]
    assert answers[2].code == "REQUEST_THRESHOLD_VIOLATED.GMP_GATEWAY_API"
    now = world.running.simulator.clock.now().timestamp()
    assert 50 < int(answers[2].headers["X-Next-Replenishment-Time"]) / 1000 - now <= 60
    assert (await world.refund(made)).status == 200, "each endpoint has its own bucket"
    await world.wait(60)
    assert (await world.api("GET", LIST)).status == 200


@pytest.mark.parametrize(("form", "pattern"), [("epoch_s", r"^\d{10}$"), ("text", r"^[A-Z][a-z]{2} .* UTC \d{4}$")])
async def test_the_time_of_replenishment_has_forms(world: World, form: str, pattern: str) -> None:
    await world.switch(
        limits=True, replenishment_format=form, replenishment_header="x-next-replenish-time", refunds_per_minute=1
    )
    made = await world.open()
    first, second = await world.refund(made), await world.refund(made)
    assert (first.status, second.status) == (200, 429)
    assert re.search(pattern, second.headers["x-next-replenish-time"])
    assert len(await world.journal("refund")) == 1


async def test_a_dropped_answer_comes_after_the_effect(world: World) -> None:
    made = await world.open()
    await world.control("faults", {"kind": "drop_after", "match": r"POST /v3/returns/\d+/refund"})
    with pytest.raises(aiohttp.ClientError):
        await world.refund(made)
    assert len(await world.journal("refund")) == 1
    assert tags(await world.row(made)) == ["RETURN_INITIATED", "REFUND_INITIATED"]
