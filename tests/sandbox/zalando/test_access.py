"""Tokens, permissions, media types and limits of the simulated Zalando (contract 2, 8)."""

import pytest

from retour.sandbox.zalando import CLIENT_ID, CLIENT_SECRET
from tests.sandbox.zalando.conftest import JSON_API, World

OTHER = "00000000-0000-4000-8000-000000000001"


class TestToken:
    async def test_says_how_long_it_lives(self, world: World) -> None:
        got = await world.sign_in()
        assert (got.body["expires_in"], got.body["access_token"].count(".")) == (7200, 2)
        assert "refresh_token" not in got.body

    @pytest.mark.parametrize(("client_id", "secret"), [(CLIENT_ID, "wrong"), ("nobody", CLIENT_SECRET)])
    async def test_wrong_credentials(self, world: World, client_id: str, secret: str) -> None:
        got = await world.sign_in(client_id, secret)
        assert (got.status, got.body) == (401, {"error": "invalid_client"})

    async def test_grant_type_and_scope_are_asked_for(self, world: World) -> None:
        assert (await world.sign_in(grant_type="password")).body == {"error": "unsupported_grant_type"}
        assert (await world.sign_in(scope="all")).body == {"error": "invalid_scope"}
        await world.switch(scope_required=False)
        assert (await world.sign_in(scope="all")).status == 200

    async def test_ends_after_its_lifetime(self, world: World) -> None:
        await world.wait(7199)
        assert (await world.api("GET", "/orders")).status == 200
        await world.wait(2)
        got = await world.api("GET", "/orders")
        assert (got.status, got.headers["Content-Type"]) == (401, "application/problem+json")
        assert (await world.sign_in()).status == 200
        assert (await world.api("GET", "/orders")).status == 200

    async def test_revoked_and_missing(self, world: World) -> None:
        await world.control("tokens/revoke")
        assert (await world.api("GET", "/orders")).status == 401
        assert (await world.api("GET", "/orders", headers={"Authorization": ""})).status == 401


class TestPermissions:
    async def test_merchants_are_apart(self, world: World) -> None:
        (unit,) = await world.order()
        assert (await world.api("GET", "/orders", merchant=OTHER)).status == 404
        await world.control("merchants", {"merchant_id": OTHER})
        assert (await world.api("GET", "/orders", merchant=OTHER)).body["data"] == []
        assert (await world.api("GET", unit.path, merchant=OTHER)).status == 404
        await world.control("merchants", {"merchant_id": OTHER, "granted": False})
        assert (await world.api("GET", "/orders", merchant=OTHER)).status == 403

    async def test_reading_does_not_allow_writing(self, world: World) -> None:
        (unit,) = await world.order()
        await world.switch(scopes=["orders/read"])
        got = await world.patch(unit)
        assert (got.status, got.error["status"]) == (403, "403")
        assert await world.status(unit) == "shipped"
        await world.switch(scopes=["orders/write"])
        assert (await world.api("GET", "/announced-returns")).status == 403


class TestMediaType:
    async def test_a_patch_is_json_api(self, world: World) -> None:
        (unit,) = await world.order()
        body = {"data": {"id": unit.line_id, "type": "OrderLine", "attributes": {"status": "returned"}}}
        got = await world.send(unit, body, **{"Content-Type": "application/json"})
        assert (got.status, got.headers["Content-Type"]) == (415, JSON_API)
        assert await world.refunds() == []
        await world.switch(media_type_enforced=False)
        assert (await world.send(unit, body, **{"Content-Type": "application/json"})).status == 204

    async def test_an_answer_is_json_api(self, world: World) -> None:
        assert (await world.api("GET", "/orders", headers={"Accept": "application/json"})).status == 406
        got = await world.api("GET", "/orders", headers={"X-Flow-Id": "11111111-2222-4333-8444-555555555555"})
        assert got.headers["Content-Type"] == JSON_API
        assert got.headers["X-Flow-Id"] == "11111111-2222-4333-8444-555555555555"


class TestLimits:
    async def test_lists_are_scarce_and_lines_are_not(self, world: World) -> None:
        (unit,) = await world.order()
        await world.switch(limits=True, list_limit=2, order_number_limit=3)
        answers = [(await world.api("GET", "/orders")).status for _ in range(3)]
        assert answers == [200, 200, 429]
        got = await world.api("GET", "/orders")
        assert got.body.keys() == {"message"}
        assert got.headers["X-Rate-Limit"] == "2"
        assert 1 <= int(got.headers["Retry-After"]) <= 60
        assert (await world.api("GET", "/orders", params={"order_number": "1"})).status == 200
        assert (await world.api("GET", unit.path)).status == 200
        await world.wait(60)
        assert (await world.api("GET", "/orders")).status == 200

    async def test_a_refused_patch_does_nothing(self, world: World) -> None:
        first, second = await world.order(2)
        await world.switch(limits=True, patch_limit=1)
        assert (await world.patch(first)).status == 204
        assert (await world.patch(second)).status == 429
        assert await world.status(second) == "shipped"

    async def test_the_defaults_are_the_contract_s(self, world: World) -> None:
        switches = (await world.call("GET", "/_sandbox/switches")).body
        names = ("list_limit", "order_number_limit", "read_limit", "patch_limit")
        assert [switches[name] for name in names] == [40, 400, 2000, 2000]
