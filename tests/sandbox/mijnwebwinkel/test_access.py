"""Tokens in the query, versions, the two shapes of errors, the rate limit (contract 2)."""

from typing import Any

import aiohttp
import pytest

from retour.sandbox.app import start
from retour.sandbox.mijnwebwinkel import PARTNER_TOKEN, SANDBOX, STORE_TOKEN, MijnwebwinkelSimulator
from tests.sandbox.mijnwebwinkel.conftest import TOKENS, Client

LEGACY = {"code", "message", "description"}


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({}, 401),
        ({"token": STORE_TOKEN}, 401),
        ({"partner_token": PARTNER_TOKEN}, 401),
        ({"token": "wrong", "partner_token": PARTNER_TOKEN}, 401),
        ({"token": STORE_TOKEN, "partner_token": "wrong"}, 401),
        ({"token": STORE_TOKEN, "partner_token": "p2"}, 403),
        ({"token": "t2", "partner_token": PARTNER_TOKEN}, 403),
        ({"token": "t2", "partner_token": "p2"}, 200),
        (TOKENS, 200),
    ],
)
async def test_both_tokens_are_needed_and_belong_together(shop: Client, query: dict[str, str], status: int) -> None:
    shop.simulator.tokens.add("t2", "p2", "Other")
    async with shop.http.get("/v1/store", params=query) as answer:
        assert answer.status == status
        assert answer.content_type == "application/json"
        if status != 200:
            body = await answer.json()
            assert body.keys() == LEGACY
            assert body["code"] == status


async def test_tokens_in_headers_open_nothing(shop: Client) -> None:
    assert (await shop.raw("GET", "/v1/store", headers={"Authorization": f"Bearer {STORE_TOKEN}"}))[0] == 401


async def test_statuses_need_no_store_token(shop: Client) -> None:
    status, _, _ = await shop.raw("GET", "/v1/orderstatuses", params={"partner_token": PARTNER_TOKEN})
    assert status == 200
    assert (await shop.raw("GET", "/v1/orderstatuses"))[0] == 401


async def test_a_revoked_token_opens_nothing(shop: Client) -> None:
    assert (await shop.asked("GET", "/v1/store"))[0] == 200
    assert (await shop.control("DELETE", f"/tokens/{STORE_TOKEN}"))[0] == 200
    assert (await shop.asked("GET", "/v1/store"))[0] == 401
    assert (await shop.control("DELETE", f"/tokens/{STORE_TOKEN}"))[0] == 404
    added = {"token": STORE_TOKEN, "partner_token": PARTNER_TOKEN}
    assert (await shop.control("POST", "/tokens", added))[0] == 201
    assert (await shop.asked("GET", "/v1/store"))[0] == 200


async def test_the_api_belongs_to_a_package(shop: Client) -> None:
    shop.simulator.switches.api_in_plan = False
    assert (await shop.asked("GET", "/v1/store"))[0] == 403
    shop.simulator.switches.bad_token_status = 403
    assert (await shop.raw("GET", "/v1/store"))[0] == 403


async def test_two_versions_in_the_path(shop: Client) -> None:
    shop.place()
    first, second = await shop.order(), await shop.api("GET", "/v2-beta/orders/1")
    assert first["payment_status"] == "captured"
    assert first.keys() - second.keys() == {"payment_status", "payment", "finished"}
    for path in ("/v2/orders/1", "/v0/store", "/v1/orders/1/notes", "/v1/webhooks", "/v1/returns"):
        assert (await shop.asked("GET", path))[0] == 404
    assert (await shop.asked("POST", "/v1/orders/1", {}, {}))[0] == 404


async def test_xml_is_not_pretended(shop: Client) -> None:
    assert (await shop.asked("GET", "/v1/store", {"format": "xml"}))[0] == 501
    assert (await shop.asked("GET", "/v1/store", {"format": "json"}))[0] == 200


async def test_errors_have_two_shapes(shop: Client) -> None:
    shop.place()

    async def shapes() -> list[set[str]]:
        missing = (await shop.asked("GET", "/v1/orders/99"))[1]
        invalid = (await shop.asked("PATCH", "/v1/orders/1", {}, {"status": 999}))[1]
        return [set(missing), set(invalid)]

    problem = {"type", "title", "detail", "status"}
    assert await shapes() == [LEGACY, problem | {"errors"}]
    shop.simulator.switches.error_shape = "legacy"
    assert await shapes() == [LEGACY, LEGACY]
    shop.simulator.switches.error_shape = "problem"
    assert await shapes() == [problem, problem | {"errors"}]


@pytest.mark.parametrize(("body", "status"), [(b"{", 400), (b"", 400), (b"[]", 400), (b'"text"', 400), (b"{}", 200)])
async def test_a_body_is_a_json_object(shop: Client, body: bytes, status: int) -> None:
    shop.place()
    assert (await shop.raw("PATCH", "/v1/orders/1", params=TOKENS, data=body))[0] == status


async def test_the_rate_limit_counts_per_partner_and_store(shop: Client) -> None:
    shop.simulator.switches.limit_calls = 2
    shop.simulator.tokens.add("t2", "p2", "Other")
    other = {"token": "t2", "partner_token": "p2"}
    assert [(await shop.asked("GET", "/v1/store"))[0] for _ in range(3)] == [200, 200, 429]
    assert (await shop.raw("GET", "/v1/store", params=other))[0] == 200
    assert (await shop.raw("GET", "/v1/orderstatuses", params={"partner_token": PARTNER_TOKEN}))[0] == 200
    shop.simulator.clock.move(61)
    assert (await shop.asked("GET", "/v1/store"))[0] == 200


async def test_retry_after_may_be_missing(shop: Client) -> None:
    shop.simulator.switches.limit_calls = 1
    await shop.api("GET", "/v1/store")

    async def headers() -> Any:
        async with shop.http.get("/v1/store", params=TOKENS) as answer:
            assert answer.status == 429
            assert (await answer.json()).keys() == LEGACY
            return answer.headers

    assert 58 <= int((await headers())["Retry-After"]) <= 60
    shop.simulator.switches.retry_after = False
    assert "Retry-After" not in await headers()
    shop.simulator.switches.limits = False
    assert (await shop.asked("GET", "/v1/store"))[0] == 200


async def test_a_newcomer_finds_sample_orders() -> None:
    simulator = SANDBOX.create(3)
    assert isinstance(simulator, MijnwebwinkelSimulator)
    running = await start(simulator)
    async with aiohttp.ClientSession(running.url) as http:
        shop = Client(simulator, http)
        assert await shop.numbers() == ["1", "2", "3", "4"]
        assert (await shop.order("2"))["reference"] == "C000TEST02"
        assert (await shop.order("1"))["comments"] == {"customer": "bol C000TEST01"}
    await running.stop()
    assert simulator.calls["GET /v{version}/orders/{order_number}"] == 2
