"""Keys, limits and errors of the simulated partner (contract 3, 3.4)."""

import base64
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import pytest

from retour.sandbox.generic import API_KEY
from tests.sandbox.generic.world import World

BASIC = base64.b64encode(f"sandbox:{API_KEY}".encode()).decode()
WAYS: dict[str, dict[str, Any]] = {
    "bearer": {"headers": {"Authorization": f"Bearer {API_KEY}"}},
    "header": {"headers": {"X-Api-Key": API_KEY}},
    "basic": {"headers": {"Authorization": f"Basic {BASIC}"}},
    "query": {"params": {"api_key": API_KEY}},
}


@pytest.mark.parametrize("auth", WAYS)
async def test_only_the_way_that_is_switched_on_opens(world: World, auth: str) -> None:
    await world.switch(auth=auth)
    answers = {way: (await world.call("GET", "/api/v1/returns", **shown)).status for way, shown in WAYS.items()}
    assert answers == {way: 200 if way == auth else 401 for way in WAYS}


async def test_names_of_the_header_and_the_parameter(world: World) -> None:
    await world.switch(auth="header", auth_header="X-Token")
    assert (await world.call("GET", "/api/v1/returns", headers={"X-Token": API_KEY})).status == 200
    await world.switch(auth="query", auth_parameter="token")
    assert (await world.call("GET", "/api/v1/returns", params={"token": API_KEY})).status == 200


async def test_missing_unknown_ended_and_revoked_keys(world: World) -> None:
    missing = await world.call("GET", "/api/v1/returns")
    assert missing.error == (401, "missing_key", None)
    assert missing.headers["WWW-Authenticate"] == "Bearer"
    assert missing.headers["Content-Type"] == "application/json; charset=utf-8"
    other = {"Authorization": "Bearer other"}
    assert (await world.api("GET", "/returns", headers=other)).error == (401, "invalid_key", None)
    await world.control("keys", {"key": "other", "seconds": 60})
    assert (await world.api("GET", "/returns", headers=other)).status == 200
    await world.wait(61)
    assert (await world.api("GET", "/returns", headers=other)).error == (401, "expired_key", None)
    await world.control("keys/revoke")
    assert (await world.returns()).error == (401, "invalid_key", None)


async def test_a_key_guards_everything(world: World) -> None:
    ref = await world.open()
    name = await world.export()
    for method, path in (
        ("GET", f"/api/v1/returns/{ref}"),
        ("POST", f"/api/v1/returns/{ref}/decision"),
        ("GET", "/files/returns/"),
        ("GET", f"/files/returns/{name}"),
        ("PUT", "/files/decisions/decisions_1.csv"),
    ):
        assert (await world.call(method, path)).status == 401


async def test_an_account_that_is_not_active(world: World) -> None:
    await world.switch(account_active=False)
    assert (await world.returns()).error == (403, "forbidden", None)


async def test_too_many_calls(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [datetime(2026, 3, 2, 9, 0, tzinfo=UTC) + timedelta(days=3650)]
    monkeypatch.setattr(world.simulator.clock, "now", lambda: now[0])
    await world.switch(limits=True, limit_per_minute=2)
    assert [(await world.returns()).status for _ in range(3)] == [200, 200, 429]
    now[0] += timedelta(seconds=20)
    refused = await world.returns()
    assert refused.error == (429, "too_many_requests", None)
    assert refused.headers["Retry-After"] == "40"
    await world.switch(retry_after="date")
    at = parsedate_to_datetime((await world.returns()).headers["Retry-After"])
    assert at == now[0] + timedelta(seconds=40)
    await world.switch(retry_after="none")
    assert "Retry-After" not in (await world.returns()).headers
    now[0] += timedelta(seconds=40)
    assert (await world.returns()).status == 200


async def test_faults_strike(world: World) -> None:
    await world.control("faults", {"kind": "answer", "status": 503, "body": "<html>down</html>"})
    assert (await world.returns()).status == 503
    assert (await world.returns()).status == 200
