"""Tokens, scopes and limits of the simulated OTTO (contract 2)."""

from datetime import datetime, timedelta

import pytest

from tests.sandbox.otto.conftest import CONTENT_TYPE, World

PATHS = ("/v3/returns", "/v4/orders", "/v1/return-shipments?datefrom=2026-01-01T00:00:00Z")


class TestToken:
    async def test_says_how_long_it_lives_and_for_what(self, world: World) -> None:
        got = await world.sign_in(scope="returns orders")
        assert (got.body["expires_in"], got.body["scope"]) == (1800, "orders returns")
        assert got.body["access_token"].count(".") == 2

    @pytest.mark.parametrize(
        ("fields", "status", "error"),
        [
            ({"client_secret": "wrong"}, 401, "invalid_client"),
            ({"client_id": "nobody"}, 401, "invalid_client"),
            ({"grant_type": "password"}, 400, "unsupported_grant_type"),
            ({"scope": ""}, 400, "invalid_scope"),
            ({"scope": "returns everything"}, 400, "invalid_scope"),
        ],
    )
    async def test_what_is_refused(self, world: World, fields: dict[str, str], status: int, error: str) -> None:
        got = await world.sign_in(**fields)
        assert (got.status, got.body) == (status, {"error": error})

    async def test_ends_after_its_lifetime(self, world: World) -> None:
        await world.wait(1799)
        assert (await world.returns()).status == 200
        await world.wait(2)
        got = await world.returns()
        assert (got.status, got.headers["WWW-Authenticate"]) == (401, "Bearer")
        assert got.body["errors"][0]["title"] == "UNAUTHORIZED"

    async def test_revoked_and_missing(self, world: World) -> None:
        await world.control("tokens/revoke")
        assert (await world.returns()).status == 401
        assert (await world.api("GET", "/v3/returns", headers={"Authorization": ""})).status == 401

    @pytest.mark.parametrize(
        ("scope", "answers"),
        [("returns", [200, 403, 403]), ("orders", [403, 200, 403]), ("shipments", [403, 403, 200])],
    )
    async def test_each_interface_has_its_scope(self, world: World, scope: str, answers: list[int]) -> None:
        await world.sign_in(scope=scope)
        assert [(await world.api("GET", path)).status for path in PATHS] == answers
        await world.switch(return_shipments_scope="returns")
        assert (await world.api("GET", PATHS[2])).status == (200 if scope == "returns" else 403)


@pytest.fixture
def at(world: World, monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The platform's time, which stands still: a slow machine must not begin a new second."""
    now = [world.simulator.clock.now()]
    monkeypatch.setattr(world.simulator.clock, "now", lambda: now[0])
    return now


class TestLimits:
    async def test_a_second_a_minute_and_no_word_of_when(self, world: World, at: list[datetime]) -> None:
        await world.switch(limits=True, limit_per_second=2, limit_per_minute=3)
        answers = [(await world.returns()).status for _ in range(3)]
        at[0] += timedelta(seconds=1)
        answers += [(await world.returns()).status for _ in range(2)]
        assert answers == [200, 200, 429, 200, 429]
        got = await world.returns()
        assert "Retry-After" not in got.headers
        await world.switch(retry_after=True)
        assert 1 <= int((await world.returns()).headers["Retry-After"]) <= 60
        at[0] += timedelta(seconds=60)
        assert (await world.returns()).status == 200

    async def test_tokens_have_their_own(self, world: World, at: list[datetime]) -> None:
        await world.switch(limits=True, token_limit_per_second=1)
        at[0] += timedelta(seconds=1)
        assert [(await world.sign_in()).status for _ in range(2)] == [200, 429]
        assert (await world.returns()).status == 200

    async def test_the_defaults_are_the_contract_s(self, world: World) -> None:
        switches = (await world.call("GET", "/_sandbox/switches")).body
        names = ("limit_per_minute", "limit_per_second", "token_limit_per_second")
        assert [switches[name] for name in names] == [1200, 20, 10]


async def test_headers(world: World) -> None:
    got = await world.returns()
    assert got.headers["Content-Type"] == CONTENT_TYPE
    assert "Sunset" not in got.headers
    await world.switch(sunset="Sat, 01 May 2027 00:00:00 GMT")
    assert (await world.returns()).headers["Sunset"] == "Sat, 01 May 2027 00:00:00 GMT"
    got = await world.api("POST", "/v3/returns/acceptance", data="{}", headers={"Content-Type": "text/plain"})
    assert got.status == 415
