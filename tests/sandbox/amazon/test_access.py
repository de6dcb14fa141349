"""Tokens, roles, headers and limits (contract 1)."""

import pytest

from retour.sandbox.amazon import EU_SELLER, US_SELLER, US_TOKEN
from tests.sandbox.amazon.world import NL, REPORTS, US, XML, World

ORDER = "/orders/2026-01-01/orders/902-1000001-2000001"
ORDER_V0 = "/orders/v0/orders/902-1000001-2000001"


class TestTokens:
    async def test_what_an_answer_holds(self, world: World) -> None:
        got = await world.sign_in()
        assert got.body.keys() == {"access_token", "token_type", "expires_in", "refresh_token"}
        assert (got.body["token_type"], got.body["expires_in"]) == ("bearer", 3600)
        assert got.body["access_token"].startswith("Atza|")

    @pytest.mark.parametrize(
        ("changes", "status", "error"),
        [
            ({"client_secret": "wrong"}, 401, "invalid_client"),
            ({"client_id": "nobody"}, 401, "invalid_client"),
            ({"refresh_token": "Atzr|wrong"}, 400, "invalid_grant"),
            ({"refresh_token": ""}, 400, "invalid_request"),
            ({"grant_type": "password"}, 400, "unsupported_grant_type"),
            ({"grant_type": "client_credentials", "scope": "x"}, 400, "invalid_scope"),
        ],
    )
    async def test_refusals(self, world: World, changes: dict[str, str], status: int, error: str) -> None:
        got = await world.sign_in(**changes)
        assert (got.status, got.body["error"]) == (status, error)
        assert got.body["error_description"]

    async def test_json_is_no_form(self, world: World) -> None:
        got = await world.call("POST", "/auth/o2/token", json={"grant_type": "refresh_token"})
        assert (got.status, got.body["error"]) == (400, "invalid_request")

    async def test_an_expired_token_is_403_and_is_told_from_a_revoked_one(self, world: World) -> None:
        await world.wait(3601)
        expired = await world.api("GET", ORDER)
        await world.sign_in()
        await world.control("sellers/revoke")
        revoked = await world.api("GET", ORDER)
        missing = await world.call("GET", ORDER)
        assert [got.error for got in (expired, revoked, missing)] == [(403, "Unauthorized")] * 3
        details = [got.body["errors"][0]["details"] for got in (expired, revoked, missing)]
        assert "expired" in details[0]
        assert "revoked" in details[1]
        assert (await world.sign_in()).body["error"] == "invalid_grant"

    async def test_all_tokens_can_be_made_to_expire(self, world: World) -> None:
        await world.control("tokens/expire")
        assert (await world.api("GET", ORDER)).status == 403
        await world.sign_in()
        assert (await world.api("GET", ORDER)).status == 200

    async def test_a_grantless_token_reaches_no_seller(self, world: World) -> None:
        await world.sign_in(grant_type="client_credentials", scope="sellingpartnerapi::notifications")
        assert (await world.api("GET", ORDER)).status == 403

    async def test_sellers_see_only_their_own(self, world: World) -> None:
        await world.open()
        await world.sign_in(US_TOKEN)
        assert (await world.api("GET", ORDER)).error == (404, "NotFound")
        assert (await world.ask(XML, NL)).status == 403
        assert (await world.report(XML, US)) is None

    async def test_personal_data_in_v0_needs_a_restricted_token(self, world: World) -> None:
        assert "BuyerInfo" not in (await world.api("GET", ORDER_V0)).body["payload"]
        resource = {"method": "GET", "path": "/orders/v0/orders/{orderId}", "dataElements": ["buyerInfo"]}
        body = {"restrictedResources": [resource]}
        got = await world.api("POST", "/tokens/2021-03-01/restrictedDataToken", body)
        restricted = {"x-amz-access-token": got.body["restrictedDataToken"]}
        order = await world.api("GET", ORDER_V0, headers=restricted)
        assert order.body["payload"]["BuyerInfo"]["BuyerEmail"].endswith("@example.org")
        assert (await world.api("GET", ORDER, headers=restricted)).status == 403
        body = {"restrictedResources": [resource] * 51}
        assert (await world.api("POST", "/tokens/2021-03-01/restrictedDataToken", body)).status == 400

    async def test_a_seller_can_be_added_and_authorise_anew(self, world: World) -> None:
        await world.control("sellers/revoke")
        body = {"seller_id": EU_SELLER, "refresh_token": "Atzr|new", "marketplace_ids": [NL]}
        await world.control("sellers", body)
        assert (await world.sign_in("Atzr|new")).status == 200
        assert (await world.api("GET", ORDER)).status == 200


class TestRequests:
    async def test_roles(self, world: World) -> None:
        await world.switch(returns_role=False)
        assert (await world.ask()).error == (403, "Unauthorized")
        assert (await world.api("GET", ORDER)).status == 200
        await world.switch(orders_role=False)
        assert (await world.api("GET", ORDER)).status == 403

    async def test_user_agent(self, world: World) -> None:
        got = await world.api("GET", ORDER, headers={"User-Agent": "curl/8"})
        assert got.error == (400, "InvalidInput")
        assert (await world.api("GET", ORDER, headers={"User-Agent": "Hub/1 (Language=Python)"})).status == 200

    async def test_request_ids_and_error_bodies(self, world: World) -> None:
        got = await world.api("GET", "/orders/2026-01-01/orders/902-0000000-0000000")
        assert got.headers["x-amzn-RequestId"]
        assert got.body["errors"][0].keys() == {"code", "message", "details"}

    async def test_bodies_must_be_json_objects(self, world: World) -> None:
        path = f"{REPORTS}/reports"
        assert (await world.api("POST", path, data="x", headers={"Content-Type": "text/plain"})).status == 415
        for data in ("{", "[]"):
            got = await world.api("POST", path, data=data, headers={"Content-Type": "application/json"})
            assert got.error == (400, "InvalidInput")


class TestLimits:
    async def test_a_burst_then_429_without_the_header_then_one_more_by_the_rate(self, world: World) -> None:
        await world.switch(limits=True, repeat_minutes=0)
        answers = [await world.ask() for _ in range(16)]
        assert [got.status for got in answers] == [202] * 15 + [429]
        assert answers[0].headers["x-amzn-RateLimit-Limit"] == "0.0167"
        assert "x-amzn-RateLimit-Limit" not in answers[15].headers
        assert "Retry-After" not in answers[15].headers
        assert answers[15].error == (429, "QuotaExceeded")
        await world.wait(61)
        assert [(await world.ask()).status for _ in range(2)] == [202, 429]

    async def test_buckets_are_of_seller_and_operation(self, world: World) -> None:
        await world.switch(limits=True, rates={"getOrder": [0.5, 1]})
        path = "/orders/2026-01-01/orders/902-1000001-2000004"
        assert [(await world.api("GET", path)).status for _ in range(2)] == [404, 429]
        assert (await world.api("GET", "/orders/v0/orders/902-1000001-2000001")).status == 200
        await world.sign_in(US_TOKEN)
        assert (await world.api("GET", path)).status == 200

    async def test_the_clock_of_limits_can_run_faster(self, world: World) -> None:
        await world.switch(limits=True, rates={"getOrder": [0.5, 1]}, rate_scale=100)
        assert (await world.api("GET", ORDER)).headers["x-amzn-RateLimit-Limit"] == "50"
        await world.wait(0.05)
        assert (await world.api("GET", ORDER)).status == 200


async def test_there_are_two_sellers(world: World) -> None:
    assert list(world.simulator.sellers) == [EU_SELLER, US_SELLER]
